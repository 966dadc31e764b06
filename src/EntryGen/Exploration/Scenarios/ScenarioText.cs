using System.Globalization;
using EntryGen.Tracing;

namespace EntryGen.Exploration.Scenarios;

/// <summary>The result of a scenario in words. The same exploration gives the same text: no times, no number of threads.</summary>
public static class ScenarioText
{
    /// <summary>The question in one line.</summary>
    /// <param name="scenario">The scenario.</param>
    public static string Question(EntryScenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var start = scenario.Start;
        var from = start.From == Kernel.Side.User ? "user code" : "kernel code"
            + (start.Cr3 == Kernel.Side.User ? " on the user page tables" : "") + (start.Gs == Kernel.Side.User ? " with the user's GS base" : "");
        return $"{scenario.Entry} from {from}, features {scenario.Options.Features}";
    }

    /// <summary>The question and the verdict in one line.</summary>
    /// <param name="result">The result.</param>
    public static string Line(ScenarioResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return $"{VerdictText.NameOf(result.Verdict)}: {Question(result.Scenario)}: {Counts(result.Exploration)}";
    }

    /// <summary>The verdict, what it rests on, and the counterexamples.</summary>
    /// <param name="result">The result.</param>
    public static string Of(ScenarioResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        Write(text, result);
        return text.ToString();
    }

    /// <summary>Writes <see cref="Of"/>.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="result">The result.</param>
    /// <param name="after">What to say after each run; may be null.</param>
    public static void Write(TextWriter writer, ScenarioResult result, Func<IReadOnlyList<Counterexample>, string>? after = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(result);
        var exploration = result.Exploration;
        writer.WriteLine(Question(result.Scenario));
        writer.WriteLine($"{VerdictText.NameOf(result.Verdict)}: {Counts(exploration)}");
        if (VerdictText.BoundOf(exploration) is { } bound)
        {
            writer.WriteLine($"  bound        {bound}");
        }

        writer.WriteLine($"  events       {Events(result.Scenario)}");
        writer.WriteLine($"  C code       {Effects(result.Scenario)}");
        var (ran, not) = (result.Covered.Count, result.NotCovered.Count);
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  covered      {ran} instructions; {not} of those that the entry can reach with other features, starts or events did not run"));
        foreach (var limit in Limits(result.Scenario))
        {
            writer.WriteLine($"  {limit}");
        }

        foreach (var property in result.Properties)
        {
            writer.WriteLine($"  {property.Property.Id,-12} {VerdictText.NameOf(property.Verdict)}: {property.Property.Words}");
        }

        // Often one run breaks several properties.
        foreach (var run in result.Properties.Select(property => property.Counterexample).OfType<Counterexample>().GroupBy(counterexample => counterexample.Choices))
        {
            writer.WriteLine();
            Write(writer, [.. run]);
            if (after is not null)
            {
                writer.WriteLine(after([.. run]));
            }
        }
    }

    /// <summary>Writes counterexamples that are one run: each property in words, what is wrong, then the way there.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="counterexamples">They have the same choices.</param>
    public static void Write(TextWriter writer, params IReadOnlyList<Counterexample> counterexamples)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(counterexamples);
        foreach (var counterexample in counterexamples)
        {
            writer.WriteLine($"{counterexample.Property.Id} is violated: {counterexample.Property.Words}{Source(counterexample.Property)}");
            if (counterexample.Detail is { } detail)
            {
                writer.WriteLine($"  {detail}");
            }
        }

        var run = counterexamples.MaxBy(counterexample => counterexample.Steps.Count)!;
        TraceText.WriteChanges(writer, run.Label, run.Before, run.Steps);
    }

    /// <summary>What a verdict on a scenario does not say.</summary>
    /// <param name="scenario">The scenario.</param>
    public static IEnumerable<string> Limits(EntryScenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        if (scenario.KernelAssumptions && scenario.Events != InjectedEvents.None)
        {
            yield return "assumed      no #DB in a #DB, no #MC in a #MC, and neither in an NMI before it has saved its frame (the kernel's own assumptions)";
        }

        yield return "not modelled what C code does but for its effects at the call; other processors; events in the middle of C code; speculation";
    }

    private static string Counts(ExplorationResult exploration) => string.Create(
        CultureInfo.InvariantCulture, $"{exploration.States:N0} states, {exploration.Transitions:N0} transitions, depth {exploration.Depth}");

    private static string Effects(EntryScenario scenario) => scenario.Handlers.Count > 0
        ? string.Join("; or ", scenario.Handlers.Select(effect => effect.Words))
        : "leaves the address space alone; when it handles user code it may flush a page";

    private static string Events(EntryScenario scenario) => scenario.Events == InjectedEvents.None
        ? "none"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{string.Join(", ", InjectedEvent.All.Where(injected => scenario.Events.HasFlag(injected.Event)).Select(injected => injected.Name))} at every boundary, {scenario.MostEvents} in a run, nested or one after the other");

    private static string Source(EntryProperty property) => property.Source.Length == 0 ? "" : $" ({property.Source})";
}
