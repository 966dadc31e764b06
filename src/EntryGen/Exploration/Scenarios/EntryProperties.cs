using EntryGen.Emulation;
using EntryGen.Exploration.Scenarios.States;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Scenarios;

/// <summary>The named properties of entry code. docs/exploration.md has the table.</summary>
public static class EntryProperties
{
    private const string Sdm = "SDM vol. 3A";

    /// <summary>An event leaves CR3 as it found it: table, half and PCID.</summary>
    public static EntryProperty Cr3Restored { get; } = new(
        PropertyIds.Cr3Restored,
        "when an entry returns, CR3 holds what the interrupted code had; or, where a handler loaded another mm, that one's table in the same half",
        Moments.Return,
        state => state[Reg.Cr3] == ExpectedCr3(state))
    {
        Explain = state => $"CR3 is {Hex(state[Reg.Cr3])}, not {Hex(ExpectedCr3(state))}",
    };

    /// <summary>No stale translation is used by user code.</summary>
    public static EntryProperty NoStaleTranslation { get; } = new(
        PropertyIds.NoStaleTranslation,
        "user code does not run on a PCID that may hold translations which a completed flush should have removed",
        Moments.Return,
        state => (state[Reg.Cs] & 3) != 3 || !state.AddressSpaces.IsStale)
    {
        Explain = state => $"PCID {state[Reg.Cr3] & Cr3Bits.PcidMask} was not flushed since an entry was changed",
    };

    /// <summary>The bookkeeping agrees with CR3 where interrupts are on.</summary>
    public static EntryProperty BookkeepingAgrees { get; } = new(
        PropertyIds.BookkeepingAgrees,
        "where interrupts are on, cpu_tlbstate.loaded_mm and loaded_mm_asid say what CR3 holds",
        Moments.Return,
        state => (state[Reg.Rflags] & Flags.IF) == 0 || AgreesWithCr3(state),
        "x86/mm/tlb.c: the check of switch_mm_irqs_off under CONFIG_DEBUG_VM")
    {
        Explain = state => $"CR3 is {Hex(state[Reg.Cr3])}, loaded_mm is {state.AddressSpaces.LoadedMm} with ASID {state.AddressSpaces.LoadedAsid}",
    };

    /// <summary>Kernel code that ran on the user page tables runs on them again.</summary>
    public static EntryProperty UserHalfRestored { get; } = new(
        PropertyIds.UserHalfRestored,
        "kernel code that was interrupted on the user page tables goes on on them",
        Moments.Return,
        state => state.Innermost.FromUser || !WasOnUserPageTables(state) || state.OnUserPageTables);

    /// <summary>A bit of the flush mask is cleared only with a flush.</summary>
    public static EntryProperty MaskClearedWithFlush { get; } = new(
        PropertyIds.MaskClearedWithFlush,
        "a bit of user_pcid_flush_mask is cleared only together with a flushing write of that user PCID",
        Moments.Step | Moments.Return,
        state => !state.KeepsOwed)
    {
        OverlooksPlainSteps = true,
        Explain = state => $"PCID {state[Reg.Cr3] & Cr3Bits.PcidMask} was loaded with bit 63 set, after its bit in the mask was cleared",
    };

    /// <summary>User code never runs on the kernel page tables.</summary>
    public static EntryProperty UserRunsOnUserHalf { get; } = new(
        PropertyIds.UserRunsOnUserHalf,
        "no user instruction runs on the kernel page tables",
        Moments.Return,
        state => (state[Reg.Cs] & 3) != 3 || !state.IsIsolated || state.OnUserPageTables);

    /// <summary>The TLB's tag belongs to the table: otherwise translations of one serve the other.</summary>
    public static EntryProperty PcidOfTable { get; } = new(
        PropertyIds.PcidOfTable,
        "CR3 always names a page table of the process, under that table's PCID",
        Moments.Step,
        HasOwnPcid,
        "SDM vol. 3A, 4.10.4.1: with bit 63 set, entries that were made for the PCID are used")
    {
        OverlooksPlainSteps = true,
        Explain = state => $"CR3 is {Hex(state[Reg.Cr3])}: the {(state.OnUserPageTables ? "user" : "kernel")} page table with PCID {state[Reg.Cr3] & Cr3Bits.PcidMask}",
    };

