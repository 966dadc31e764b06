namespace EntryGen.Asm.Rules.State;

/// <summary>Bits of CR3 as Linux uses them under page-table isolation (arch/x86/include/asm/processor-flags.h).</summary>
internal static class Cr3Bits
{
    /// <summary>Set in the PCID of the user half.</summary>
    public const int UserPcid = 11;

    /// <summary>Selects the user half of the pair of page tables.</summary>
    public const int UserHalf = 12;
}
