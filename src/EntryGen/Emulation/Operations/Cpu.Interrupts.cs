using EntryGen.Emulation;

namespace EntryGen;

/// <summary>INT n, INT3, HLT and fences.</summary>
public ref partial struct Cpu
{
    /// <summary>INT n or INT3: goes through the IDT as software, which a gate allows by its DPL.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="next">The address after the instruction: what the handler returns to.</param>
    /// <returns>False: a fault of the delivery, at the instruction.</returns>
    public readonly bool SoftwareInterrupt(byte vector, ulong next)
    {
        if (!EventDelivery.TryDeliver(Machine, vector, errorCode: null, EventSource.Software, next))
        {
            return false;
        }

        Machine.NotifyDelivered(vector, null, next);
        return true;
    }

    /// <summary>HLT.</summary>
    /// <returns><see cref="StopKind.Halted"/>; #GP(0) unless at CPL 0.</returns>
    public readonly Stop Halt() => PrivilegeLevel == 0 ? new Stop(StopKind.Halted) : Raise(Vectors.GeneralProtection);

    /// <summary>A fence. The processor is alone and executes in order: there is nothing to wait for.</summary>
    /// <param name="kind">Which one.</param>
    public readonly void Fence(FenceKind kind)
    {
        if ((uint)kind > (uint)FenceKind.Serialize)
        {
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such fence.");
        }
    }
}