    /// <summary>Control comes back to what was interrupted.</summary>
    public static EntryProperty Returns { get; } = new(
        PropertyIds.Returns,
        "an entry returns to what it interrupted: RIP, CS, RSP, SS and RFLAGS",
        Moments.Return,
        state => state.Innermost.IsFault || !HasWrongFrame(state))
    {
        Explain = state => string.Join("; ", Collect<Reg>(state, HasWrongFrame).Select(register => Difference(register, state))),
    };

    /// <summary>The interrupted code finds its registers.</summary>
    public static EntryProperty RegistersPreserved { get; } = new(
        PropertyIds.RegistersPreserved,
        "the interrupted code finds its general registers as they were, but for those that a system call may change",
        Moments.Return,
        state => state.Innermost.IsFault || !HasWrongRegisters(state))
    {
        Explain = state => string.Join("; ", Collect<Reg>(state, HasWrongRegisters).Select(register => Difference(register, state))),
    };

    /// <summary>GS bases and SPEC_CTRL are as they were.</summary>
    public static EntryProperty GsRestored { get; } = new(
        PropertyIds.GsRestored,
        "when an entry returns, the GS base and the one that SWAPGS would load are as they were",
        Moments.Return,
        state => state.Innermost.IsFault // where loading GS faults, error_entry exchanges the bases for the landing
            || (state[Reg.GsBase] == state.Innermost.Interrupted(Reg.GsBase)
                && (state[Reg.KernelGsBase] == state.Innermost.Interrupted(Reg.KernelGsBase) || state.Innermost.Kind == EntryKind.Call))) // a function may be there to load the user's
    {
        Explain = state => Difference("GS base", state[Reg.GsBase], state.Innermost.Interrupted(Reg.GsBase))
            ?? Difference("IA32_KERNEL_GS_BASE", state[Reg.KernelGsBase], state.Innermost.Interrupted(Reg.KernelGsBase)),
    };

    /// <summary>IBRS is as it was.</summary>
    public static EntryProperty SpecCtrlRestored { get; } = new(
        PropertyIds.SpecCtrlRestored,
        "when an entry returns, IA32_SPEC_CTRL holds what it held",
        Moments.Return,
        state => state[Reg.SpecCtrl] == state.Innermost.Interrupted(Reg.SpecCtrl))
    {
        Explain = state => Difference("IA32_SPEC_CTRL", state[Reg.SpecCtrl], state.Innermost.Interrupted(Reg.SpecCtrl)),
    };

    /// <summary>C code runs on the kernel page tables.</summary>
    public static EntryProperty CallsOnKernelHalf { get; } = new(
        PropertyIds.CallsOnKernelHalf,
        "C code is called on the kernel page tables",
        Moments.Call,
        state => !state.OnUserPageTables);

    /// <summary>C code finds its per-CPU variables.</summary>
    public static EntryProperty CallsWithKernelGs { get; } = new(
        PropertyIds.CallsWithKernelGs,
        "C code is called with the kernel's GS base",
        Moments.Call,
        state => state[Reg.GsBase] == state.Environment.Layout.PerCpuBase.Value)
    {
        Explain = state => Difference("GS base", state[Reg.GsBase], state.Environment.Layout.PerCpuBase.Value),
    };

    /// <summary>C code runs on a stack that it may use: an event from user mode on the thread's.</summary>
    public static EntryProperty CallsOnItsStack { get; } = new(
        PropertyIds.CallsOnItsStack,
        "C code is called on a kernel stack, and for user code on the thread's: never on the entry stack or on one that the next event would overwrite",
        Moments.Call,
        HasRightStack,
        "x86/kernel/traps.c: an event from user mode may schedule; IST stacks start over at each event")
    {
        Explain = state => $"RSP is {Hex(state[Reg.Rsp])}, on {state.Environment.Stacks.OfPointer(state[Reg.Rsp])?.Name ?? "no"} stack",
    };

    /// <summary>What is moved to the thread's stack is what the processor pushed.</summary>
    public static EntryProperty EntryFrame { get; } = new(
        PropertyIds.EntryFrame,
        "an event from user code begins on an empty stack: the pt_regs that are moved to the thread's stack end with the processor's own frame",
        Moments.Call,
        state => ExpectedFrame(state) is not { } top || state[Reg.Rdi] + PtRegs.Size == top,
        Sdm + ", 6.14.2: the stack of a gate or of the TSS starts over at each event; its first word is SS")
    {
        Explain = state => $"pt_regs at {Hex(state[Reg.Rdi])} end {ExpectedFrame(state) - (state[Reg.Rdi] + PtRegs.Size)} bytes below the top of the stack",
    };

