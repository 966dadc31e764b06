using EntryGen;
using EntryGen.Emulation;
using EntryGen.Kernel;
using EntryGen.Tracing;

namespace PtiStacks;

/// <summary>A path through the kernel.</summary>
/// <param name="Name">In words.</param>
/// <param name="Entry">The entry.</param>
/// <param name="Start">What the event finds.</param>
/// <param name="LeavesBySysret">For a system call: whether C code lets it return by SYSRET.</param>
public sealed record KernelPath(string Name, string Entry, StartState Start, bool LeavesBySysret = true)
{
    /// <summary>All paths.</summary>
    public static IReadOnlyList<KernelPath> All { get; } =
    [
        new("system call, SYSRET", Design.SystemCall, StartState.User),
        new("system call, IRET", Design.SystemCall, StartState.User, LeavesBySysret: false),
        new("interrupt in user mode", Design.Interrupt, StartState.User),
        new("interrupt in the kernel", Design.Interrupt, StartState.Kernel),
        new("NMI in user mode", Design.Nmi, StartState.User),
        new("NMI in the kernel", Design.Nmi, StartState.Kernel),
        new("NMI, user CR3 live", Design.Nmi, StartState.Kernel with { Cr3 = Side.User, Gs = Side.User }),
    ];
}

/// <summary>What a path takes from its first to its last instruction, counted while it runs.</summary>
/// <param name="Instructions">Instructions.</param>
/// <param name="Built">Words that are stored on a stack of the kernel for the first time, by the processor or by an instruction.</param>
/// <param name="Copied">Words that are copied from one stack to another.</param>
/// <param name="RspReloads">Instructions that load RSP with another stack: not the events, and not IRET.</param>
/// <param name="Cr3Writes">Writes to CR3.</param>
/// <param name="MemoryAccesses">Reads and writes of memory.</param>
public sealed record Costs(long Instructions, int Built, int Copied, int RspReloads, int Cr3Writes, long MemoryAccesses)
{
    /// <summary>Runs a path.</summary>
    /// <exception cref="InvalidOperationException">It does not come to its end.</exception>
    public static Costs Of(Design design, KernelPath path)
    {
        var options = design.Options with { Processors = 1, Tasks = [0] };
        if (!path.LeavesBySysret)
        {
            options = options with { Functions = new Dictionary<string, CFunction> { ["do_syscall_64"] = static (ref cpu) => LeaveByIret(ref cpu) } };
        }

        var environment = KernelEnvironment.Create(design.Unit, options);
        var stores = new StackStores(environment);
        Trace trace;
        using (environment.Machine.Observe(stores))
        {
            trace = TraceRecorder.Record(environment, path.Entry, path.Start);
        }

        return trace.Returned
            ? new Costs(trace.Summary.Instructions, stores.Count - trace.Summary.CopiedWords, trace.Summary.CopiedWords, RspReloadsOf(trace), trace.Summary.Cr3Writes, trace.Summary.MemoryAccesses)
            : throw new InvalidOperationException($"{design.Id}, {path.Name}: {trace.Summary.Stop}");
    }

    private static void LeaveByIret(ref Cpu cpu)
    {
        cpu.PoisonCallerSaved();
        cpu.Rax = 0;
    }

    private static int RspReloadsOf(Trace trace)
    {
        var reloads = 0;
        var stack = trace.Before.Stack;
        foreach (var step in trace.Steps)
        {
            var isLoad = step.Kind == TraceStepKind.Instruction && !step.Text.StartsWith("iret", StringComparison.Ordinal);
            reloads += isLoad && step.Lanes.Stack != stack ? 1 : 0;
            stack = step.Lanes.Stack;
        }

        return reloads;
    }

    /// <summary>Counts words that are stored on stacks of the kernel.</summary>
    private sealed class StackStores(KernelEnvironment environment) : IMachineObserver
    {
        public int Count { get; private set; }

        ObservedEvents IMachineObserver.Events => ObservedEvents.Memory;

        void IMachineObserver.Store(Machine machine, ulong address, int size, ulong value) =>
            Count += size == 8 && environment.Stacks.At(address) is { Kind: not StackKind.User } ? 1 : 0;
    }
}
