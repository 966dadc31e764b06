namespace EntryGen.Emulation;

/// <summary>Places after <see cref="Reg.Count"/> in the register file: state that no instruction names as a register.</summary>
internal static class HiddenState
{
    /// <summary>The distance of the window context in force from the first one, in bytes.</summary>
    public const int WindowContext = (int)Reg.Count;

    /// <summary>The value of the budget at which a MOV SS or STI shadow began.</summary>
    public const int ShadowStart = (int)Reg.Count + 1;

    /// <summary>DR0 to DR3.</summary>
    public const int Dr0 = (int)Reg.Count + 2;

    /// <summary>CR8.</summary>
    public const int Cr8 = Dr0 + 4;

    /// <summary>Base of the LDT that LDTR names.</summary>
    public const int LdtBase = Dr0 + 5;

    /// <summary>Limit of the LDT that LDTR names.</summary>
    public const int LdtLimit = Dr0 + 6;

    /// <summary>Bits of DR6 that the debug exception will set which is pending.</summary>
    public const int PendingDebug = Dr0 + 7;

    /// <summary>The mode of the window context in force: a combination of the constants in <see cref="WindowCache"/>.</summary>
    public const int WindowMode = Dr0 + 8;

    /// <summary>How often windows had been forgotten when the context was selected.</summary>
    public const int WindowEpoch = Dr0 + 9;

    /// <summary>IA32_FRED_CONFIG, with the current stack level in its low bits.</summary>
    public const int FredConfig = Dr0 + 10;

    /// <summary>IA32_FRED_STKLVLS.</summary>
    public const int FredStackLevels = Dr0 + 11;

    /// <summary>IA32_FRED_RSP0 to IA32_FRED_RSP3.</summary>
    public const int FredRsp0 = Dr0 + 12;

    /// <summary>Limit of the TSS that TR names.</summary>
    public const int TrLimit = Dr0 + 16;

    /// <summary>The time-stamp counter, plus the budget.</summary>
    public const int TimeOrigin = Dr0 + 17;

    /// <summary>Length of the register file.</summary>
    public const int Length = Dr0 + 18;

    /// <summary>
    /// Brings a copy of the register file into the form in which equal states are equal: no number of the host's, the start of a shadow counted from
    /// the present boundary, and no time: otherwise no two states would be equal.
    /// </summary>
    /// <param name="file">The copy.</param>
    /// <param name="budget">The budget at its moment.</param>
    public static void MakeCanonical(Span<ulong> file, long budget)
    {
        file[WindowContext] = 0;
        file[WindowMode] = 0;
        file[WindowEpoch] = 0;
        file[TimeOrigin] = 0;
        file[ShadowStart] = (file[(int)Reg.EventState] & EventBits.Shadows) != 0 ? file[ShadowStart] - (ulong)budget : 0;
    }

    /// <summary>Undoes <see cref="MakeCanonical"/>, but for the windows, which the machine selects.</summary>
    /// <param name="file">The copy.</param>
    /// <param name="budget">The budget now.</param>
    public static void MakeConcrete(Span<ulong> file, long budget)
    {
        file[ShadowStart] += (ulong)budget;
        file[TimeOrigin] += (ulong)budget;
    }
}
