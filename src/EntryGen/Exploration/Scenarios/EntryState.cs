using EntryGen.Emulation;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Exploration.Scenarios.States;
using EntryGen.Kernel;
using EntryGen.Tracing;

namespace EntryGen.Exploration.Scenarios;

/// <summary>What a property looks at: the machine at a moment, and for each activation in progress what it interrupted.</summary>
/// <remarks>One object is used for all states that a thread looks at. A predicate must not change the machine.</remarks>
public sealed class EntryState
{
    private readonly Ghost _ghost;

    internal EntryState(KernelEnvironment environment, Ghost ghost, AddressSpaces spaces)
    {
        AddressSpaces = spaces;
        Environment = environment;
        _ghost = ghost;
        IsIsolated = environment.Options.Pti;
        HasPcid = environment.Options.Pcid;
    }

    /// <summary>Whether there is page-table isolation.</summary>
    internal bool IsIsolated { get; }

    /// <summary>Whether the TLB is tagged.</summary>
    internal bool HasPcid { get; }

    /// <summary>The kernel around the entry code.</summary>
    public KernelEnvironment Environment { get; }

    /// <summary>The machine.</summary>
    public Machine Machine => Environment.Machine;

    /// <summary>The kernel's bookkeeping of address spaces.</summary>
    public AddressSpaces AddressSpaces { get; }

    /// <summary>Which moment this is: one bit.</summary>
    public Moments Moment { get; internal set; }

    /// <summary>How many activations are in progress: the explored entry and the events nested on it. 0: what was interrupted first runs again.</summary>
    public int Level => _ghost.Level;

    /// <summary>On <see cref="Moments.Call"/>: the C function.</summary>
    public string Function { get; internal set; } = "";

    /// <summary>On <see cref="Moments.Step"/>: the instruction of the unit that ran; null after a C function and after an event.</summary>
    public UnitInstruction? Executed { get; internal set; }

    /// <summary>On <see cref="Moments.Fault"/> the fault, on <see cref="Moments.Stop"/> why execution cannot go on.</summary>
    public Stop Stop { get; internal set; }

    /// <summary>A register now.</summary>
    /// <param name="register">Which one.</param>
    public ulong this[Reg register] => Machine.Registers[(int)register];

    /// <summary>The innermost activation: what has just been called, returned or faulted.</summary>
    public EntryActivation Innermost => Activation(Math.Max(Level, 1) - 1);

    /// <summary>An activation in progress.</summary>
    /// <param name="level">0 for the explored entry, up to <see cref="Level"/> - 1.</param>
    public EntryActivation Activation(int level) => new(_ghost, level);

    /// <summary>The lanes of a trace: page table, GS, stack, IF, CPL.</summary>
    public Lanes Lanes => Lanes.Of(Environment, register => this[register]);

    /// <summary>Whether CR3 points at the user half of the page tables.</summary>
    public bool OnUserPageTables => IsIsolated && (this[Reg.Cr3] & Cr3Bits.UserPageTable) != 0;

    /// <summary>Whether an NMI was delivered for which the C handler has not been called since.</summary>
    public bool OwesNmi => _ghost.OwesNmi;

    internal ulong Broken => _ghost.Broken;

    /// <summary>Whether the last step wrote CR3 so that translations stay whose bit in the flush mask had been cleared.</summary>
    internal bool KeepsOwed { get; set; }

    /// <summary>Whether the handler of the innermost activation has loaded another mm.</summary>
    internal bool HasOtherMm => AddressSpaces.LoadedMm != Mm.None && AddressSpaces.Loaded != _ghost.LoadedAt(Math.Max(Level, 1) - 1);
}

/// <summary>An event, or the call, that led to an entry: what was interrupted.</summary>
public readonly struct EntryActivation
{
    private readonly Ghost _ghost;
    private readonly int _level;

    internal EntryActivation(Ghost ghost, int level)
    {
        _ghost = ghost;
        _level = level;
    }

    /// <summary>The vector; 255 for SYSCALL, SYSENTER and calls.</summary>
    public byte Vector => _ghost.VectorOf(_level);

    /// <summary>How its entry is reached.</summary>
    public EntryKind Kind => _ghost.KindOf(_level);

    /// <summary>Whether it is a fault of entry code itself, not an event from outside.</summary>
    public bool IsFault => _ghost.IsFault(_level);

    /// <summary>Whether user code was interrupted.</summary>
    public bool FromUser => (Interrupted(Reg.Cs) & 3) == 3;

    /// <summary>A register as it was before; RIP is where the interrupted code goes on. General registers, RIP, RFLAGS, CR3, bases, CS, SS, SPEC_CTRL.</summary>
    /// <param name="register">Which one.</param>
    /// <exception cref="ArgumentOutOfRangeException">What it was is not kept.</exception>
    public ulong Interrupted(Reg register) => _ghost.Interrupted(_level, register);
}
