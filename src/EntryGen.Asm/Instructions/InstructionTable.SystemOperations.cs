namespace EntryGen.Asm.Instructions;

public static partial class InstructionTable
{
    private static IEnumerable<InstructionInfo> SystemOperations() =>
    [
        Row(Op.Invlpg, "INVLPG", "forget translations of the page of src, global ones too", "invlpg", "", "m", "a") with { CanFault = true, IsSerializing = true },
        // Serializing by SDM vol. 3A 4.10.4.1; the list in 9.3 omits it.
        Row(Op.Invpcid, "INVPCID", "forget translations by type dst and the PCID and address in src", "invpcid", "", "m,q", "r r")
            with { CanFault = true, IsSerializing = true },
        Row(Op.Invd, "INVD", "forget cached memory without writing it back", "invd", "", "-") with { CanFault = true, IsSerializing = true },
        Row(Op.Wbinvd, "WBINVD", "write cached memory back and forget it", "wbinvd", "", "-") with { CanFault = true, IsSerializing = true },
        Row(Op.In, "IN", "accumulator = input from the port", "in", "bwl", "b,a d,a b d", "w r") with { ImplicitWrites = Rax, CanFault = true },
        Row(Op.Out, "OUT", "output the accumulator to the port", "out", "bwl", "a,b a,d b d", "r r") with { ImplicitReads = Rax, CanFault = true },
        Row(Op.Cpuid, "CPUID", "EAX, EBX, ECX, EDX = what leaf EAX, subleaf ECX says of the processor", "cpuid", "", "-")
            with { ImplicitReads = Rax | Rcx, ImplicitWrites = Rax | Rbx | Rcx | Rdx, IsSerializing = true },
        Row(Op.Rdtsc, "RDTSC", "EDX:EAX = time-stamp counter", "rdtsc", "", "-") with { ImplicitWrites = Rax | Rdx, CanFault = true },
        Row(Op.Rdtscp, "RDTSCP", "EDX:EAX = time-stamp counter, ECX = TSC_AUX", "rdtscp", "", "-") with { ImplicitWrites = Rax | Rcx | Rdx, CanFault = true },
        Row(Op.Rdpmc, "RDPMC", "EDX:EAX = the performance counter that ECX names", "rdpmc", "", "-")
            with { ImplicitReads = Rcx, ImplicitWrites = Rax | Rdx, CanFault = true },
        Row(Op.Rdpid, "RDPID", "dst = TSC_AUX", "rdpid", "", "q", "w"),
        Row(Op.Rdpkru, "RDPKRU", "EAX = PKRU, EDX = 0", "rdpkru", "", "-") with { ImplicitReads = Rcx, ImplicitWrites = Rax | Rdx, CanFault = true },
        Row(Op.Wrpkru, "WRPKRU", "PKRU = EAX", "wrpkru", "", "-") with { ImplicitReads = Rax | Rcx | Rdx, CanFault = true },
        Row(Op.Xgetbv, "XGETBV", "EDX:EAX = the extended control register that ECX names", "xgetbv", "", "-")
            with { ImplicitReads = Rcx, ImplicitWrites = Rax | Rdx, CanFault = true },
        Row(Op.Xsetbv, "XSETBV", "the extended control register that ECX names = EDX:EAX", "xsetbv", "", "-")
            with { ImplicitReads = Rax | Rcx | Rdx, CanFault = true },
    ];
}
