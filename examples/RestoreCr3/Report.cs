using EntryGen.Tracing;
using Spectre.Console;

namespace RestoreCr3;

/// <summary>What the program prints.</summary>
public static class Report
{
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