    /// <summary>C code finds the flags that its compiler relies on.</summary>
    public static EntryProperty CallsWithFlags { get; } = new(
        PropertyIds.CallsWithFlags,
        "C code is called with DF clear, and with AC clear where SMAP is on",
        Moments.Call,
        state => (state[Reg.Rflags] & (Flags.DF | ((state[Reg.Cr4] & Cr4Bits.SMAP) != 0 ? Flags.AC : 0))) == 0,
        "System V ABI 3.2.1; Linux enters C with SMAP in force")
    {
        Explain = state => $"RFLAGS is {Hex(state[Reg.Rflags])}",
    };

    /// <summary>C code with IBRS: it is on while the kernel runs, where the kernel uses it.</summary>
    public static EntryProperty CallsWithIbrs { get; } = new(
        PropertyIds.CallsWithIbrs,
        "where the kernel uses IBRS, it is on when C code is called",
        Moments.Call,
        state => (state[Reg.SpecCtrl] & state.Environment.KernelSpecCtrl) == state.Environment.KernelSpecCtrl);

    /// <summary>pt_regs that C code is given say what was interrupted.</summary>
    public static EntryProperty PtRegsTrue { get; } = new(
        PropertyIds.PtRegsTrue,
        "pt_regs on the stack of a handler hold what was interrupted",
        Moments.Call,
        state => !HasWrongPtRegs(state))
    {
        Explain = state => string.Join("; ", Collect<string>(state, HasWrongPtRegs)),
    };

    /// <summary>Entry code does not fault.</summary>
    public static EntryProperty NoFault { get; } = new(
        PropertyIds.NoFault,
        "no instruction of entry code faults, but for those in the exception table: nothing is used that the live page tables do not map",
        Moments.Fault,
        _ => false)
    {
        Explain = state => $"{VectorNames.Of(state.Stop.Vector)}{(state.Stop.Vector == Vectors.PageFault ? $" at {Hex(state.Stop.Address)}, error code 0x{state.Stop.ErrorCode:x}" : "")}"
            + (state.OnUserPageTables ? ", on the user page tables" : ""),
    };

    /// <summary>Each NMI is handled.</summary>
    public static EntryProperty NoLostNmi { get; } = new(
        PropertyIds.NoLostNmi,
        "after each NMI its C handler runs before what it interrupted goes on",
        Moments.Return,
        state => !state.OwesNmi || IsNested(state),
        Sdm + ", 6.7.1");

    /// <summary>No triple fault.</summary>
    public static EntryProperty NoShutdown { get; } = new(
        PropertyIds.NoShutdown, "there is no triple fault", Moments.Stop, state => state.Stop.Kind != StopKind.Shutdown, Sdm + ", 6.15");

    /// <summary>Runs end.</summary>
    public static EntryProperty Ends { get; } = new(
        PropertyIds.Ends,
        "an entry comes to its end: there is no endless loop once nothing more happens",
        Moments.Stop,
        state => state.Stop.Kind != StopKind.Budget);

    /// <summary>Only code on the thread stack schedules.</summary>
    public static EntryProperty SchedulesOnThreadStack { get; } = new(
        PropertyIds.SchedulesOnThreadStack,
        "a handler schedules only on the thread stack: on another one it would be overwritten before the task runs again",
        Moments.Step,
        state => !state.AddressSpaces.HasScheduled || state.Environment.Stacks.OfPointer(state[Reg.Rsp])?.Kind == StackKind.Thread)
    {
        OverlooksPlainSteps = true,
    };

    /// <summary>Control stays in code.</summary>
    public static EntryProperty StaysInCode { get; } = new(
        PropertyIds.StaysInCode,
        "control goes to entry code, to functions that it calls, or back to what was interrupted; registers that a C function left undefined are not used",
        Moments.Stop,
        state => state.Stop.Kind is not (StopKind.Left or StopKind.UndefinedValue or StopKind.Halted))
    {
        Explain = state => state.Stop.Kind == StopKind.UndefinedValue
            ? $"{((Reg)state.Stop.Address).ToString().ToUpperInvariant()} was left undefined by a C function"
            : $"RIP is {Hex(state[Reg.Rip])}",
    };

