namespace EntryGen;

/// <summary>Indirect-branch tracking (SDM vol. 1, 17.3; vol. 2, CALL, JMP, ENDBR64).</summary>
public ref partial struct Cpu
{
    /// <summary>Whether indirect branches at the present level are tracked: <c>Run</c> leaves them to <c>Step</c>.</summary>
    public readonly bool TracksBranches => Machine.TracksBranches;

    /// <summary>A near indirect JMP or CALL has gone to its target: the tracker waits for ENDBR64, unless tracking is off or suppressed.</summary>
    /// <param name="noTrack">Whether it has the NOTRACK prefix, which counts when IA32_U_CET or IA32_S_CET enables it.</param>
    public readonly void TrackBranch(bool noTrack) => Machine.TrackBranch(noTrack);

    /// <summary>
    /// After <see cref="FetchInstruction"/> has said no: whether that was only because a tracker waits for ENDBR64, and the instruction can begin after all.
    /// </summary>
    /// <param name="isEndbranch">Whether the instruction is ENDBR64 or INT3; any other is #CP(3), but in a page that the legacy bitmap marks.</param>
    /// <returns>False: a fault is recorded.</returns>
    public readonly bool BeginTarget(bool isEndbranch) => Machine.BeginTarget(isEndbranch);

    /// <summary>ENDBR64: ends the wait of indirect-branch tracking and its suppression; otherwise nothing.</summary>
    public readonly void Endbr64() => Machine.ArriveAtEndbranch();
}
