using System.Runtime.CompilerServices;
using EntryGen.Emulation;

namespace EntryGen;

/// <summary>
/// What happens between two instructions (SDM vol. 3A, 6.9): traps of the one before, then a latched NMI, then breakpoints on the next, then its fetch.
/// </summary>
/// <remarks>
/// Only the form that does one instruction at a time knows the boundaries. While something has to be looked at there, the machine has no windows: the other
/// form then leaves at the next fetch or access by itself, and nothing need be asked while there is nothing to look at.
/// </remarks>
public sealed partial class Machine
{
    private const ulong WatchedState = EventBits.NmiLatched | EventBits.SingleStep;

    /// <summary>Whether every boundary must be looked at.</summary>
    internal bool WatchesBoundaries { get; private set; }

    /// <summary>Whether accesses may go by windows: nobody has to look at each.</summary>
    internal bool HasWindows { get; private set; } = true;

    /// <summary>Whether every instruction must be reported when it retires: to observers, or to the machine itself.</summary>
    internal bool ReportsInstructions { get; private set; }

    /// <summary>Finds out whether boundaries must be looked at; called whenever the mode may have changed.</summary>
    internal void SelectWatch()
    {
        var file = Registers;
        var flags = file[(int)Reg.Rflags];
        var watched = (flags & Flags.TF)
            | (file[(int)Reg.Dr7] & Breakpoints.Enabled)
            | (file[(int)Reg.EventState] & WatchedState)
            | file[HiddenState.PendingDebug];
        WatchesBoundaries = SelectBranchTracking() || watched != 0 || _choices is not null || ((flags & Flags.AC) != 0 && ChecksAlignment);
        ReportsInstructions = WatchesBoundaries || IsObserved;
        HasWindows = !WatchesBoundaries && !Observes(ObservedEvents.Memory);
    }

    /// <summary>Begins the instruction at an address: takes what is due before it, checks that it can be fetched.</summary>
    /// <returns>False: an exception or the NMI is recorded, to be delivered with RIP where it is.</returns>
    internal bool BeginInstruction(ulong address)
    {
        if (!WatchesBoundaries)
        {
            return Linear.TryFetch(address);
        }

        if (TryTakeDue(out var due))
        {
            Record(due);
            return false;
        }

        if ((this[Reg.Rflags] & Flags.RF) == 0 && !InShadow(EventBits.MovSsShadow) && Breakpoints.OnFetch(Registers, address) is var hit and not 0)
        {
            // A fault: what is recorded is delivered in the instruction's place.
            Registers[HiddenState.PendingDebug] |= hit;
            Record(new Stop(StopKind.Fault, Vectors.Debug));
            return false;
        }

        if (!Linear.TryFetch(address))
        {
            return false;
        }

        if (WaitsForEndbranch)
        {
            RecordUntracked();
            return false;
        }

        BeginSingleStep();
        return true;
    }

    /// <summary>
    /// After <see cref="BeginInstruction"/> has said no: whether that was only because a tracker waits, and the instruction can run after all.
    /// </summary>
    /// <param name="isEndbranch">Whether the instruction is ENDBR64, or INT3, which a debugger may have put in its place.</param>
    internal bool BeginTarget(bool isEndbranch)
    {
        if (!PendingIsUntracked || !(isEndbranch || ArriveElsewhere()))
        {
            return false;
        }

        BeginSingleStep();
        return true;
    }

    private void BeginSingleStep()
    {
        ref var state = ref Registers[(int)Reg.EventState];
        state = (Registers[(int)Reg.Rflags] & Flags.TF) != 0 ? state | EventBits.SingleStep : state & ~EventBits.SingleStep;
    }

    /// <summary>The instruction at an address has retired: what it leaves for the next boundary, then the observers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Retire(ulong address)
    {
        EndInstruction();
        NotifyRetired(address);
    }

    /// <summary>What an instruction, or a C function, leaves for the boundary after it.</summary>
    internal void EndInstruction()
    {
        if (!WatchesBoundaries)
        {
            return;
        }

        ref var state = ref Registers[(int)Reg.EventState];
        if ((state & EventBits.SingleStep) != 0)
        {
            state &= ~EventBits.SingleStep;
            Registers[HiddenState.PendingDebug] |= Breakpoints.SingleStep;
        }

        // An IRET that has just loaded RF ends with it set; any other instruction clears it.
        if ((state & EventBits.KeepResumeFlag) == 0)
        {
            Registers[(int)Reg.Rflags] &= ~Flags.RF;
        }

        state &= ~EventBits.KeepResumeFlag;
        Linear.SelectContext();
    }

    /// <summary>The event that is due at the present boundary, if any: a debug trap goes before the NMI.</summary>
    internal bool TryTakeDue(out Stop due)
    {
        due = default;
        if (Registers[HiddenState.PendingDebug] != 0 && !InShadow(EventBits.MovSsShadow))
        {
            due = new Stop(StopKind.Fault, Vectors.Debug);
        }
        else if (NmiIsDue)
        {
            due = new Stop(StopKind.Fault, Vectors.Nmi);
        }

        return due.Kind != StopKind.None;
    }

    /// <summary>Data was accessed: a breakpoint on it makes a trap after the instruction.</summary>
    internal void NoteAccess(ulong address, int size, bool isWrite)
    {
        if (WatchesBoundaries)
        {
            Registers[HiddenState.PendingDebug] |= Breakpoints.OnAccess(Registers, address, size, isWrite);
        }
    }

    /// <summary>SYSCALL and SYSRET look at TF when they have changed it: masked, there is no trap; restored, there is one at once.</summary>
    internal void StepAsFlagsSay()
    {
        Registers[(int)Reg.EventState] &= ~EventBits.SingleStep;
        if ((Registers[(int)Reg.Rflags] & Flags.TF) != 0)
        {
            Registers[HiddenState.PendingDebug] |= Breakpoints.SingleStep;
        }
    }

    /// <summary>Whether operands must be aligned: at CPL 3 with CR0.AM and RFLAGS.AC set.</summary>
    internal bool ChecksAlignment => (Registers[(int)Reg.Rflags] & Flags.AC) != 0
        && (Registers[(int)Reg.Cs] & 3) == 3
        && (Registers[(int)Reg.Cr0] & Cr0Bits.AM) != 0;
}
