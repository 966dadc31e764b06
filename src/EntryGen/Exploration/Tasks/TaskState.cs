using EntryGen.Emulation;
using EntryGen.Exploration.Tasks.States;
using EntryGen.Kernel;
using EntryGen.Tracing;

namespace EntryGen.Exploration.Tasks;

/// <summary>What a property looks at: the CPU that made the last step, with the task that is on it.</summary>
/// <remarks>One object is used for all states that a thread looks at. A predicate must not change the machine.</remarks>
public sealed class TaskState
{
    private readonly TaskGhost _ghost;
    private readonly UserView _view;

    internal TaskState(KernelEnvironment environment, TaskGhost ghost, UserView view)
    {
        Environment = environment;
        _ghost = ghost;
        _view = view;
    }

    /// <summary>The kernel around the entry code.</summary>
    public KernelEnvironment Environment { get; }

    /// <summary>The CPU, counted from 0.</summary>
    public int Cpu { get; internal set; }

    /// <summary>The task that is on it, counted from 0.</summary>
    public int Task { get; internal set; }

    /// <summary>Which moment this is: one bit.</summary>
    public TaskMoments Moment { get; internal set; }

    /// <summary>A register of the CPU.</summary>
    /// <param name="register">Which one.</param>
    public ulong this[Reg register] => Environment.Machine.Registers[(int)register];

    /// <summary>How many entries of the task are in progress, nested in each other; 0: it is in user mode.</summary>
    public int Level => _ghost.LevelOf(Task);

    /// <summary>Whether the innermost entry came from user mode.</summary>
    public bool IsFromUser => (Interrupted(Reg.Cs) & 3) == 3;

    /// <summary>Whether the innermost entry found the user half of the page tables.</summary>
    public bool WasOnUserPageTables => _ghost.HasFlag(Task, Innermost, TaskGhost.UserHalf);

    /// <summary>Whether the innermost entry found the kernel's GS base.</summary>
    public bool HadKernelGs => _ghost.HasFlag(Task, Innermost, TaskGhost.KernelGs);

    /// <summary>Whether SWAPGS would have loaded the kernel's GS base where the innermost entry began.</summary>
    public bool SwappedToKernelGs => _ghost.HasFlag(Task, Innermost, TaskGhost.SwapsToKernelGs);

    /// <summary>How the innermost entry is reached.</summary>
    public EntryKind Kind => _ghost.KindOf(Task, Innermost);

    /// <summary>A register as the innermost entry found it: general registers, RIP, RFLAGS, CS, SS.</summary>
    /// <param name="register">Which one.</param>
    public ulong Interrupted(Reg register) => _ghost.Interrupted(Task, Innermost, register);

    /// <summary>On <see cref="TaskMoments.Call"/> and <see cref="TaskMoments.Sleep"/>: the C function.</summary>
    public string Function { get; internal set; } = "";

    /// <summary>On <see cref="TaskMoments.Fault"/> and <see cref="TaskMoments.Stop"/>: why.</summary>
    public Stop Stop { get; internal set; }

    /// <summary>Whether CR3 points at the user half of the page tables.</summary>
    public bool OnUserPageTables => Environment.Options.Pti && (this[Reg.Cr3] & Cr3Bits.UserPageTable) != 0;

    /// <summary>
    /// The address of a word on a per-CPU stack that the last step read although it is not what the task wrote there since it slept last: the task left it behind, or another one
    /// has overwritten it. 0: none.
    /// </summary>
    public ulong LeftBehind { get; internal set; }

    /// <summary>An address that the last step accessed and that belongs to another CPU or to another task. 0: none.</summary>
    public ulong ForeignAccess { get; internal set; }

    /// <summary>Words that the user half of the task's process maps, and that hold what is not the process's own.</summary>
    /// <param name="secret">Which kind of.</param>
    public IEnumerable<VisibleSecret> Visible(SecretKind secret) => _view.Find(Task, secret);

    /// <summary>Whether there is one.</summary>
    /// <param name="secret">Which kind of.</param>
    public bool IsVisible(SecretKind secret) => Visible(secret).Any();

    /// <summary>The lanes of a trace.</summary>
    public Lanes Lanes => Lanes.Of(Environment, register => this[register]);

    internal ulong Broken => _ghost.Broken;

    private int Innermost => Math.Max(Level, 1) - 1;
}

/// <summary>What user code must not be able to read, even by way of side channels.</summary>
public enum SecretKind
{
    /// <summary>General registers of a task of another process, but for RSP.</summary>
    OtherProcess,

    /// <summary>RSP of a task of another process.</summary>
    OtherStackPointer,

    /// <summary>Values that C code had in its registers.</summary>
    KernelRegisters,

    /// <summary>The stack protector's canary, which is the same for all.</summary>
    Canary,

    /// <summary>What the kernel keeps where a stack was that has been freed.</summary>
    FreedStack,
}

/// <summary>A word that user code can see.</summary>
/// <param name="Address">Its linear address.</param>
/// <param name="Value">What it holds.</param>
public readonly record struct VisibleSecret(VirtualAddress Address, ulong Value);
