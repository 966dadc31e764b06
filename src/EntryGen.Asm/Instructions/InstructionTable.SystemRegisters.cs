namespace EntryGen.Asm.Instructions;

public static partial class InstructionTable
{
    private static IEnumerable<InstructionInfo> SystemRegisters() =>
    [
        Row(Op.MovFromControl, "MOV", "dst = control register", "mov", "q", "C,q", "w r")
            with { Reference = MovControl, FlagsUndefined = Arithmetic, CanFault = true, DefaultWidth = 8 },
        Row(Op.MovToControl, "MOV", "control register = src; what it invalidates is in SDM vol. 3A 4.10.4.1", "mov", "q", "q,C", "w r")
            with { Reference = MovControl, FlagsUndefined = Arithmetic, CanFault = true, IsSerializing = true, DefaultWidth = 8 },
        Row(Op.MovFromDebug, "MOV", "dst = debug register", "mov", "q", "D,q", "w r")
            with { Reference = MovDebug, FlagsUndefined = Arithmetic, CanFault = true, DefaultWidth = 8 },
        Row(Op.MovToDebug, "MOV", "debug register = src", "mov", "q", "q,D", "w r")
            with { Reference = MovDebug, FlagsUndefined = Arithmetic, CanFault = true, IsSerializing = true, DefaultWidth = 8 },
        Row(Op.MovFromSegment, "MOV", "dst = selector; memory takes 16 bits", "mov", "wlq", "s,rm", "w r") with { DefaultWidth = 2 },
        Row(Op.MovToSegment, "MOV", "load a segment register; SS delays events by one instruction", "mov", "wlq", "rm,s", "w r")
            with { CanFault = true, DefaultWidth = 2 },
        Row(Op.Swapgs, "SWAPGS", "exchange the GS base with KERNEL_GS_BASE", "swapgs", "", "-") with { CanFault = true },
        Row(Op.Rdfsbase, "RDFSBASE/RDGSBASE", "dst = FS base", "rdfsbase", "lq", "r", "w") with { HasSuffixes = false, CanFault = true },
        Row(Op.Rdgsbase, "RDFSBASE/RDGSBASE", "dst = GS base", "rdgsbase", "lq", "r", "w") with { HasSuffixes = false, CanFault = true },
        Row(Op.Wrfsbase, "WRFSBASE/WRGSBASE", "FS base = src", "wrfsbase", "lq", "r", "r") with { HasSuffixes = false, CanFault = true },
        Row(Op.Wrgsbase, "WRFSBASE/WRGSBASE", "GS base = src", "wrgsbase", "lq", "r", "r") with { HasSuffixes = false, CanFault = true },
        Row(Op.Rdmsr, "RDMSR", "EDX:EAX = the MSR that ECX names", "rdmsr", "", "-")
            with { ImplicitReads = Rcx, ImplicitWrites = Rax | Rdx, CanFault = true },
        Row(Op.Wrmsr, "WRMSR", "the MSR that ECX names = EDX:EAX", "wrmsr", "", "-")
            with { ImplicitReads = Rax | Rcx | Rdx, CanFault = true, IsSerializing = true },
        Row(Op.Wrmsrns, "WRMSRNS", "the MSR that ECX names = EDX:EAX, not serializing", "wrmsrns", "", "-")
            with { ImplicitReads = Rax | Rcx | Rdx, CanFault = true },
        Row(Op.Lsl, "LSL", "dst = limit of the segment that selector src names; ZF = it exists and may be seen", "lsl", "wlq", "z,r rm,r", "rw r") with { FlagsWritten = ZF },
        Row(Op.Lar, "LAR", "dst = access rights of the segment that selector src names; ZF = it exists and may be seen", "lar", "wlq", "z,r rm,r", "rw r") with { FlagsWritten = ZF },
        Row(Op.Sldt, "SLDT", "dst = selector of the LDT; memory takes 16 bits", "sldt", "wlq", "rm", "w") with { CanFault = true, DefaultWidth = 2 },
        Row(Op.Lldt, "LLDT", "load the LDT register from the descriptor that selector src names", "lldt", "w", "zm", "r")
            with { CanFault = true, IsSerializing = true, DefaultWidth = 2 },
        Row(Op.Str, "STR", "dst = selector of the task register; memory takes 16 bits", "str", "wlq", "rm", "w") with { CanFault = true, DefaultWidth = 2 },
        Row(Op.Ltr, "LTR", "load the task register from the descriptor that selector src names", "ltr", "w", "zm", "r")
            with { CanFault = true, IsSerializing = true, DefaultWidth = 2 },
        Row(Op.Lkgs, "LKGS", "load GS, its base into KERNEL_GS_BASE", "lkgs", "w", "zm", "r")
            with { Reference = "Flexible Return and Event Delivery (FRED) specification, LKGS", CanFault = true, DefaultWidth = 2 },
        Row(Op.Sgdt, "SGDT", "dst = limit and base of the GDT", "sgdt", "q", "m", "w") with { CanFault = true, DefaultWidth = 8 },
        Row(Op.Lgdt, "LGDT/LIDT", "limit and base of the GDT = src", "lgdt", "q", "m", "r") with { CanFault = true, IsSerializing = true, DefaultWidth = 8 },
        Row(Op.Sidt, "SIDT", "dst = limit and base of the IDT", "sidt", "q", "m", "w") with { CanFault = true, DefaultWidth = 8 },
        Row(Op.Lidt, "LGDT/LIDT", "limit and base of the IDT = src", "lidt", "q", "m", "r") with { CanFault = true, IsSerializing = true, DefaultWidth = 8 },
        Row(Op.Smsw, "SMSW", "dst = CR0; memory takes 16 bits", "smsw", "wlq", "rm", "w") with { CanFault = true, DefaultWidth = 2 },
        Row(Op.Lmsw, "LMSW", "bits 3:0 of CR0 = src; PE cannot be cleared", "lmsw", "w", "zm", "r") with { CanFault = true, DefaultWidth = 2 },
        Row(Op.Clts, "CLTS", "CR0.TS = 0", "clts", "", "-") with { CanFault = true },
        Row(Op.Verr, "VERR/VERW", "ZF = the segment that selector src names can be read", "verr", "w", "zm", "r") with { FlagsWritten = ZF, DefaultWidth = 2 },
        Row(Op.Verw, "VERR/VERW", "ZF = the segment that selector src names can be written; with MD_CLEAR also overwrites CPU buffers", "verw", "w", "zm", "r")
            with { FlagsWritten = ZF, DefaultWidth = 2 },
    ];

    private const string MovControl = "SDM vol. 2B, MOV - Move to/from Control Registers";
    private const string MovDebug = "SDM vol. 2B, MOV - Move to/from Debug Registers";
}
