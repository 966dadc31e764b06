namespace EntryGen.Generators;

/// <summary>Names of the pipeline's steps, by which tests see what an edit makes run again.</summary>
public static class TrackingNames
{
    /// <summary>One value per <c>[EntryCode]</c> class: what its C# says.</summary>
    public const string Classes = nameof(Classes);

    /// <summary>What the project says for all classes.</summary>
    public const string Options = nameof(Options);

    /// <summary>One value per class: what its C# says and the files it reaches. Everything after it is a pure function of this.</summary>
    public const string Units = nameof(Units);

    /// <summary>The class names that cannot be file names side by side; empty but for names that differ in case only.</summary>
    public const string ClashingNames = nameof(ClashingNames);

    /// <summary>One value per class with <c>[Scenario]</c>: what its C# says.</summary>
    public const string Scenarios = nameof(Scenarios);

    /// <summary>As <see cref="ClashingNames"/>, of those.</summary>
    public const string ClashingScenarios = nameof(ClashingScenarios);

    /// <summary>The steps of entry code in the order in which they run.</summary>
    public static IReadOnlyList<string> All { get; } = [Classes, Options, ClashingNames, Units];
}
