using System.CommandLine;
using System.Globalization;
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
    /// <summary>In the place of a symbol: every entry of the kernel that the files define. <c>--all</c> says the same.</summary>
    public const string EveryEntry = "*";

    private readonly Host _host;
    private readonly Argument<string> _symbol = new("SYMBOL") { Description = "The entry to explore; --all in its place: every entry of the kernel that the files define, from everywhere it can be reached." };
    private readonly InputOptions _input = new(isOptional: true);
    private readonly EntryOption _entries = new();
    private readonly StartOptions _start = new();
    private readonly FeatureOption _features = new("they choose the code of alternatives and what the processor has.", KernelOptions.DefaultFeatures);
    private readonly ScenarioOptions _scenario = new();
    private readonly Option<bool> _emitTest = new("--emit-test") { Description = "For each violation also prints an xunit test that fails until it is fixed." };
    private readonly HtmlOption _html = new("Also writes the first counterexample as one self-contained page: the state over time, the code step by step.");
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
        explore._entries.AddTo(command);
        explore._start.AddTo(command);
        explore._features.AddTo(command);
        explore._scenario.AddTo(command);
        command.Add(explore._emitTest);
        explore._html.AddTo(command);
        command.Add(explore._choices);
        command.Add(explore._format);
        command.SetAction(explore.Run);
        return command;
    }

    private int Run(ParseResult result)
    {
        var name = result.GetRequiredValue(_symbol);
        return _input.GivenFiles(result) is [var path] && LoadedUnits.IsAssembly(path) ? ExploreAssembly(result, name, path) : ExploreFiles(result, name);
    }

    private int ExploreAssembly(ParseResult result, string name, string path)
    {
        using var loaded = LoadedUnits.Load(path, _host.Directory);
        var units = name == EveryEntry
            ? loaded.Units.Values.SelectMany(unit => unit.Entries.Values.OrderBy(entry => entry.Address).Select(entry => (Unit: unit, Entry: entry.Name)))
            : [loaded.Find(name)];
        return Explore(result, name == EveryEntry, [.. units.Select(unit => (unit.Unit, unit.Entry, KnownEntries.Resolve(unit.Entry, unit.Unit.Entries[unit.Entry].Kind, unit.Unit.Entries[unit.Entry].Vector), _features.Read(result, unit.Unit)!))]);
    }

    private int ExploreFiles(ParseResult result, string name)
    {
        var events = _scenario.EventsOf(result);
        var entries = _entries.Read(result);
        IReadOnlyList<string> asked = [];
        var (units, program) = _input.Read(result, _host).Read(units =>
        {
            entries.MustBeIn(units);
            asked = name == EveryEntry ? [.. entries.In(symbol => units.Any(unit => unit.Defines(symbol))).Select(entry => entry.Symbol)] : [name];
            return EntriesFor(units, asked, entries, events);
        });
        if (asked.Count == 0)
        {
            throw new InputException("None of the files defines an entry of the kernel. Name the symbol to explore, or declare entries by --entry.");
        }

        var features = _features.Read(result, units, program)!;
        using var compiled = CompiledUnit.Create(program, [.. EntriesFor(units, asked, entries, events).Select(entries.Resolve)]);
        return Explore(result, name == EveryEntry, [.. asked.Select(symbol => (compiled.Unit, symbol, entries.Resolve(symbol), features))]);
    }

    private int Explore(ParseResult result, bool isAll, IReadOnlyList<(EntryUnit Unit, string Entry, EntryPoint Point, FeatureSet Features)> entries)
    {
        try
        {
            var scenarios = entries.SelectMany(
                entry => isAll ? _start.ReadAll(result, entry.Point) : [_start.Read(result, entry.Point)],
                (entry, start) => _scenario.Apply(result, EntryScenario.Of(entry.Unit, entry.Entry).From(start).With(entry.Features))).ToList();
            return result.GetValue(_choices) is { } choices ? Replay(result, scenarios[0], choices)
                : isAll ? ExploreAll(result, scenarios)
                : Write(result, scenarios[0].Explore());
        }
        catch (ArgumentException wrong)
        {
            throw new InputException(wrong.Message);
        }
    }

    private int Replay(ParseResult result, EntryScenario scenario, string choices)
    {
        var runs = _scenario.PropertiesOf(result).Select(property => scenario.Replay(new RunChoices(choices), property)).ToList();
        ScenarioText.Write(_host.Output, [.. runs]);
        return runs.Exists(run => run.IsBroken) ? ExitCode.Found : ExitCode.Done;
    }

    // Each on one thread, several at a time; printed in order.
    private int ExploreAll(ParseResult result, IReadOnlyList<EntryScenario> scenarios)
    {
        var threads = scenarios[0].Bounds.Threads ?? Environment.ProcessorCount;
        var worst = ExitCode.Done;
        var answers = scenarios.AsParallel().AsOrdered().WithDegreeOfParallelism(Math.Min(threads, 512)).WithMergeOptions(ParallelMergeOptions.NotBuffered)
            .Select(scenario => scenario.Within(scenario.Bounds with { Threads = 1 }).Explore());
        long states = 0, transitions = 0;
        var violated = 0;
        foreach (var found in answers)
        {
            states += found.Exploration.States;
            transitions += found.Exploration.Transitions;
            violated += found.Verdict == Verdict.Violated ? 1 : 0;
            worst = (Write(result, found, isShort: true), worst) switch
            {
                (ExitCode.Found, _) or (_, ExitCode.Found) => ExitCode.Found,
                var (code, before) => Math.Max(code, before),
            };
        }

        if (result.GetValue(_format) == OutputFormat.Text)
        {
            _host.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{scenarios.Count} explorations, {violated} of them with a violation; {states:N0} states, {transitions:N0} transitions"));
        }

        return worst;
    }

    private int Write(ParseResult result, ScenarioResult found, bool isShort = false)
    {
        if (result.GetValue(_format) == OutputFormat.Json)
        {
            ScenarioJson.Write(found, new JsonLines(_host.Output), isTimed: true, run => Token(result, found.Scenario, [run]));
        }
        else if (isShort && found.Verdict == Verdict.HoldsWithinBounds)
        {
            _host.Output.WriteLine(ScenarioText.Line(found));
        }
        else
        {
            ScenarioText.Write(_host.Output, found, runs => $"again: entrygen trace --replay {Token(result, found.Scenario, runs)}");
        }

        if (found.Properties.Select(property => property.Counterexample).FirstOrDefault(run => run is not null) is { } shown)
        {
            _html.Write(result, _host, () => CounterexamplePage.Of(found.Scenario, shown));
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
        .. _entries.Words(result),
        .. StartOptions.Words(scenario.Start),
        "--features", scenario.Options.Features.ToString(),
        .. ScenarioOptions.Words(scenario),
        .. runs.SelectMany(run => new[] { "--property", run.Property.Id }),
        "--choices", runs[0].Choices.Text,
    ]);

    /// <summary>The entries to compile: those asked for, and those that events lead to.</summary>
    private static IReadOnlyList<string> EntriesFor(IReadOnlyList<ReadUnit> units, IReadOnlyList<string> names, DeclaredEntries entries, InjectedEvents events)
    {
        foreach (var name in names)
        {
            if (!units.Any(unit => unit.Defines(name)))
            {
                throw UnknownSymbol.In(units, name);
            }
        }

        // What is declared may be what an event leads to.
        var handlers = ScenarioEntries.Of(events).Concat(entries.Declared.Select(entry => entry.Symbol));
        return [.. names, .. handlers.Distinct().Where(handler => !names.Contains(handler) && units.Any(unit => unit.Defines(handler)))];
    }
}
