using EntryGen.Asm.Gas;

namespace EntryGen.Asm.Building;

/// <summary>An alternative site before its items are linked.</summary>
/// <param name="section">Where the original code is.</param>
/// <param name="startSequence">The label before the original code.</param>
/// <param name="endSequence">The label behind the original code and its padding.</param>
internal sealed class SitePlan(UnitSection section, int startSequence, int endSequence)
{
    /// <summary>Where the original code is.</summary>
    public UnitSection Section { get; } = section;

    /// <summary>The label before the original code.</summary>
    public int StartSequence { get; } = startSequence;

    /// <summary>The label behind the original code and its padding.</summary>
    public int EndSequence { get; set; } = endSequence;

    /// <summary>Index of the first original element.</summary>
    public int First => Section.ElementFrom(StartSequence);

    /// <summary>Index behind the last original element.</summary>
    public int End => Section.ElementFrom(EndSequence);

    /// <summary>The records in order.</summary>
    public List<ChoicePlan> Choices { get; } = [];

    /// <summary>The node it becomes.</summary>
    public AlternativeSite Item { get; } = new();
}

/// <summary>One record of .altinstructions.</summary>
/// <param name="FeatureNumber">The kernel's number of the feature.</param>
/// <param name="Inverted">The replacement is used while the feature is off.</param>
/// <param name="IsDirectCall">The kernel patches in a direct call of what the original calls.</param>
/// <param name="Section">Where the replacement is.</param>
/// <param name="First">Index of its first element.</param>
/// <param name="End">Index behind its last element.</param>
/// <param name="Record">The statement that starts the record.</param>
/// <param name="Original">The labels around the original.</param>
/// <param name="Replacement">The labels around the replacement.</param>
internal sealed record ChoicePlan(
    int FeatureNumber, bool Inverted, bool IsDirectCall, UnitSection Section, int First, int End, Statement Record, LabelRange Original, LabelRange Replacement);
