using EntryGen.Tracing;

namespace EntryGen.Exploration.Scenarios;

/// <summary>A shortest run that breaks a property, instruction by instruction.</summary>
/// <param name="Property">The property.</param>
/// <param name="Detail">What is wrong, in words; null when the property says it all.</param>
/// <param name="Label">What happened first, in words.</param>
/// <param name="Before">The lanes before that.</param>
/// <param name="Steps">Instructions, C functions and events, with the lanes after each.</param>
/// <param name="Choices">What was chosen: see <see cref="RunChoices"/>.</param>
public sealed record Counterexample(EntryProperty Property, string? Detail, string Label, Lanes Before, IReadOnlyList<TraceStep> Steps, RunChoices Choices)
{
    /// <summary>Whether the property is broken at the end: false only for a run that was asked for.</summary>
    public bool IsBroken { get; init; }
}

/// <summary>What it takes to do a run again: how many instructions and C functions run, which event then happens, and so on. Written as <c>13.db.97.nmi.5</c>.</summary>
/// <param name="Text">That text.</param>
public readonly record struct RunChoices(string Text)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}
