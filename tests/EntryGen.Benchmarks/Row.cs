namespace EntryGen.Benchmarks;

/// <summary>One line of the table.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Measure">Measures once, in nanoseconds.</param>
/// <param name="Anchor">The anchor that does the same work, if there is one.</param>
internal sealed record Row(string Name, Func<double> Measure, string? Anchor = null)
{
    /// <summary>What was measured, one value a round.</summary>
    public List<double> Values { get; } = [];
}
