namespace EntryGen.Asm.Instructions;

/// <summary>Condition codes in encoding order (SDM vol. 1, appendix B).</summary>
public enum Condition
{
    /// <summary>OF=1</summary>
    O,
    /// <summary>OF=0</summary>
    NO,
    /// <summary>CF=1; also C, NAE</summary>
    B,
    /// <summary>CF=0; also NC, NB</summary>
    AE,
    /// <summary>ZF=1; also Z</summary>
    E,
    /// <summary>ZF=0; also NZ</summary>
    NE,
    /// <summary>CF=1 or ZF=1; also NA</summary>
    BE,
    /// <summary>CF=0 and ZF=0; also NBE</summary>
    A,
    /// <summary>SF=1</summary>
    S,
    /// <summary>SF=0</summary>
    NS,
    /// <summary>PF=1; also PE</summary>
    P,
    /// <summary>PF=0; also PO</summary>
    NP,
    /// <summary>SF!=OF; also NGE</summary>
    L,
    /// <summary>SF=OF; also NL</summary>
    GE,
    /// <summary>ZF=1 or SF!=OF; also NG</summary>
    LE,
    /// <summary>ZF=0 and SF=OF; also NLE</summary>
    G,
}
