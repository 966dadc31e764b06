using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Tasks;

/// <summary>The named properties of entry code under which tasks sleep and move. docs/tasks.md has the table.</summary>
public static class TaskProperties
{
    /// <summary>Nothing that a task needs stays on a per-CPU stack while it sleeps.</summary>
    public static TaskProperty NothingLeftBehind { get; } = new(
        "left-behind",
        "no word that a task leaves on a per-CPU stack when it sleeps is read by it later, and none that another task has overwritten",
        TaskMoments.Step,
        state => state.LeftBehind == 0)
    {
        Explain = state => $"the word at {Hex(state.LeftBehind)}, {Place(state, state.LeftBehind)}, is read again",
    };

    /// <summary>A CPU and a task use what is theirs.</summary>
    public static TaskProperty OwnMemory { get; } = new(
        "own-memory",
        "no per-CPU variable and no stack is used that belongs to another CPU or another task",
        TaskMoments.Step,
        state => state.ForeignAccess == 0)
    {
        Explain = state => $"{Hex(state.ForeignAccess)}, {Place(state, state.ForeignAccess)}, is accessed by task {state.Task} on CPU {state.Cpu}",
    };

    /// <summary>A task sleeps on a stack of its own.</summary>
    public static TaskProperty SleepsOnOwnStack { get; } = new(
        "sleep",
        "a task sleeps on a stack of its own, never on a per-CPU one",
        TaskMoments.Sleep,
        state => state.Environment.Stacks.OfPointer(state[Reg.Rsp]) is { IsPerCpu: false });

    /// <summary>Control comes back.</summary>
    public static TaskProperty Returns { get; } = new(
        "return", "an entry returns to what it interrupted: RIP, CS, RSP, SS and RFLAGS", TaskMoments.Return, state => WrongFrame(state).Length == 0)
    {
        Explain = state => string.Join("; ", WrongFrame(state).Select(register => Difference(register, state))),
    };

    /// <summary>The interrupted code finds its registers.</summary>
    public static TaskProperty RegistersPreserved { get; } = new(
        "registers",
        "the interrupted code finds its general registers as they were, but for those that a system call may change",
        TaskMoments.Return,
        state => WrongRegisters(state).Length == 0)
    {
        Explain = state => string.Join("; ", WrongRegisters(state).Select(register => Difference(register, state))),
    };

    /// <summary>GS belongs to the CPU or to the task.</summary>
    public static TaskProperty GsRestored { get; } = new(
        "gs",
        "after a return the GS base, and the one that SWAPGS would load, are again the kernel's on this CPU or this task's, whichever they were",
        TaskMoments.Return,
        state => (state[Reg.GsBase], state[Reg.KernelGsBase]) == ExpectedGs(state))
    {
        Explain = state => $"the GS base is {Hex(state[Reg.GsBase])}, IA32_KERNEL_GS_BASE is {Hex(state[Reg.KernelGsBase])}",
    };

    /// <summary>CR3 belongs to the CPU, the task and the half.</summary>
    public static TaskProperty Cr3Restored { get; } = new(
        "cr3",
        "after a return CR3 holds the page tables of the task, under the PCID that its process has on this CPU, in the half that was interrupted",
        TaskMoments.Return,
        state => state[Reg.Cr3] == ExpectedCr3(state))
    {
        Explain = state => $"CR3 is {Hex(state[Reg.Cr3])}, not {Hex(ExpectedCr3(state))}",
    };

    /// <summary>CR3 never names what is not the CPU's or not the task's.</summary>
    public static TaskProperty OwnPageTables { get; } = new(
        "own-cr3",
        "CR3 always names the page tables of the task that runs, under the PCID that its process has on this CPU",
        TaskMoments.Step,
        state => (state[Reg.Cr3] & ~Half(state)) == state.Environment.Cr3Of(state.Cpu, state.Task, Side.Kernel))
    {
        Explain = state => $"CR3 is {Hex(state[Reg.Cr3])}, not {Hex(state.Environment.Cr3Of(state.Cpu, state.Task, Side.Kernel))}, on CPU {state.Cpu}",
    };

    /// <summary>C code runs on the kernel page tables.</summary>
    public static TaskProperty CallsOnKernelHalf { get; } = new(
        "c-cr3", "C code outside of the unit is called on the kernel page tables", TaskMoments.Call, state => !state.OnUserPageTables);

    /// <summary>C code finds the per-CPU variables of its CPU.</summary>
    public static TaskProperty CallsWithKernelGs { get; } = new(
        "c-gs", "C code is called with the kernel's GS base of the CPU that it runs on", TaskMoments.Call, state => state[Reg.GsBase] == PerCpuBase(state));

    /// <summary>Entry code does not fault.</summary>
    public static TaskProperty NoFault { get; } = new(
        "no-fault", "no instruction of entry code faults: nothing is used that the live page tables do not map", TaskMoments.Fault, _ => false)
    {
        Explain = state => $"{VectorNames.Of(state.Stop.Vector)}{(state.Stop.Vector == Vectors.PageFault ? $" at {Hex(state.Stop.Address)}" : "")}"
            + (state.OnUserPageTables ? ", on the user page tables" : ""),
    };

