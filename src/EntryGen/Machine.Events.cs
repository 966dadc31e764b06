using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Exceptions, interrupts and NMIs.</summary>
public sealed partial class Machine
{
    /// <summary>Whether an external interrupt would be taken now: IF is set and no STI or MOV SS has just executed.</summary>
    public bool AcceptsInterrupts => (this[Reg.Rflags] & Flags.IF) != 0 && !InShadow(EventBits.StiShadow | EventBits.MovSsShadow);

    /// <summary>Delivers an exception or interrupt through the guest's IDT, at the boundary before the instruction at RIP.</summary>
    /// <remarks>
    /// It is taken whatever IF and the shadows say: <see cref="AcceptsInterrupts"/> tells whether a processor would. Vector 2 blocks NMIs as an NMI does.
    /// A fault on the way is
    /// delivered in its place, or #DF (SDM vol. 3A, table 6-5); a fault in the delivery of #DF is a shutdown, as is a machine check while one is in progress.
    /// </remarks>
    /// <param name="vector">Its vector.</param>
    /// <param name="errorCode">The error code; null takes 0 for a vector that has one.</param>
    /// <returns><see cref="StopKind.None"/>: RIP is at the handler; or <see cref="StopKind.Shutdown"/>.</returns>
    public Stop Deliver(byte vector, uint? errorCode = null) => Deliver(vector, errorCode, address: this[Reg.Cr2]);

    /// <summary>Delivers the exception that a run stopped with.</summary>
    /// <param name="fault">A stop of kind <see cref="StopKind.Fault"/>.</param>
    /// <inheritdoc cref="Deliver(byte, uint?)"/>
    public Stop Deliver(Stop fault) => fault.Kind == StopKind.Fault
        ? Deliver(fault.Vector, Vectors.HasErrorCode(fault.Vector) ? fault.ErrorCode : null, fault.Address)
        : throw new ArgumentException($"Only a fault can be delivered, not '{fault}'.", nameof(fault));

    /// <summary>An NMI arrives: it is delivered, or latched while NMIs are blocked. One is latched at most; the next IRET lets it in.</summary>
    /// <returns><see cref="StopKind.None"/>, or <see cref="StopKind.Shutdown"/>.</returns>
    public Stop DeliverNmi()
    {
        if ((this[Reg.EventState] & EventBits.NmiBlocked) == 0 && !InShadow(EventBits.MovSsShadow))
        {
            return Deliver(Vectors.Nmi);
        }

        Registers[(int)Reg.EventState] |= EventBits.NmiLatched;
        Linear.SelectContext();
        return default;
    }

    /// <summary>Whether the last instruction was an STI that set IF.</summary>
    internal bool IsInStiShadow => InShadow(EventBits.StiShadow);

    /// <summary>Whether a latched NMI can be taken now.</summary>
    internal bool NmiIsDue =>
        (this[Reg.EventState] & (EventBits.NmiLatched | EventBits.NmiBlocked)) == EventBits.NmiLatched && !InShadow(EventBits.MovSsShadow);

    /// <summary>Begins the shadow of the instruction that is executing now.</summary>
    internal void BeginShadow(ulong bit)
    {
        ref var state = ref Registers[(int)Reg.EventState];
        state = (state & ~(EventBits.StiShadow | EventBits.MovSsShadow)) | bit;
        Registers[HiddenState.ShadowStart] = (ulong)Budget;
    }

    /// <summary>Whether one of these shadows covers the present boundary: the instruction that began it is the last that retired.</summary>
    private bool InShadow(ulong bits)
    {
        ref var state = ref Registers[(int)Reg.EventState];
        var retired = Registers[HiddenState.ShadowStart] - (ulong)Budget;
        if (retired > 1)
        {
            state &= ~(EventBits.StiShadow | EventBits.MovSsShadow);
        }

        return (state & bits) != 0;
    }

    private Stop Deliver(byte vector, uint? errorCode, ulong address)
    {
        var canCheck = (Registers[(int)Reg.EventState] & EventBits.MachineCheckInProgress) == 0 && (Registers[(int)Reg.Cr4] & Cr4Bits.MCE) != 0;
        if (vector == Vectors.MachineCheck && !canCheck)
        {
            return new Stop(StopKind.Shutdown);
        }

        // The host may have changed the registers in any way.
        Linear.SelectContext();
        var returnAddress = Registers[(int)Reg.Rip];
        errorCode ??= Vectors.HasErrorCode(vector) ? 0 : null;
        for (var isNested = false; ; isNested = true)
        {
            if (vector == Vectors.Debug)
            {
                ref var pending = ref Registers[HiddenState.PendingDebug];
                ref var status = ref Registers[(int)Reg.Dr6];
                status = (pending & Breakpoints.Hits) != 0 ? (status & ~Breakpoints.Hits) | pending : status | pending;
                pending = 0;
            }
            else if (vector == Vectors.PageFault)
            {
                Registers[(int)Reg.Cr2] = address;
            }

            if (EventDelivery.TryDeliver(this, vector, errorCode, EventSource.Hardware, returnAddress, isNested))
            {
                AfterDelivery(vector);
                NotifyDelivered(vector, errorCode, returnAddress);
                return default;
            }

            if (vector == Vectors.DoubleFault)
            {
                return new Stop(StopKind.Shutdown);
            }

            vector = MakesDoubleFault(vector, Pending.Vector) ? Vectors.DoubleFault : Pending.Vector;
            (errorCode, address) = (Pending.ErrorCode, Pending.Address);
            if (vector == Vectors.DoubleFault)
            {
                // A page fault that became a double fault has left its address in CR2.
                Registers[(int)Reg.Cr2] = Pending.Vector == Vectors.PageFault ? address : Registers[(int)Reg.Cr2];
                errorCode = 0;
            }
        }
    }

    private void AfterDelivery(byte vector)
    {
        ref var state = ref Registers[(int)Reg.EventState];
        switch (vector)
        {
            case Vectors.Nmi:
                state = (state & ~EventBits.NmiLatched) | EventBits.NmiBlocked;
                break;
            case Vectors.MachineCheck:
                state |= EventBits.MachineCheckInProgress;
                break;
            case Vectors.Debug:
                // Debug exceptions clear DR7.GD, so that the handler can use the debug registers.
                Registers[(int)Reg.Dr7] &= ~(1UL << 13);
                break;
            default:
                break;
        }
    }

    /// <summary>SDM vol. 3A, table 6-5.</summary>
    private static bool MakesDoubleFault(byte first, byte second) =>
        (IsContributory(first) && IsContributory(second))
        || (IsPageFault(first) && (IsContributory(second) || IsPageFault(second)));

    private static bool IsContributory(byte vector) =>
        vector is Vectors.DivideError or >= Vectors.InvalidTss and <= Vectors.GeneralProtection or Vectors.ControlProtection;

    private static bool IsPageFault(byte vector) => vector is Vectors.PageFault or Vectors.VirtualizationException;
}
