using EntryGen.Emulation;

namespace EntryGen;

/// <summary>
/// Indirect-branch tracking (SDM vol. 1, 17.3). User mode and the inner levels have a tracker each, in IA32_U_CET and IA32_S_CET; the level that is left keeps its own.
/// </summary>
/// <remarks>
/// While a tracker waits the machine looks at the boundaries, so that <c>Run</c> leaves the instruction to <c>Step</c> by itself: tracking costs nothing where nothing is tracked.
/// </remarks>
public sealed partial class Machine
{
    private const uint EndbranchErrorCode = 3;
    private const int LegacyPagesPerByteShift = 15;
    private const ulong LegacyAddressMask = 0xFFFF_FFFF_FFFF;

    /// <summary>Whether indirect branches at the present level are tracked.</summary>
    internal bool TracksBranches { get; private set; }

    /// <summary>Whether the next instruction must be ENDBR64.</summary>
    internal bool WaitsForEndbranch { get; private set; }

    private ref ulong BranchTracking => ref Registers[(int)((Registers[(int)Reg.Cs] & 3) == 3 ? Reg.UCet : Reg.SCet)];

    /// <summary>
    /// Finds out how indirect branches are tracked; true when a tracker wants each boundary to be looked at: it waits, or what comes next may end its suppression.
    /// </summary>
    private bool SelectBranchTracking()
    {
        var control = (Registers[(int)Reg.Cr4] & Cr4Bits.CET) != 0 ? BranchTracking : 0;
        TracksBranches = (control & CetBits.EndbranchEnable) != 0;
        WaitsForEndbranch = TracksBranches && (control & CetBits.WaitForEndbranch) != 0;
        return TracksBranches && (control & (CetBits.WaitForEndbranch | CetBits.Suppress)) != 0;
    }

    /// <summary>An event, a system call or a far transfer has gone where ENDBR64 is wanted; the level is the new one. The caller selects the mode.</summary>
    internal void ExpectEndbranch()
    {
        ref var control = ref BranchTracking;
        if ((Registers[(int)Reg.Cr4] & Cr4Bits.CET) != 0 && (control & CetBits.EndbranchEnable) != 0)
        {
            control = (control & ~CetBits.Suppress) | CetBits.WaitForEndbranch;
        }
    }

    /// <summary>A near indirect JMP or CALL.</summary>
    /// <param name="hasNoTrack">Whether it has the NOTRACK prefix.</param>
    internal void TrackBranch(bool hasNoTrack)
    {
        ref var control = ref BranchTracking;
        var isFree = !TracksBranches || (control & CetBits.Suppress) != 0 || (hasNoTrack && (control & CetBits.NoTrackEnable) != 0);
        if (!isFree)
        {
            control |= CetBits.WaitForEndbranch;
            ModeChanged();
        }
    }

    /// <summary>ENDBR64.</summary>
    internal void ArriveAtEndbranch()
    {
        if (TracksBranches)
        {
            BranchTracking &= ~(CetBits.WaitForEndbranch | CetBits.Suppress);
            ModeChanged();
        }
    }

    /// <summary>The present instruction is none that a tracker waits for: #CP(ENDBRANCH), unless the page is marked as legacy code.</summary>
    /// <returns>False: #CP, or the fault of reading the legacy bitmap, is recorded.</returns>
    internal bool ArriveElsewhere()
    {
        ref var control = ref BranchTracking;
        if ((control & CetBits.LegacyEnable) != 0)
        {
            var address = Registers[(int)Reg.Rip] & LegacyAddressMask;
            if (!Linear.TryReadImplicitly((control & CetBits.LegacyBitmapMask) + (address >> LegacyPagesPerByteShift & ~7UL), out var pages))
            {
                return false;
            }

            if ((pages >> (int)(address >> 12 & 63) & 1) != 0)
            {
                control &= ~CetBits.WaitForEndbranch;
                control |= (control & CetBits.SuppressDisable) == 0 ? CetBits.Suppress : 0;
                ModeChanged();
                return true;
            }
        }

        Record(new Stop(StopKind.Fault, Vectors.ControlProtection, EndbranchErrorCode));
        return false;
    }
}