    /// <summary>Control stays in code.</summary>
    public static TaskProperty StaysInCode { get; } = new(
        "no-stray",
        "control goes to entry code, to functions that it calls, or back; registers that a C function left undefined are not used",
        TaskMoments.Stop,
        state => state.Stop.Kind == StopKind.Fault)
    {
        Explain = state => state.Stop.Kind switch
        {
            StopKind.UndefinedValue => $"{((Reg)state.Stop.Address).ToString().ToUpperInvariant()} was left undefined by a C function",
            StopKind.Budget => "it goes on for ever",
            _ => $"RIP is {Hex(state[Reg.Rip])}",
        },
    };

    /// <summary>No process sees registers of another one.</summary>
    public static TaskProperty NoRegistersOfOthers { get; } = Hides(
        "residue-process", SecretKind.OtherProcess, "while user code runs, no word that its page tables map holds a general register, other than RSP, of another process");

    /// <summary>No process sees where the stack of another one is.</summary>
    public static TaskProperty NoStackPointersOfOthers { get; } = Hides(
        "residue-rsp", SecretKind.OtherStackPointer, "while user code runs, no word that its page tables map holds RSP of another process");

    /// <summary>No process sees registers of C code.</summary>
    public static TaskProperty NoRegistersOfKernel { get; } = Hides(
        "residue-kernel", SecretKind.KernelRegisters, "while user code runs, no word that its page tables map holds what C code had in a register");

    /// <summary>No process sees the canary.</summary>
    public static TaskProperty CanaryIsHidden { get; } = Hides(
        "canary", SecretKind.Canary, "while user code runs, no word that its page tables map holds the stack protector's canary");

    /// <summary>No process sees what is now where a stack was.</summary>
    public static TaskProperty FreedStacksAreHidden { get; } = Hides(
        "freed-stack", SecretKind.FreedStack, "while user code runs, its page tables do not map the stack of a task that has ended, which the kernel uses again");

    /// <summary>All but those that ask what user code could see.</summary>
    public static IReadOnlyList<TaskProperty> All { get; } =
    [
        NothingLeftBehind, OwnMemory, SleepsOnOwnStack, Returns, RegistersPreserved, GsRestored, Cr3Restored, OwnPageTables, CallsOnKernelHalf, CallsWithKernelGs, NoFault, StaysInCode,
    ];

    /// <summary>What user code could see.</summary>
    public static IReadOnlyList<TaskProperty> Confidentiality { get; } = [NoRegistersOfOthers, NoStackPointersOfOthers, NoRegistersOfKernel, CanaryIsHidden, FreedStacksAreHidden];

    /// <summary>All that have a name.</summary>
    public static IReadOnlyList<TaskProperty> Named { get; } = [.. All, .. Confidentiality];

    private static TaskProperty Hides(string id, SecretKind secret, string words) =>
        new(id, words, TaskMoments.Return, state => (state[Reg.Cs] & 3) != 3 || !state.IsVisible(secret))
        {
            Explain = state => state.Visible(secret).First() is var word
                ? $"{Hex(word.Value)} at {word.Address}, {Place(state, word.Address.Value)}, while task {state.Task} runs on CPU {state.Cpu}"
                : null,
        };

    private static ulong PerCpuBase(TaskState state) => state.Environment.PerCpuBaseOf(state.Cpu);

    private static (ulong Gs, ulong KernelGs) ExpectedGs(TaskState state)
    {
        var user = InterruptedContext.GsBaseOf(state.Task);
        return (state.HadKernelGs ? PerCpuBase(state) : user, state.SwappedToKernelGs ? PerCpuBase(state) : user);
    }

    private static ulong ExpectedCr3(TaskState state) => state.Environment.Cr3Of(state.Cpu, state.Task, state.WasOnUserPageTables ? Side.User : Side.Kernel);

    private static ulong Half(TaskState state) => state.Environment.Options switch
    {
        { Pti: false } => 0,
        { Pcid: true } => Cr3Bits.UserPageTable | Cr3Bits.UserPcid,
        _ => Cr3Bits.UserPageTable,
    };

    private static Reg[] WrongFrame(TaskState state) =>
    [
        .. new[] { Reg.Rip, Reg.Cs, Reg.Rsp, Reg.Ss }.Where(register => state[register] != state.Interrupted(register)),
        .. ((state[Reg.Rflags] ^ state.Interrupted(Reg.Rflags)) & ~Flags.RF) != 0 ? [Reg.Rflags] : Array.Empty<Reg>(),
    ];

    private static Reg[] WrongRegisters(TaskState state)
    {
        Reg[] free = state.Kind == EntryKind.Syscall ? [Reg.Rax, Reg.Rcx, Reg.R11] : [];
        return [.. Enumerable.Range(0, 16).Select(number => (Reg)number).Where(register => register != Reg.Rsp && !free.Contains(register) && state[register] != state.Interrupted(register))];
    }

    private static string Difference(Reg register, TaskState state) =>
        $"{register.ToString().ToUpperInvariant()} is {Hex(state[register])}, was {Hex(state.Interrupted(register))}";

    private static string Place(TaskState state, ulong address) => state.Environment.Stacks.At(address) is { } stack
        ? $"on the {stack.Name} stack of {(stack.IsPerCpu ? "CPU" : "task")} {stack.Owner}"
        : state.Environment.Mappings.FirstOrDefault(range => address - range.Start.Value < range.End.Value - range.Start.Value)?.Name ?? "mapped nowhere";

    private static string Hex(ulong value) => $"0x{value:x}";
}
