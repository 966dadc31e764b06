using System.CommandLine;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Kernel;
using EntryGen.Tool.Exploring;
using EntryGen.Tool.Input;
using EntryGen.Tool.Messages;
using EntryGen.Tool.Tracing;

namespace EntryGen.Tool.Commands;

/// <summary><c>entrygen explore</c>: every way in which events can interrupt an entry.</summary>
internal static class ExploreCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Host host)
    {
        var symbol = new Argument<string>("SYMBOL") { Description = "The entry to explore." };
        var input = new InputOptions();
        var start = new StartOptions();
        var features = new FeatureOption("they choose the code of alternatives and what the processor has.", KernelOptions.DefaultFeatures);
        var inject = EventOption.Create();
        var depth = CountOption("--depth", "How many events there may be in one run, nested or one after the other (default: 1).", 1, 0, 16);
        var format = FormatOption.Create();
        var command = new Command("explore", "Runs an entry with events at every instruction boundary, in every order, and decides properties: CR3, GS, stacks and registers at C calls and returns.") { symbol };
        input.AddTo(command);
        start.AddTo(command);
        features.AddTo(command);
        command.Add(inject);
        command.Add(depth);
        command.Add(format);
        command.SetAction(result =>
        {
            var name = result.GetRequiredValue(symbol);
            var entry = KnownEntries.Resolve(name, KnownEntries.Find(name)?.Kind ?? EntryKind.Call);
            var state = start.Read(result, entry);
            var events = result.GetValue(inject);
            var (units, program) = input.Read(result, host).Read(units => EntriesFor(units, [name], events));
            var options = new KernelOptions { Features = features.Read(result, units, program)! };
            using var compiled = CompiledUnit.Create(program, [.. EntriesFor(units, [name], events).Select(symbol => (symbol, KnownEntries.Resolve(symbol, EntryKind.Call).Kind))]);
            var scenario = EntryScenario.Of(compiled.Unit, name).From(state).In(options).Inject(events, result.GetValue(depth));
            var found = scenario.Explore();
            host.Output.Write(found.Exploration.ToString());
            host.Output.WriteLine($"{found.Covered} covered; {found.Exploration.Elapsed.TotalSeconds:f2} s; {found.Exploration.BytesPerState} bytes");
            return found.Verdict switch
            {
                Verdict.HoldsWithinBounds => ExitCode.Done,
                Verdict.Violated => ExitCode.Found,
                _ => ExitCode.Unknown,
            };
        });
        return command;
    }

    /// <summary>The entries to compile: those asked for, and those that events lead to.</summary>
    private static IReadOnlyList<string> EntriesFor(IReadOnlyList<ReadUnit> units, IReadOnlyList<string> names, InjectedEvents events)
    {
        foreach (var name in names)
        {
            if (!units.Any(unit => unit.Defines(name)))
            {
                throw UnknownSymbol.In(units, name);
            }
        }

        var handlers = ScenarioEntries.Of(events);
        return [.. names, .. handlers.Where(handler => !names.Contains(handler) && units.Any(unit => unit.Defines(handler)))];
    }

    private static Option<int> CountOption(string name, string description, int byDefault, int least, int most) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => byDefault,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (!int.TryParse(text, out var count) || count < least || count > most)
            {
                result.AddError($"'{text}': {name} takes a number from {least} to {most}.");
            }

            return count;
        },
    };
}
