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
internal sealed class ExploreCommand
{
    private readonly Host _host;
    private readonly Argument<string> _symbol = new("SYMBOL") { Description = "The entry to explore." };
    private readonly InputOptions _input = new(isOptional: true);
    private readonly StartOptions _start = new();
    private readonly FeatureOption _features = new("they choose the code of alternatives and what the processor has.", KernelOptions.DefaultFeatures);
    private readonly ScenarioOptions _scenario = new();
    private readonly Option<bool> _emitTest = new("--emit-test") { Description = "For each violation also prints an xunit test that fails until it is fixed." };
    private readonly Option<string?> _choices = new("--choices") { Hidden = true };
    private readonly Option<OutputFormat> _format = FormatOption.Create();

    private ExploreCommand(Host host) => _host = host;

    /// <summary>Creates the command.</summary>
    public static Command Create(Host host)
    {
        var explore = new ExploreCommand(host);
        var command = new Command(
            "explore",
            "Runs an entry with events at every instruction boundary, in every order, and decides properties: CR3, GS, stacks and registers at C calls and returns.")
        {
            explore._symbol,
        };
        explore._input.AddTo(command);
        explore._start.AddTo(command);
        explore._features.AddTo(command);
        explore._scenario.AddTo(command);
        command.Add(explore._emitTest);
        command.Add(explore._choices);
        command.Add(explore._format);
        command.SetAction(explore.Run);
        return command;
    }

    private int Run(ParseResult result)
    {
        var name = result.GetRequiredValue(_symbol);
        var entry = KnownEntries.Resolve(name, KnownEntries.Find(name)?.Kind ?? EntryKind.Call);
        var start = _start.Read(result, entry);
        var properties = _scenario.PropertiesOf(result);
        var (units, program) = _input.Read(result, _host).Read(units => EntriesFor(units, [name], _scenario.EventsOf(result)));
        var options = new KernelOptions { Features = _features.Read(result, units, program)! };
        using var compiled = CompiledUnit.Create(program, [.. EntriesFor(units, [name], _scenario.EventsOf(result)).Select(symbol => (symbol, KnownEntries.Resolve(symbol, EntryKind.Call).Kind))]);
        try
        {
            var scenario = _scenario.Apply(result, EntryScenario.Of(compiled.Unit, name).From(start).In(options));
            if (result.GetValue(_choices) is { } choices)
            {
                var runs = properties.Select(property => scenario.Replay(new RunChoices(choices), property)).ToList();
                ScenarioText.Write(_host.Output, [.. runs]);
                return runs.Exists(run => run.IsBroken) ? ExitCode.Found : ExitCode.Done;
            }

            return Write(result, scenario.Explore());
        }
        catch (ArgumentException wrong)
        {
            throw new InputException(wrong.Message);
        }
    }

    private int Write(ParseResult result, ScenarioResult found)
    {
        if (result.GetValue(_format) == OutputFormat.Json)
        {
            ScenarioJson.Write(found, new JsonLines(_host.Output), isTimed: true, run => Token(result, found.Scenario, [run]));
        }
        else
        {
            ScenarioText.Write(_host.Output, found, runs => $"again: entrygen trace --replay {Token(result, found.Scenario, runs)}");
        }

        if (result.GetValue(_emitTest))
        {
            foreach (var broken in found.Properties.Where(property => property.Verdict == Verdict.Violated))
            {
                _host.Output.Write(TestText.Of(found.Scenario, broken.Property, _input.GivenFiles(result)));
            }
        }

        return found.Verdict switch
        {
            Verdict.HoldsWithinBounds => ExitCode.Done,
            Verdict.Violated => ExitCode.Found,
            _ => ExitCode.Unknown,
        };
    }

    private string Token(ParseResult result, EntryScenario scenario, IReadOnlyList<Counterexample> runs) => ReplayToken.Of(
    [
        scenario.Entry,
        .. _input.Words(result),
        .. StartOptions.Words(scenario.Start),
        "--features", scenario.Options.Features.ToString(),
        .. ScenarioOptions.Words(scenario),
        .. runs.SelectMany(run => new[] { "--property", run.Property.Id }),
        "--choices", runs[0].Choices.Text,
    ]);

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

        return [.. names, .. ScenarioEntries.Of(events).Where(handler => !names.Contains(handler) && units.Any(unit => unit.Defines(handler)))];
    }
}