    /// <summary>
    /// Only translations of the present page tables are used, whatever the TLB may hold: the machine's own answer to what <see cref="NoStaleTranslation"/> asks the bookkeeping. Needs
    /// <see cref="EntryScenario.WithWorstCaseTlb"/>.
    /// </summary>
    public static EntryProperty TranslationsPresent { get; } = new(
        PropertyIds.TranslationsPresent,
        "user code, and kernel code that may use user memory, find no translation in the TLB that the page tables do not have",
        Moments.Return | Moments.Step,
        state => !UsesUserMemory(state) || state.AddressSpaces.FindStale() is null,
        Sdm + ", 4.10.4")
    {
        OverlooksPlainSteps = true,
        Explain = state => state.AddressSpaces.FindStale() is { } stale
            ? $"{((state[Reg.Cs] & 3) == 3 ? "user" : "kernel")} code may use a stale translation: {stale}"
            : null,
    };

    /// <summary>All of them, in the order in which they are reported.</summary>
    public static IReadOnlyList<EntryProperty> All { get; } =
    [
        Cr3Restored, NoStaleTranslation, BookkeepingAgrees, UserHalfRestored, MaskClearedWithFlush, UserRunsOnUserHalf, PcidOfTable, Returns, RegistersPreserved, GsRestored, SpecCtrlRestored,
        CallsOnKernelHalf, CallsWithKernelGs, CallsOnItsStack, EntryFrame, CallsWithFlags, CallsWithIbrs, PtRegsTrue, NoFault, NoLostNmi, Ends, SchedulesOnThreadStack, NoShutdown, StaysInCode,
    ];

    /// <summary>Those and the questions about the macros that switch page tables, which are made of them or ask how code is written: asked by name only.</summary>
    public static IReadOnlyList<EntryProperty> Named => field ??= [.. All, TranslationsPresent, .. SwitchProperties.All];

    /// <summary>The property of an id.</summary>
    /// <param name="id">Its name.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static EntryProperty Find(string id) => Named.FirstOrDefault(property => property.Id == id)
        ?? throw new ArgumentException($"There is no property '{id}'. EntryProperties.Named lists them.", nameof(id));

    // Kernel code does where it was interrupted on its own tables, unless it is changing the mm or an entry; and where it has just switched to another.
    private static bool UsesUserMemory(EntryState state) => state.Moment == Moments.Step
        ? state.AddressSpaces.IsUsed
        : (state[Reg.Cs] & 3) == 3 || (!state.OnUserPageTables && state.AddressSpaces is { IsChanging: false, LoadedMm: not Handlers.Mm.None });

    private static bool HasOwnPcid(EntryState state) => state.AddressSpaces.KnowsCr3(state[Reg.Cr3]);

    /// <summary>What CR3 must hold after a return: what it held, or what the handler loaded, in the half that it had.</summary>
    private static ulong ExpectedCr3(EntryState state)
    {
        var was = state.Innermost.Interrupted(Reg.Cr3);
        var half = state.IsIsolated ? was & (Cr3Bits.UserPageTable | (state.HasPcid ? Cr3Bits.UserPcid : 0)) : 0;
        return state.HasOtherMm ? state.AddressSpaces.LoadedCr3!.Value | half : was;
    }

    private static bool AgreesWithCr3(EntryState state)
    {
        var half = state.IsIsolated ? Cr3Bits.UserPageTable | (state.HasPcid ? Cr3Bits.UserPcid : 0) : 0;
        return state.AddressSpaces.LoadedCr3 == (state[Reg.Cr3] & ~half);
    }

    private static bool WasOnUserPageTables(EntryState state) =>
        state.IsIsolated && (state.Innermost.Interrupted(Reg.Cr3) & Cr3Bits.UserPageTable) != 0;

