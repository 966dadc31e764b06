namespace EntryGen.OracleTests.Unicorn;

/// <summary>What two judges disagree about.</summary>
internal enum DifferenceKind
{
    /// <summary>Whether it faults, or by which vector.</summary>
    Stop,

    /// <summary>A general register.</summary>
    Register,

    /// <summary>Flags that are defined.</summary>
    Flags,

    /// <summary>Where control goes.</summary>
    Rip,

    /// <summary>The address of a page fault.</summary>
    FaultAddress,

    /// <summary>Memory.</summary>
    Memory,

    /// <summary>A system register.</summary>
    System,
}

/// <summary>A disagreement: the first one found.</summary>
/// <param name="Kind">About what.</param>
/// <param name="Text">In words: "is" what EntryGen has, "not" what Unicorn has.</param>
/// <param name="Own">How EntryGen's step ended.</param>
/// <param name="Theirs">How Unicorn's did.</param>
internal sealed record Difference(DifferenceKind Kind, string Text, Stop Own = default, UnicornStop Theirs = default);
