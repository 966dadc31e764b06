namespace EntryGen.Emulation;

/// <summary>Places after <see cref="Reg.Count"/> in the register file: state that no instruction names as a register.</summary>
internal static class HiddenState
{
    /// <summary>The number of the window context in force.</summary>
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

    /// <summary>Length of the register file.</summary>
    public const int Length = Dr0 + 7;
}
