using EntryGen.Exploration;

namespace EntryGen.Benchmarks.Exploration;

/// <summary>
/// A processor that is interrupted, between any two instructions, by events whose entry and exit save and restore CR3 by value. The interrupted code is a
/// system call path, which changes CR3 itself; a handler may leave another address space loaded.
/// </summary>
/// <param name="before">Plain instructions before CR3 is saved.</param>
/// <param name="handler">Plain instructions in the handler.</param>
/// <param name="after">Plain instructions after CR3 is restored.</param>
/// <param name="restore">How CR3 is restored.</param>
internal sealed class ParanoidModel(int before, int handler, int after, Restore restore = Restore.WhenDifferent) : IModel<ParanoidState>
{
    /// <summary>The deepest nesting of events.</summary>
    public const int Deepest = 3;

    private const int Run = 0, Enter = 1, ChooseMm = 4, SwitchMm = 6;
    private readonly int _save = before;
    private readonly int _switch = before + 1;
    private readonly int _handler = before + 2;
    private readonly int _compare = before + 2 + handler;
    private readonly int _write = before + 3 + handler;
    private readonly int _return = before + 4 + handler + after;

    /// <summary>The size that the anchors are measured at.</summary>
    public static ParanoidModel Full => new(5, 6, 5);

    /// <summary>An event returns with the CR3 it interrupted.</summary>
    public Property<ParanoidState> RestoresCr3 => Property<ParanoidState>.Invariant(
        "P1.1", "an event returns with the CR3 that it interrupted", (in state) => state.Depth == 0 || state.Pc != _return || state.Cr3 == state.EntryCr3);

    /// <inheritdoc/>
    public void InitialStates(StateSink<ParanoidState> states) => states.Add(Run, default);

    /// <inheritdoc/>
    public void Successors(in ParanoidState state, StateSink<ParanoidState> successors)
    {
        if (state == default)
        {
            successors.Add(ChooseMm, state.WithCr3(2));
            successors.Add(ChooseMm + 1, state.WithCr3(3));
            return;
        }

        if (state.Depth < Deepest)
        {
            for (var kind = state.InNmi ? EventKind.Debug : EventKind.Nmi; kind <= EventKind.MachineCheck; kind++)
            {
                successors.Add(Enter + (int)kind - 1, state.Entered(kind));
            }
        }

        if (state.Depth == 0)
        {
            successors.Add(Run, InterruptedCode(state));
        }
        else
        {
            Event(state, successors);
        }
    }

    /// <inheritdoc/>
    public string NameOf(int transition) => transition switch
    {
        Run => "instruction",
        SwitchMm => "handler leaves another mm",
        >= ChooseMm => $"start on mm {transition - ChooseMm}",
        _ => $"{(EventKind)(transition - Enter + 1)}",
    };

    /// <inheritdoc/>
    public string Describe(in ParanoidState state) => $"depth {state.Depth}, instruction {state.Pc}, CR3 {(state.Cr3 >= 2 ? "user" : "kernel")} of mm {state.Cr3 & 1}";

    private ParanoidState InterruptedCode(in ParanoidState state)
    {
        if (state.Pc == _return)
        {
            return state.WithPc(0);
        }

        var next = state.WithPc(state.Pc + 1);
        return state.Pc == _save ? next.WithCr3(state.Cr3 & 1) : state.Pc == _compare ? next.WithCr3(state.Cr3 | 2) : next;
    }

    private void Event(in ParanoidState state, StateSink<ParanoidState> successors)
    {
        var pc = state.Pc;
        if (pc == _return)
        {
            successors.Add(Run, state.Left());
            return;
        }

        var next = state.WithPc(pc + 1);
        if (pc == _save)
        {
            successors.Add(Run, next.WithSavedCr3(state.Cr3));
        }
        else if (pc == _switch)
        {
            successors.Add(Run, next.WithCr3(state.Cr3 & 1));
        }
        else if (pc == _compare)
        {
            var write = restore == Restore.WhenDifferent ? state.SavedCr3 != state.Cr3 : (state.SavedCr3 & 2) != 0;
            successors.Add(Run, write ? next : state.WithPc(pc + 2));
        }
        else if (pc == _write)
        {
            successors.Add(Run, next.WithCr3(state.SavedCr3));
        }
        else
        {
            successors.Add(Run, next);
            if (pc == _handler && state.Kind != EventKind.Nmi)
            {
                successors.Add(SwitchMm, next.WithCr3(state.Cr3 ^ 1));
            }
        }
    }
}

/// <summary>How CR3 is restored.</summary>
internal enum Restore
{
    /// <summary>It is written when it is not what was saved.</summary>
    WhenDifferent,

    /// <summary>It is written when the user's half was saved: wrong when a handler left another address space loaded.</summary>
    WhenUser,
}

/// <summary>What interrupts.</summary>
internal enum EventKind
{
    /// <summary>The interrupted code.</summary>
    None,

    /// <summary>A non-maskable interrupt: not within another.</summary>
    Nmi,

    /// <summary>A debug exception.</summary>
    Debug,

    /// <summary>A machine check.</summary>
    MachineCheck,
}
