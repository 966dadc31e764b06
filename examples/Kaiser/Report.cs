using System.Globalization;
using EntryGen.Emulation;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using Spectre.Console;

namespace Kaiser;

/// <summary>What the program prints.</summary>
public static class Report
{
    private const int Width = 150;

    /// <summary>Where the macros stand, and which registers are free there.</summary>
    /// <returns>Whether every register that is declared free is.</returns>
    public static bool CallSites(TextWriter output)
    {
        var isTrue = true;
        foreach (var set in MacroSet.All)
        {
            var table = new Table().RoundedBorder().Title($"Where the macros of {set.Name} stand");
            table.AddColumns("place", "CR3", "GS", "stack", "free, by running", "used, as declared", "two scratch registers");
            foreach (var site in Kaiser.CallSites.All)
            {
                var facts = FreeRegisters.At(set, site);
                var free = facts.Free.Select(Name).ToList();
                var declared = site.DeclaredBy(set);
                isTrue &= declared.All(free.Contains);
                table.AddRow(
                    site.Name,
                    facts.Before.UserHalf ? "U" : "K",
                    facts.Before.Gs.ToString().ToLowerInvariant(),
                    facts.Before.Stack?.Name ?? "none",
                    free.Count >= 15 ? "all" : string.Join(' ', free),
                    string.Join(' ', declared.Select(register => free.Contains(register) ? register : register + " IS NOT FREE")),
                    Fits(facts));
            }

            Write(table, output);
        }

        return isTrue;
    }

    /// <summary>The questions, answered for every way in, and a shortest counterexample for each property that is violated somewhere.</summary>
    /// <returns>Whether today's macros answer all but one as they should: the convention that paranoid entries break on purpose.</returns>
    public static bool Questions(TextWriter output)
    {
        foreach (var question in Question.All)
        {
            output.WriteLine($"{question.Id}  {question.Words}{(question.IsConvention ? " (looked at without events)" : "")}");
        }

        var isAsExpected = true;
        var shown = new List<(MacroSet Set, Counterexample Counterexample)>();
        foreach (var set in MacroSet.All)
        {
            var table = new Table().RoundedBorder().Title($"The macros of {set.Name}, with up to two of NMI, #MC and #DB at every instruction");
            table.AddColumn("way in");
            foreach (var question in Question.All)
            {
                table.AddColumn(question.Id);
            }

            table.AddColumn(new TableColumn("states").RightAligned());
            foreach (var way in WayIn.All)
            {
                var scenario = EntryScenario.Of(set.Unit, way.Entry).From(way.Start).In(set.Options);
                var result = scenario.Ask(Question.All.Where(question => !question.IsConvention).Select(question => question.Property)).Inject(way.Events, way.MostEvents).Explore();
                var convention = scenario.Ask(Question.All.Where(question => question.IsConvention).Select(question => question.Property)).Explore();
                EntryPropertyResult[] answers = [.. result.Properties, .. convention.Properties];
                table.AddRow([way.Name, .. Question.All.Select(question => Words(question, answers)), result.Exploration.States.ToString(CultureInfo.InvariantCulture)]);
                foreach (var counterexample in answers.Select(answer => answer.Counterexample).OfType<Counterexample>())
                {
                    Keep(shown, set, counterexample);
                }

                isAsExpected &= set != MacroSet.Today || result.Verdict == Verdict.HoldsWithinBounds;
            }

            Write(table, output);
        }

        foreach (var (set, counterexample) in shown)
        {
            output.WriteLine();
            output.WriteLine($"The macros of {set.Name}:");
            ScenarioText.Write(output, counterexample);
        }

        return isAsExpected;
    }

    // For each set and property the shortest one.
    private static void Keep(List<(MacroSet Set, Counterexample Counterexample)> shown, MacroSet set, Counterexample counterexample)
    {
        var at = shown.FindIndex(other => other.Set == set && other.Counterexample.Property == counterexample.Property);
        if (at < 0)
        {
            shown.Add((set, counterexample));
        }
        else if (shown[at].Counterexample.Steps.Count > counterexample.Steps.Count)
        {
            shown[at] = (set, counterexample);
        }
    }

    private static string Words(Question question, IEnumerable<EntryPropertyResult> answers) => answers.Single(answer => answer.Property == question.Property).Verdict switch
    {
        Verdict.Violated => "VIOLATED",
        Verdict.HoldsWithinBounds => "holds",
        _ => "?",
    };

    /// <summary>A macro with two scratch registers fits where two are free; where one is and there is a stack, it can push the second.</summary>
    private static string Fits(SiteFacts facts) => facts.Free.Count(register => register != Reg.Rsp) switch
    {
        >= 2 => "fits",
        1 when facts.Before.Stack is { } stack && stack.Kind != EntryGen.Kernel.StackKind.User => "one, and a push",
        _ => "does not fit",
    };

    private static string Name(Reg register) => register.ToString().ToLowerInvariant();

    private static void Write(Table table, TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No });
        console.Profile.Width = Width;
        console.Write(table);
    }
}
