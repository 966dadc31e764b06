using EntryGen.Emulation;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using Spectre.Console;

namespace Kaiser;

/// <summary>What the program prints.</summary>
public static class Report
{
    private const int Width = 150;
    private const InjectedEvents Events = InjectedEvents.Nmi | InjectedEvents.MachineCheck | InjectedEvents.Debug;

    /// <summary>Where the macros stand, and which registers are free there.</summary>
    public static void CallSites(TextWriter output)
    {
        foreach (var set in MacroSet.All)
        {
            var table = new Table().RoundedBorder().Title($"Where the macros of {set.Name} stand");
            table.AddColumns("place", "CR3", "GS", "stack", "free by running", "as declared", "two scratch registers");
            foreach (var site in Kaiser.CallSites.All)
            {
                var facts = FreeRegisters.At(set, site);
                var declared = set == MacroSet.Today ? site.FreeToday : site.Free2017;
                var free = facts.Free.Count >= 15 ? "all" : string.Join(' ', facts.Free.Select(Name));
                table.AddRow(
                    site.Name,
                    facts.Before.UserHalf ? "U" : "K",
                    facts.Before.Gs.ToString(),
                    facts.Before.Stack?.Name ?? "none",
                    free,
                    declared,
                    Fits(facts));
            }

            Write(table, output);
        }
    }

    /// <summary>The questions, answered for every way in.</summary>
    /// <returns>Whether today's macros answer all but one as they should: the convention that paranoid entries break on purpose.</returns>
    public static bool Questions(TextWriter output)
    {
        var isAsExpected = true;
        var shown = new List<Counterexample>();
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
                var result = EntryScenario.Of(set.Unit, way.Entry).From(way.Start).In(set.Options)
                    .Ask(Question.All.SelectMany(question => question.Parts)).Inject(Events, most: 2).Explore();
                var answers = Question.All.Select(question => result.Properties.Where(answer => question.Parts.Contains(answer.Property)).ToList()).ToList();
                table.AddRow([way.Name, .. answers.Select(Words), result.Exploration.States.ToString()]);
                shown.AddRange(answers.SelectMany(parts => parts).Select(part => part.Counterexample).OfType<Counterexample>()
                    .Where(counterexample => shown.TrueForAll(other => other.Property != counterexample.Property)));
                isAsExpected &= set != MacroSet.Today || result.Properties.All(answer => answer.Verdict == Verdict.HoldsWithinBounds || answer.Property.Id == "P2.5");
            }

            Write(table, output);
        }

        foreach (var counterexample in shown)
        {
            output.WriteLine();
            ScenarioText.Write(output, counterexample);
        }

        return isAsExpected;
    }

    private static string Words(List<EntryPropertyResult> parts) =>
        parts.Exists(part => part.Verdict == Verdict.Violated) ? "VIOLATED" : parts.Exists(part => part.Verdict != Verdict.HoldsWithinBounds) ? "?" : "holds";

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
