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
        var from = start.From == Kernel.Side.User ? "user code" + (start.On16BitStack ? " on a 16-bit stack" : "") : "kernel code"
            + (start.Cr3 == Kernel.Side.User ? " on the user page tables" : "") + (start.Gs == Kernel.Side.User ? " with the user's GS base" : "");
        var happened = start.Vector is { } vector ? $" ({Kernel.VectorNames.Of(vector)})" : "";
        var features = scenario.Options.Features.ToString() is { Length: > 0 } names ? $"features {names}" : "no features";
        return $"{scenario.Entry}{happened} from {from}, {features}{(scenario.HasWorstCaseTlb ? ", TLB at its worst" : "")}";
    }

    /// <summary>The question and the verdict in one line.</summary>
    /// <param name="summary">What there is to say.</param>
    public static string Line(ScenarioSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        return $"{NameOf(summary, summary.Verdict)}: {summary.Question}: {Counts(summary)}";
    }

    /// <summary>The verdict, what it rests on, and the counterexamples.</summary>
    /// <param name="result">The result.</param>
    public static string Of(ScenarioResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        Write(text, ScenarioSummary.Of(result));
        return text.ToString();
    }

    /// <summary>Writes <see cref="Of"/>.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="summary">What there is to say.</param>
    /// <param name="after">What to say after each run, of the properties that it breaks; may be null.</param>
    public static void Write(TextWriter writer, ScenarioSummary summary, Func<IReadOnlyList<PropertySummary>, string>? after = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(summary);
        writer.WriteLine(summary.Question);
        writer.WriteLine($"{NameOf(summary, summary.Verdict)}: {Counts(summary)}");
        if (summary.Bound is { } bound)
        {
            writer.WriteLine($"  bound        {bound}");
        }

        foreach (var cut in summary.Cuts)
        {
            writer.WriteLine($"  cut short    runs end {cut}; what would follow was not looked at");
        }

        foreach (var term in summary.Terms)
        {
            writer.WriteLine($"  {term}");
        }

        if (summary.Ran.Count > 0)
        {
            var ran = summary.Ran.Count(instruction => instruction);
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  covered      {ran} instructions; {summary.Ran.Count - ran} of those that the entry can reach with other features, starts or events did not run"));
        }

        foreach (var property in summary.Properties)
        {
            writer.WriteLine($"  {property.Id,-12} {NameOf(summary, summary.VerdictOn(property))}: {property.Words}");
        }

        // Often one run breaks several properties.
        foreach (var run in summary.Properties.Where(property => property.Violation is not null).GroupBy(property => property.Violation!.Choices))
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
        Write(writer, [.. counterexamples.Select(run => new PropertySummary(run.Property.Id, run.Property.Words, run.Property.Source, ViolationSummary.Of(run)))]);
    }

    internal static void Write(TextWriter writer, IReadOnlyList<PropertySummary> broken)
    {
        foreach (var property in broken)
        {
            writer.WriteLine($"{property.Id} is violated: {property.Words}{(property.Source.Length == 0 ? "" : $" ({property.Source})")}");
            if (property.Violation!.Detail is { } detail)
            {
                writer.WriteLine($"  {detail}");
            }
        }

        writer.Write(broken.MaxBy(property => property.Violation!.Steps)!.Violation!.Run);
    }

    /// <summary>The steps of a run as they are printed.</summary>
    internal static string RunOf(Counterexample counterexample)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        TraceText.WriteChanges(text, counterexample.Label, counterexample.Before, counterexample.Steps);
        return text.ToString();
    }

    /// <summary>What was explored and what was not: lines of a name and words.</summary>
    public static IEnumerable<string> Terms(EntryScenario scenario) =>
    [
        $"events       {Events(scenario)}",
        $"C code       {Effects(scenario)}",
        .. scenario.HasWorstCaseTlb ? ["TLB          at its worst: what a walk could have cached stays until it has to go; C code changes the entry of a page that every mm maps, and flushes as Linux does"] : Array.Empty<string>(),
        .. Limits(scenario),
    ];

    /// <summary>What a verdict on a scenario does not say.</summary>
    /// <param name="scenario">The scenario.</param>
    public static IEnumerable<string> Limits(EntryScenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        if (scenario.KernelAssumptions && scenario.Events != InjectedEvents.None && scenario.MostEvents > 0)
        {
            yield return "assumed      no #DB in a #DB, no #MC in a #MC, and neither in an NMI before it has saved its frame (the kernel's own assumptions)";
        }

        yield return "not modelled what C code does but for its effects at the call; other processors; events in the middle of C code; speculation";
    }

    // What was cut short met no bound.
    private static string NameOf(ScenarioSummary summary, Verdict verdict) =>
        verdict == Verdict.BoundHit && summary.Bound is null ? "no answer" : VerdictText.NameOf(verdict);

    private static string Counts(ScenarioSummary summary) => string.Create(
        CultureInfo.InvariantCulture, $"{summary.States:N0} states, {summary.Transitions:N0} transitions, depth {summary.Depth}");

    private static string Effects(EntryScenario scenario) => scenario.Handlers.Count > 0
        ? string.Join("; or ", scenario.Handlers.Select(effect => effect.Words))
        : "leaves the address space alone; when it handles user code it may flush a page";

    private static string Events(EntryScenario scenario)
    {
        string Names(bool faults) => string.Join(", ", InjectedEvent.Known.Where(injected => injected.IsFault == faults && scenario.Events.HasFlag(injected.Event)).Select(injected => injected.Name));
        string[] kinds =
        [
            .. Names(faults: false) is { Length: > 0 } events ? [events + " at every boundary"] : Array.Empty<string>(),
            .. Names(faults: true) is { Length: > 0 } faults ? [faults + " where user code or what is mapped decides"] : Array.Empty<string>(),
        ];
        return kinds.Length == 0 || scenario.MostEvents == 0
            ? "none"
            : string.Create(CultureInfo.InvariantCulture, $"{string.Join("; ", kinds)}, {scenario.MostEvents} in a run, nested or one after the other");
    }
}