    // A nested NMI only asks the one that it interrupted to run its handler again.
    private static bool IsNested(EntryState state)
    {
        for (var level = 0; level < state.Level - 1; level++)
        {
            if (state.Activation(level).Vector == Vectors.Nmi)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasRightStack(EntryState state)
    {
        var stack = state.Environment.Stacks.OfPointer(state[Reg.Rsp])?.Kind;
        if (CFunctionKinds.Of(state.Function) == CFunctionKind.StackSwitch)
        {
            return stack is not (null or StackKind.User);
        }

        // #DF has nowhere to go: it is not expected to return.
        return state.Innermost.FromUser && state.Innermost.Vector != Vectors.DoubleFault
            ? stack == StackKind.Thread
            : stack is not (null or StackKind.User or StackKind.Entry or StackKind.Espfix);
    }

    // Where the processor's frame ends on the stack that an event from user code took; null for other calls.
    private static ulong? ExpectedFrame(EntryState state) => state.Function == "sync_regs" && state.Innermost is { FromUser: true, IsFault: false }
        ? state.Environment.Stacks.OfPointer(state[Reg.Rsp]) is { Kind: not (StackKind.Thread or StackKind.User) } stack ? stack.Top.Value : null
        : null;

    // What is wrong is put into a list only where it is to be said: the question is asked millions of times.
    private static bool HasWrongFrame(EntryState state, List<Reg>? wrong = null)
    {
        var was = state.Innermost;
        var flags = was.Kind == EntryKind.Sysenter ? Flags.Status | Flags.RF : Flags.RF;
        var hasWrong = false;
        foreach (var register in (ReadOnlySpan<Reg>)[Reg.Rip, Reg.Cs, Reg.Rsp, Reg.Ss, Reg.Rflags])
        {
            if (((state[register] ^ was.Interrupted(register)) & (register == Reg.Rflags ? ~flags : ~0UL)) != 0)
            {
                hasWrong = true;
                wrong?.Add(register);
            }
        }

        return hasWrong;
    }

    private static bool HasWrongRegisters(EntryState state, List<Reg>? wrong = null)
    {
        var was = state.Innermost;
        var free = MayChange(was);
        var hasWrong = false;
        for (var register = Reg.Rax; register <= Reg.R15; register++)
        {
            if (register != Reg.Rsp && state[register] != was.Interrupted(register) && !free.Contains(register))
            {
                hasWrong = true;
                wrong?.Add(register);
            }
        }

        return hasWrong;
    }

    /// <summary>What a system call gives up: its result, and what the instructions that enter and leave overwrite. A called routine: what the ABI says.</summary>
    private static ReadOnlySpan<Reg> MayChange(EntryActivation was) => was.Kind switch
    {
        EntryKind.Fred when IsFredCall(was) => [Reg.Rax],
        EntryKind.Syscall or EntryKind.Sysenter => [Reg.Rax, Reg.Rcx, Reg.R11],
        EntryKind.Int80 => [Reg.Rax],
        EntryKind.Call => [Reg.Rax, Reg.Rcx, Reg.Rdx, Reg.Rsi, Reg.Rdi, Reg.R8, Reg.R9, Reg.R10, Reg.R11],
        _ => [],
    };

    // With FRED SYSCALL keeps RCX and R11, as INT $0x80 does.
    private static bool IsFredCall(EntryActivation was) => was is { Kind: EntryKind.Fred, Vector: Ghost.NoVector or LinuxVectors.Int80 };

    private static bool HasWrongPtRegs(EntryState state, List<string>? wrong = null)
    {
        // Handlers are given pt_regs that lie just above the return address; other calls say nothing about them.
        var regs = state[Reg.Rsp] + 8;
        var was = state.Innermost;
        if (state[Reg.Rdi] != regs || was.Kind == EntryKind.Call || was.IsFault)
        {
            return false;
        }

        var is32Bit = was.Interrupted(Reg.Cs) == Selectors.UserCode32;
        var hasWrong = false;
        var place = new WordReader(state.Machine);
        foreach (var (register, offset, name) in PtRegsWords.Of(IsFredCall(was) ? EntryKind.Int80 : was.Kind, is32Bit))
        {
            if (!place.TryRead(regs + (ulong)offset, out var word))
            {
                wrong?.Clear();
                wrong?.Add($"pt_regs at {Hex(regs)} are not mapped");
                return true;
            }

            // 32-bit code has no such register: the entry may use it.
            if (is32Bit && register is >= Reg.R8 and <= Reg.R15)
            {
                continue;
            }

            var expected = was.Interrupted(register);
            var ignored = register == Reg.Rflags ? Flags.RF : register is Reg.Cs or Reg.Ss ? ~0xFFFFUL : offset == PtRegs.OrigRax ? ~0xFFFF_FFFFUL : 0;
            if (((word ^ expected) & ~ignored) != 0)
            {
                hasWrong = true;
                wrong?.Add($"pt_regs->{name} is {Hex(word)}, was {Hex(expected)}");
            }
        }

        return hasWrong;
    }

    private static List<TItem> Collect<TItem>(EntryState state, Func<EntryState, List<TItem>, bool> find)
    {
        var wrong = new List<TItem>();
        find(state, wrong);
        return wrong;
    }

    private static string Difference(Reg register, EntryState state) =>
        $"{register.ToString().ToUpperInvariant()} is {Hex(state[register])}, was {Hex(state.Innermost.Interrupted(register))}";

    private static string? Difference(string name, ulong now, ulong expected) => now == expected ? null : $"{name} is {Hex(now)}, was {Hex(expected)}";

    private static string Hex(ulong value) => $"0x{value:x}";
}
