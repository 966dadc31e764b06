namespace EntryGen.Asm.Gas;

/// <summary>A piece of a unit, from one point where no macro is being read and no conditional is open to the next: mostly one line. What it did when it was read.</summary>
/// <param name="Start">Index of its first character in the text of the file.</param>
/// <param name="End">Index behind its last character.</param>
/// <param name="FirstStatement"><see cref="Statement.Sequence"/> of the first statement it produced.</param>
/// <param name="StatementCount">How many it produced.</param>
/// <param name="Before">The state at its start.</param>
/// <param name="After">The state at its end.</param>
/// <param name="EvaluationSteps">What its expressions took.</param>
/// <param name="Needs">What that depended on.</param>
internal sealed record Passage(
    int Start, int End, int FirstStatement, int StatementCount, AssemblerState Before, AssemblerState After, int EvaluationSteps, PassageNeeds Needs)
{
    /// <summary>The macro calls and repetitions in it, in the order in which they were expanded.</summary>
    public required IReadOnlyList<MacroFrame> Frames { get; init; }

    /// <summary>Index of the first macro call in it among <see cref="AssemblyListing.MacroCalls"/>, where all of them follow each other.</summary>
    public required int FirstCall { get; init; }

    /// <summary>The macro that it defines and is nothing but the definition of.</summary>
    public MacroDefinition? Macro { get; init; }

    /// <summary>Its numbers of <c>\@</c>, once somebody has looked for them.</summary>
    public CounterUses? Counters { get; set; }

    /// <summary>Whether it does the same again wherever its needs are met.</summary>
    public bool CanBeRepeated => Needs.AreKnown && (Needs.ChangedMacros.Count == 0 || Macro is not null);
}

/// <summary>What the effect of a passage depends on besides its text, and which names it changed.</summary>
internal sealed record PassageNeeds
{
    /// <summary>Whether it can be said by names and counters at all; not when something was reported or places were compared.</summary>
    public required bool AreKnown { get; init; }

    /// <summary>Whether <c>\@</c> was written out.</summary>
    public required bool Counter { get; init; }

    /// <summary>Whether its number may have decided something.</summary>
    public required bool CounterValue { get; init; }

    /// <summary>Whether a name of <c>LOCAL</c> was written out.</summary>
    public required bool Locals { get; init; }

    /// <summary>First words of statements, lower case, which were a macro's name or not.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>Symbols that were looked up.</summary>
    public required IReadOnlyList<string> Symbols { get; init; }

    /// <summary>Macros that it defined or purged, lower case.</summary>
    public required IReadOnlyList<string> ChangedMacros { get; init; }

    /// <summary>Symbols that it gave a place or a value.</summary>
    public required IReadOnlyList<string> ChangedSymbols { get; init; }

    /// <summary>The same where labels have other names.</summary>
    public PassageNeeds Rename(IReadOnlyDictionary<string, string> labels) =>
        this with { ChangedSymbols = [.. ChangedSymbols.Select(name => labels.TryGetValue(name, out var renamed) ? renamed : name)] };
}
