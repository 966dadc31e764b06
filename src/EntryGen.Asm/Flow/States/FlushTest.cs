namespace EntryGen.Asm.Flow.States;

/// <summary>What is known about a pending flush of the user half's translations: a bit of user_pcid_flush_mask (arch/x86/mm/tlb.c, invalidate_user_asid).</summary>
/// <remarks>Reset by every write of CR3.</remarks>
public enum FlushTest
{
    /// <summary>Nothing: the bit was not looked at.</summary>
    None,

    /// <summary>CF tells (BT).</summary>
    InCarry,

    /// <summary>A flush is pending, and the bit says so.</summary>
    Pending,

    /// <summary>No flush is pending.</summary>
    NotPending,

    /// <summary>CF tells; the bit is cleared (BTR).</summary>
    TakenInCarry,

    /// <summary>A flush is pending, and nothing but this code knows: the bit is cleared.</summary>
    Taken,
}
