using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Tasks;
using EntryGen.Kernel;
using EntryGen.Tool.Exploring;
using EntryGen.Tool.Input;
using EntryGen.Tool.Messages;
using EntryGen.Tool.Sweeps;
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
    private readonly Option<int> _number = new("--question") { Hidden = true };
    private readonly SweepOptions _sweep = new();
    private readonly Option<OutputFormat> _format = FormatOption.Create();
    private bool _hasPage;

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
        explore._sweep.AddTo(command);
        command.Add(explore._choices);
        command.Add(explore._number);
        command.Add(explore._format);
        command.SetAction(explore.Run);
        return command;
    }

    private int Run(ParseResult result)
    {
        var name = result.GetRequiredValue(_symbol);
        if (result.GetValue(_emitTest) && result.GetValue(_format) == OutputFormat.Json)
        {
            throw new InputException("--emit-test prints C#, and --format json one object a line: give one of them.");
        }

        _html.MustBeWritable(result, _host);
        if (name == EveryEntry && _input.GivenFiles(result).FirstOrDefault(file => Path.GetExtension(file).Length == 0 && !Path.Exists(Path.Combine(_host.Directory, file))) is { } symbol)
        {
            throw new InputException($"--all takes the place of SYMBOL, so '{symbol}' is read as a FILE, and there is none. Leave out one of the two.");
        }

        return _input.GivenFiles(result) is [var path] && LoadedUnits.IsAssembly(path) ? ExploreAssembly(result, name, path) : ExploreFiles(result, name);
    }

    private int ExploreAssembly(ParseResult result, string name, string path)
    {
        if (_input.SourceOptions.Append(_entries.Option).FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } given)
        {
            throw new InputException($"{given.Name} is about source files, and {path} is compiled: its classes say such things ([EntryCode], [Entry]).");
        }

        using var loaded = LoadedUnits.Load(path, _host.Directory);
        if (name != EveryEntry)
        {
            if (loaded.Tasks.Of(name) is { Count: > 0 } tasks)
            {
                return OrInputError(() => ExploreTasks(result, tasks));
            }

            var (declared, entry) = loaded.Find(name);
            return Explore(result, loaded.Hash, () => [.. entry is { } asked ? Asked(result, asked, isAll: false) : Changed(result, declared)]);
        }

        // Of entries about which nothing is declared everything is asked.
        var all = loaded.Scenarios.All.ToList();
        var others = loaded.Units
            .SelectMany(unit => unit.Value.Entries.Values.OrderBy(entry => entry.Address), (unit, entry) => (Unit: unit.Value, entry.Name, Symbol: $"{unit.Key}.{entry.Name}"))
            .Where(entry => !all.Exists(question => ReferenceEquals(question.Scenario.Unit, entry.Unit) && question.Scenario.Entry == entry.Name));
        return Explore(result, loaded.Hash, () => [.. Changed(result, all), .. others.SelectMany(entry => Asked(result, entry, isAll: true))]);
    }

    private int ExploreTasks(ParseResult result, IReadOnlyList<TaskQuestion> declared)
    {
        if (new[] { _html.Option }.Concat(_start.All).Concat(_sweep.All).FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } given)
        {
            throw ScenarioOptions.NotForTasks(given);
        }

        IReadOnlyList<TaskQuestion> questions = [.. declared.Select(question => question with { Scenario = _scenario.Apply(result, WithFeatures(result, question.Scenario)) })];
        var exploring = new TaskExploring(_host.Output, result.GetValue(_format)) { EmitsTests = result.GetValue(_emitTest) };
        return result.GetValue(_choices) is { } choices
            ? exploring.Replay(questions[Math.Clamp(result.GetValue(_number), 0, questions.Count - 1)].Scenario, choices)
            : exploring.Run(questions, question =>
            [
                question.Property,
                .. _input.Words(result),
                "--features", question.Scenario.Options.Features.ToString(),
                .. ScenarioOptions.Words(question.Scenario),
                "--question", (question.Number ?? 0).ToString(CultureInfo.InvariantCulture),
            ]);
    }

    private TaskScenario WithFeatures(ParseResult result, TaskScenario scenario) =>
        _features.ReadGiven(result, scenario.Unit) is { } features ? scenario.In(scenario.Options with { Features = features }) : scenario;

    private int ExploreFiles(ParseResult result, string name)
    {
        var events = _scenario.EventsOf(result);
        var entries = _entries.Read(result);
        var isAll = name == EveryEntry;
        IReadOnlyList<string> asked = [];
        var input = _input.Read(result, _host, withFred: isAll || entries.Resolve(name).Kind == EntryKind.Fred);
        var (units, program) = input.Read(units =>
        {
            entries.MustBeIn(units);
            input.UserMapped.MustBeIn(units);
            asked = isAll ? [.. entries.In(symbol => units.Any(unit => unit.Defines(symbol))).Select(entry => entry.Symbol)] : [name];
            return EntriesFor(units, asked, entries, events);
        });
        if (asked.Count == 0)
        {
            throw new InputException("None of the files defines an entry of the kernel. Name the symbol to explore, or declare entries by --entry.");
        }

        if (!isAll && entries.IsUnknown(name) && result.GetValue(_choices) is null)
        {
            _host.Error.WriteLine($"note: no entry is known by the name of '{name}'; it is explored as a function that the kernel calls. --entry {name}=KIND says how else it is reached.");
        }

        var features = _features.Read(result, units, program)!;

        // That code may be there and, by the very bug that is looked for, not be reached.
        var with16BitStacks = units.Any(unit => unit.Defines("native_irq_return_ldt"));
        using var compiled = CompiledUnit.Create(program, [.. EntriesFor(units, asked, entries, events).Select(entries.Resolve)]);
        return Explore(result, compiled.Hash, () => [.. asked.SelectMany(symbol => Starts(result, compiled.Unit, symbol, isAll, with16BitStacks)
            .Select(scenario => new Question(_scenario.Apply(result, scenario.With(scenario.Point.FeaturesFor(features))), symbol)))]);
    }

    /// <summary>What is asked of an entry of an assembly about which no attribute says anything.</summary>
    private IEnumerable<Question> Asked(ParseResult result, (EntryUnit Unit, string Name, string Symbol) entry, bool isAll) =>
        Starts(result, entry.Unit, entry.Name, isAll).Select(scenario => new Question(Changed(result, scenario), entry.Symbol));

    private IEnumerable<EntryScenario> Starts(ParseResult result, EntryUnit unit, string symbol, bool isAll, bool with16BitStacks = false)
    {
        var scenario = ScenarioOptions.Default(EntryScenario.Of(unit, symbol));
        return (isAll ? _start.ReadAll(result, scenario.Point, with16BitStacks ? scenario.Point.StartsWith(with16BitStacks) : scenario.Starts) : [_start.Read(result, scenario.Point)]).Select(scenario.From);
    }

    /// <summary>Declared questions as the command line changes them; a start that it gives is for those that can be reached from there.</summary>
    private IEnumerable<Question> Changed(ParseResult result, IReadOnlyList<Question> declared)
    {
        IReadOnlyList<EntryScenario> known = [.. declared.Select(question => question.Scenario)];
        foreach (var question in declared)
        {
            var scenario = question.Scenario;
            foreach (var start in _start.ReadAll(result, scenario.Point, [scenario.Start]))
            {
                yield return question with { Scenario = Changed(result, scenario.From(start), known) };
            }
        }
    }

    private EntryScenario Changed(ParseResult result, EntryScenario scenario, params IReadOnlyList<EntryScenario> known) =>
        _scenario.Apply(result, _features.ReadGiven(result, scenario.Unit) is { } features ? scenario.With(scenario.Point.FeaturesFor(features)) : scenario, known);

    private int Explore(ParseResult result, string hash, Func<IReadOnlyList<Question>> ask) => OrInputError(() =>
    {
        var asked = ask();
        if (result.GetValue(_choices) is { } choices)
        {
            return Replay(asked[Math.Clamp(result.GetValue(_number), 0, asked.Count - 1)].Scenario, choices);
        }

        // Starts that the command line replaced are one.
        IReadOnlyList<Question> questions = [.. OneOfEachShape(result, asked.DistinctBy(Key))];
        if (questions.Count == 0)
        {
            throw new InputException("There is nothing to explore: no entry is reached from there.");
        }

        if (_sweep.IsGiven(result))
        {
            _sweep.Refuse(result, [_html.Option, _emitTest, _scenario.Time]);
            return _sweep.Run(result, _host, result.GetResult(_format) is null ? null : result.GetValue(_format), Header(result, hash, questions), questions);
        }

        return ExploreNow(result, questions);
    });

    // What a scenario cannot be is the input's mistake.
    private static int OrInputError(Func<int> explore)
    {
        try
        {
            return explore();
        }
        catch (ArgumentException wrong)
        {
            throw new InputException(wrong.Message.Replace($" (Parameter '{wrong.ParamName}')", "", StringComparison.Ordinal));
        }
        catch (AggregateException several) when (several.InnerExceptions.All(one => one is ArgumentException))
        {
            throw new InputException(several.InnerExceptions[0].Message);
        }
    }

    // Entries of one shape return to a 16-bit stack by the same code. All of them are asked about it when the call or an attribute says so.
    private IEnumerable<Question> OneOfEachShape(ParseResult result, IEnumerable<Question> asked)
    {
        var known = new HashSet<object>();
        return asked.Where(question => !question.Scenario.Start.On16BitStack || question.DeclaredIn is not null || _start.AreGiven(result) || known.Add(ShapeOf(question.Scenario)));
    }

    private static object ShapeOf(EntryScenario scenario)
    {
        var entry = scenario.Point;
        return (scenario.Unit, entry.Kind, entry.InStub, entry.Vector is { } vector && Emulation.Vectors.HasErrorCode(vector));
    }

    private static object Key(Question question)
    {
        var scenario = question.Scenario;
        return (scenario.Unit, scenario.Entry, scenario.Start, string.Join(' ', [.. scenario.Options.Features, .. ScenarioOptions.Words(scenario), .. scenario.Properties.Select(property => property.Id)]));
    }

    private int Replay(EntryScenario scenario, string choices)
    {
        var runs = scenario.Asked.Select(property => scenario.Replay(new RunChoices(choices), property)).ToList();
        ScenarioText.Write(_host.Output, [.. runs]);
        return runs.Exists(run => run.IsBroken) ? ExitCode.Found : ExitCode.Done;
    }

    // One on all threads, or several at a time, each on one thread; printed in order.
    private int ExploreNow(ParseResult result, IReadOnlyList<Question> questions)
    {
        var writer = new ReportWriter(_host.Output, result.GetValue(_format), isAll: questions.Count > 1);
        using var interruption = new Interruption();
        if (questions is [var one])
        {
            Write(result, writer, one, ProgressDisplay.Show(_host.Terminal, one.Scenario.Entry, progress => one.Scenario.Explore(progress, interruption.Token)));
        }
        else
        {
            // Lines that come one after the other show by themselves how far it is.
            ProgressDisplay.ShowMany(_host.IsOutputShown ? null : _host.Terminal, questions.Count, done =>
            {
                var threads = Math.Min(questions[0].Scenario.Bounds.ThreadsToUse, 512);

                // Each takes the next one: how long one takes is not known before.
                var answers = Partitioner.Create(questions, EnumerablePartitionerOptions.NoBuffering).AsParallel().AsOrdered().WithDegreeOfParallelism(threads).WithMergeOptions(ParallelMergeOptions.NotBuffered)
                    .Select(question => (Question: question, Found: question.Scenario.Within(question.Scenario.Bounds with { Threads = 1 }).Explore(cancellation: interruption.Token)));
                foreach (var (question, found) in answers)
                {
                    Write(result, writer, question, found);
                    done(writer.States);
                }
            });
        }

        writer.End();
        if (!_hasPage && result.GetValue(_html.Option) is { } page)
        {
            _host.Error.WriteLine($"note: nothing is violated, so {page} was not written.");
        }

        return writer.ExitCode;
    }

    private void Write(ParseResult result, ReportWriter writer, Question question, ScenarioResult found)
    {
        writer.Write(ScenarioReport.Of(found, ReplayWords(result, question)) with { Seconds = Math.Round(found.Exploration.Elapsed.TotalSeconds, 3) });
        if (!_hasPage && found.Properties.Select(property => property.Counterexample).FirstOrDefault(run => run is not null) is { } shown)
        {
            _hasPage = true;
            _html.Write(result, _host, () => CounterexamplePage.Of(found.Scenario, shown));
        }

        if (result.GetValue(_emitTest))
        {
            foreach (var broken in found.Properties.Where(property => property.Verdict == Verdict.Violated))
            {
                _host.Output.Write(TestText.Of(question, broken.Property, _input.GivenFiles(result)));
            }
        }
    }

    private SweepHeader Header(ParseResult result, string hash, IReadOnlyList<Question> questions) => SweepHeader.Of(
        hash,
        [.. questions.Select(question => (question.Scenario, string.Join(' ', _scenario.SweepWords(result, question.Scenario)), ReplayWords(result, question)))]);

    private IReadOnlyList<string> ReplayWords(ParseResult result, Question question) =>
    [
        question.Symbol,
        .. _input.Words(result),
        .. _entries.Words(result),
        .. StartOptions.Words(question.Scenario.Start),
        "--features", question.Scenario.Options.Features.ToString(),
        .. ScenarioOptions.Words(question.Scenario),
        .. question.DeclaredIn is null ? Array.Empty<string>() : ["--question", question.Number.ToString(CultureInfo.InvariantCulture)],
    ];

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

        // What is declared may be what an event leads to; with FRED all that happens in the kernel leads to one entry point.
        var fred = names.Any(name => entries.Resolve(name).Kind == EntryKind.Fred) ? KnownEntries.All.Where(entry => entry.Kind == EntryKind.Fred).Select(entry => entry.Symbol) : [];
        var handlers = ScenarioEntries.Of(events).Concat(fred).Concat(entries.Declared.Select(entry => entry.Symbol));
        return [.. names, .. handlers.Distinct().Where(handler => !names.Contains(handler) && units.Any(unit => unit.Defines(handler)))];
    }
}
