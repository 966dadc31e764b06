namespace EntryGen.Asm.Instructions;

/// <summary>The spellings of condition codes (SDM vol. 1, appendix B) and what they read.</summary>
public static class Conditions
{
    /// <summary>Every spelling, the preferred one of a condition first.</summary>
    public static IReadOnlyList<(string Name, Condition Condition)> Names { get; } =
    [
        ("o", Condition.O), ("no", Condition.NO),
        ("b", Condition.B), ("c", Condition.B), ("nae", Condition.B),
        ("ae", Condition.AE), ("nc", Condition.AE), ("nb", Condition.AE),
        ("e", Condition.E), ("z", Condition.E),
        ("ne", Condition.NE), ("nz", Condition.NE),
        ("be", Condition.BE), ("na", Condition.BE),
        ("a", Condition.A), ("nbe", Condition.A),
        ("s", Condition.S), ("ns", Condition.NS),
        ("p", Condition.P), ("pe", Condition.P),
        ("np", Condition.NP), ("po", Condition.NP),
        ("l", Condition.L), ("nge", Condition.L),
        ("ge", Condition.GE), ("nl", Condition.GE),
        ("le", Condition.LE), ("ng", Condition.LE),
        ("g", Condition.G), ("nle", Condition.G),
    ];

    /// <summary>The flags that decide a condition.</summary>
    public static StatusFlags FlagsRead(Condition condition) => condition switch
    {
        Condition.O or Condition.NO => StatusFlags.OF,
        Condition.B or Condition.AE => StatusFlags.CF,
        Condition.E or Condition.NE => StatusFlags.ZF,
        Condition.BE or Condition.A => StatusFlags.CF | StatusFlags.ZF,
        Condition.S or Condition.NS => StatusFlags.SF,
        Condition.P or Condition.NP => StatusFlags.PF,
        Condition.L or Condition.GE => StatusFlags.SF | StatusFlags.OF,
        _ => StatusFlags.ZF | StatusFlags.SF | StatusFlags.OF,
    };

    /// <summary>The condition that holds exactly when this one does not: they differ in the lowest bit of their encoding.</summary>
    public static Condition Negate(Condition condition) => condition ^ Condition.NO;
}
