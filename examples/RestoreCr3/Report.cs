using System.Globalization;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Tracing;
using Spectre.Console;

namespace RestoreCr3;

/// <summary>What the program prints.</summary>
public static class Report
{
    private const int WideTable = 180;

    // Wide enough for the table and the lanes where the output is a file.
    private const int LeastWidth = 120;

    /// <summary>Writes the table of all runs, and one run line by line.</summary>
    public static void Write(IReadOnlyDictionary<(Variant Variant, Scenario Scenario), Trace> results, TextWriter output)
    {
        var isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No });
        console.Profile.Width = Math.Max(console.Profile.Width, LeastWidth);
        console.Write(TableOf(results));
        output.WriteLine("Each cell: instructions / CR3 writes / TLB flushes.");
        output.WriteLine();

        var shown = (Variant: Experiment.Variants.Single(variant => variant.Id == "S"), Scenario: Experiment.Scenarios[2]);
        output.WriteLine($"{shown.Variant.Id} ({shown.Variant.Name}), NMI in the {shown.Scenario.Name}, step by step:");
        output.WriteLine();
        TraceText.Write(output, results[shown]);
    }

    /// <summary>Writes the verdict table of each place, and a shortest run for each property that is violated somewhere.</summary>
    public static void Write(IReadOnlyList<Answer> answers, TextWriter output)
    {
        foreach (var property in Verdicts.Properties)
        {
            output.WriteLine($"{property.Id,-9} {property.Words}");
        }

        output.WriteLine();
        foreach (var effect in HandlerEffect.All)
        {
            output.WriteLine($"{effect.Id,-9} a handler {effect.Words}");
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No });
        console.Profile.Width = WideTable;
        foreach (var place in answers.GroupBy(answer => answer.Place))
        {
            console.Write(TableOf(place.Key, [.. place]));
        }

        foreach (var violation in answers.SelectMany(answer => answer.Result.Properties.Select(property => (Answer: answer, property.Counterexample)))
            .Where(violation => violation.Counterexample is not null)
            .GroupBy(violation => (violation.Counterexample!.Property.Id, IsWrong: violation.Answer.Variant == Verdicts.Wrong)))
        {
            var (answer, counterexample) = violation.MinBy(each => each.Counterexample!.Steps.Count);
            output.WriteLine();
            output.WriteLine($"{answer.Variant.Id} ({answer.Variant.Name}), {answer.Place.Name}; a handler {answer.Effect.Words}; {(answer.HasPcid ? "with" : "without")} PCIDs:");
            ScenarioText.Write(output, counterexample!);
        }
    }

    private static Table TableOf(Place place, IReadOnlyList<Answer> answers)
    {
        var table = new Table().RoundedBorder().Title(place.Name);
        table.AddColumn(new TableColumn("how CR3 is put back").NoWrap());
        foreach (var effect in HandlerEffect.All)
        {
            table.AddColumn($"{effect.Id} {effect.Name}");
        }

        table.AddColumn(new TableColumn("states").RightAligned());
        foreach (var variant in answers.GroupBy(answer => answer.Variant))
        {
            var states = variant.Sum(answer => answer.Result.Exploration.States).ToString(CultureInfo.InvariantCulture);
            table.AddRow([$"{variant.Key.Id,-2}  {variant.Key.Name}", .. HandlerEffect.All.Select(effect => Words(variant.Where(answer => answer.Effect == effect))), states]);
        }

        return table;
    }

    /// <summary>The verdict with PCIDs and without, in one word where they agree.</summary>
    private static string Words(IEnumerable<Answer> answers)
    {
        var with = Word(answers.Single(answer => answer.HasPcid));
        var without = Word(answers.Single(answer => !answer.HasPcid));
        return with == without ? with
            : without == "holds" ? with + " (PCID)"
            : with == "holds" ? without + " (no PCID)"
            : $"{with} (PCID), {without} (no PCID)";
    }

    private static string Word(Answer answer) => answer.Broken.Count > 0 ? "NOT " + string.Join(' ', answer.Broken)
        : answer.Result.Verdict == Verdict.HoldsWithinBounds ? "holds"
        : "?";

    private static Table TableOf(IReadOnlyDictionary<(Variant Variant, Scenario Scenario), Trace> results)
    {
        var table = new Table().RoundedBorder().Title("CR3 around an NMI");
        table.AddColumn(new TableColumn("how CR3 is put back").NoWrap());
        foreach (var scenario in Experiment.Scenarios)
        {
            table.AddColumn(new TableColumn(scenario.Name).NoWrap().RightAligned());
        }

        foreach (var variant in Experiment.Variants)
        {
            table.AddRow([$"{variant.Id,-2}  {variant.Name}", .. Experiment.Scenarios.Select(scenario => Counts(results[(variant, scenario)].Summary))]);
        }

        return table;
    }

    private static string Counts(TraceSummary summary) => $"{summary.Instructions} / {summary.Cr3Writes} / {summary.TlbFlushes}";
}
