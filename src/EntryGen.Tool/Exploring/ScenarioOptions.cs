using System.CommandLine;
using EntryGen.Asm.Text;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Exploration.Tasks;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Exploring;

/// <summary>The options that say what may happen, what must hold, and when to stop.</summary>
internal sealed class ScenarioOptions
{
    private readonly Option<InjectedEvents> _inject = EventOption.Create();

    private readonly Option<int> _depth =
        Number("--depth", "How many events there may be in one run, nested or one after the other (default: 1).", least: 0, most: 16);

    private readonly Option<string?> _handlers = new("--handler")
    {
        Description = "What a C function may do to the address space, separated by commas; one is chosen at each call (default: nothing, but for handlers of user code, which may flush a page). "
            + string.Join("; ", HandlerEffect.All.Select(effect => $"{effect.Name}: {effect.Words}")) + ".",
        HelpName = string.Join(',', HandlerEffect.All.Select(effect => effect.Name)),
    };

    private readonly Option<string[]> _properties = new("--property")
    {
        Description = $"Only this property, or these, separated by commas. May be given several times. Known: {string.Join(", ", EntryProperties.Named.Select(property => property.Id))}.",
        HelpName = "ID",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<TlbPolicy> _tlb = TlbOption.Create();
    private readonly Option<int> _states = Number("--states", "Stops when there are more states than this.", least: 1, most: int.MaxValue);
    private readonly Option<int> _memory = Number("--memory", "Stops when states take more memory than this, in MiB (default: three quarters of what there is).", least: 1, most: int.MaxValue);
    private readonly Option<int> _time = Number("--time", "Stops after so many seconds.", least: 1, most: int.MaxValue);
    private readonly Option<int> _threads = Number("--threads", "How many threads (default: as many as there are processors). The answer is the same.", least: 1, most: 1024);
    private readonly Option<bool> _unassumed = new("--no-assumptions") { Description = "Lets events happen also where the kernel sees to that they do not." };
    private readonly Option<bool> _unreduced = new("--no-reductions") { Description = "Stores every state, also those that have one successor only." };

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _inject, _depth, _handlers, _properties, _tlb, _states, _memory, _time, _threads, _unassumed, _unreduced })
        {
            command.Add(option);
        }
    }

    /// <summary>The bound that lets two runs differ.</summary>
    public Option Time => _time;

    /// <summary>The events.</summary>
    public InjectedEvents EventsOf(ParseResult result) => IsGiven(result, _inject) ? result.GetValue(_inject) : InjectedEvents.All;

    /// <summary>What an entry is asked when no attribute says anything: every event for which there is an entry, once in a run.</summary>
    public static EntryScenario Default(EntryScenario scenario) => scenario.Inject(ScenarioEntries.In(scenario.Unit, scenario.Options.Fred));

    /// <summary>A scenario as the command line changes it: what it does not speak of stays.</summary>
    /// <param name="result">The call.</param>
    /// <param name="scenario">The scenario.</param>
    /// <param name="known">Scenarios whose effects and properties have names too: those declared beside it.</param>
    /// <exception cref="InputException">There is no such property or effect.</exception>
    public EntryScenario Apply(ParseResult result, EntryScenario scenario, params IReadOnlyList<EntryScenario> known)
    {
        scenario = scenario.Inject(
            IsGiven(result, _inject) ? result.GetValue(_inject) : scenario.Events,
            IsGiven(result, _depth) ? result.GetValue(_depth) : Math.Max(scenario.MostEvents, IsGiven(result, _inject) ? 1 : 0));
        scenario = EffectsOf(result, known) is { } effects ? scenario.MayDo(effects) : scenario;
        scenario = PropertiesOf(result, known) is { Count: > 0 } properties ? scenario.Ask(properties) : scenario;
        scenario = IsGiven(result, _tlb) ? scenario.WithWorstCaseTlb(result.GetValue(_tlb) == TlbPolicy.Worst) : scenario;
        scenario = scenario.Within(BoundsOf(result, scenario.Bounds));
        scenario = result.GetValue(_unassumed) ? scenario.WithoutKernelAssumptions() : scenario;
        return result.GetValue(_unreduced) ? scenario.WithoutReductions() : scenario;
    }

    /// <summary>A scenario of tasks as the command line changes it.</summary>
    /// <param name="result">The call.</param>
    /// <param name="scenario">The scenario.</param>
    /// <exception cref="InputException">There is no such property, or an option does not go with tasks.</exception>
    public TaskScenario Apply(ParseResult result, TaskScenario scenario)
    {
        if (new Option[] { _handlers, _tlb, _unassumed }.FirstOrDefault(option => IsGiven(result, option)) is { } given)
        {
            throw NotForTasks(given);
        }

        var events = IsGiven(result, _inject) ? result.GetValue(_inject) : scenario.Events;
        if ((events & ~InjectedEvents.All) != 0)
        {
            throw new InputException($"--inject: of tasks only {EventOption.Describe(InjectedEvents.All)} can be asked.");
        }

        scenario = scenario.Inject(events, IsGiven(result, _depth) ? result.GetValue(_depth) : Math.Max(scenario.MostEvents, IsGiven(result, _inject) ? 1 : 0));
        TaskProperty[] known = [.. scenario.Properties.Concat(TaskProperties.Named).DistinctBy(property => property.Id)];
        TaskProperty[] asked =
        [
            .. (result.GetValue(_properties) ?? []).Distinct().Select(id => Array.Find(known, property => property.Id == id)
                ?? throw new InputException($"--property: there is no property '{id}' of tasks.{NearestName.Suggest(id, known.Select(property => property.Id))}")),
        ];
        scenario = asked.Length > 0 ? scenario.Ask(asked) : scenario;
        scenario = scenario.Within(BoundsOf(result, scenario.Bounds));
        return result.GetValue(_unreduced) ? scenario.WithoutReductions() : scenario;
    }

    /// <summary>What is said when an option is given that is about an entry, and tasks are asked about.</summary>
    public static InputException NotForTasks(Option option) => new($"{option.Name} is about one entry, and this asks about tasks.");

    /// <summary>The arguments with which a run of tasks can be done again.</summary>
    public static IEnumerable<string> Words(TaskScenario scenario) =>
    [
        "--inject", EventOption.Describe(scenario.Events) is "nothing" ? "" : EventOption.Describe(scenario.Events),
        "--depth", scenario.MostEvents.ToString(System.Globalization.CultureInfo.InvariantCulture),
    ];

    private ExplorationBounds BoundsOf(ParseResult result, ExplorationBounds bounds) => new()
    {
        States = result.GetValue(_states) is > 0 and var states ? states : bounds.States,
        Memory = result.GetValue(_memory) is > 0 and var mebibytes ? (long)mebibytes << 20 : bounds.Memory,
        Time = result.GetValue(_time) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : bounds.Time,
        Threads = result.GetValue(_threads) is > 0 and var threads ? threads : bounds.Threads,
    };

    // An effect of a class's own is known by the scenarios that may do it; so is a property.
    private HandlerEffect[]? EffectsOf(ParseResult result, IReadOnlyList<EntryScenario> declared)
    {
        if (result.GetValue(_handlers) is not { } text)
        {
            return null;
        }

        HandlerEffect[] known = [.. HandlerEffect.All.Concat(declared.SelectMany(scenario => scenario.Handlers)).DistinctBy(effect => effect.Name)];
        return
        [
            .. text.Split(',', StringSplitOptions.TrimEntries).Select(word =>
                Array.Find(known, effect => effect.Name == word || effect.Id == word)
                ?? throw new InputException($"'{word}' is no effect of a handler: --handler takes {string.Join(", ", known.Select(effect => effect.Name))}.")),
        ];
    }

    private List<EntryProperty> PropertiesOf(ParseResult result, IReadOnlyList<EntryScenario> declared)
    {
        EntryProperty[] known = [.. EntryProperties.Named.Concat(declared.SelectMany(scenario => scenario.Properties)).DistinctBy(property => property.Id)];
        return
        [
            .. Ids(result.GetValue(_properties) ?? [], known).Distinct().Select(id => Array.Find(known, property => property.Id == id)
                ?? throw new InputException($"--property: there is no property '{id}'.{NearestName.Suggest(id, known.Select(property => property.Id))}")),
        ];
    }

    // The id of a property of one's own may have a comma.
    private static IEnumerable<string> Ids(string[] given, EntryProperty[] known) =>
        given.SelectMany(text => Array.Exists(known, property => property.Id == text) ? [text] : text.Split(',', StringSplitOptions.TrimEntries));

    private static bool IsGiven(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    /// <summary>The arguments with which a run of a scenario can be done again.</summary>
    public static IEnumerable<string> Words(EntryScenario scenario) =>
    [
        "--inject", EventOption.Describe(scenario.Events) is "nothing" ? "" : EventOption.Describe(scenario.Events),
        "--depth", scenario.MostEvents.ToString(System.Globalization.CultureInfo.InvariantCulture),
        .. scenario.Handlers.Count == 0 ? Array.Empty<string>() : ["--handler", string.Join(',', scenario.Handlers.Select(effect => effect.Name))],
        .. scenario.HasWorstCaseTlb ? ["--tlb", TlbOption.Worst] : Array.Empty<string>(),
        .. scenario.KernelAssumptions ? Array.Empty<string>() : ["--no-assumptions"],
    ];

    /// <summary>All arguments that decide what a scenario's answer is, but for its entry, start and features.</summary>
    public IEnumerable<string> SweepWords(ParseResult result, EntryScenario scenario) =>
    [
        .. Words(scenario),
        .. result.GetValue(_properties) is { Length: > 0 } ? scenario.Properties.SelectMany(property => new[] { "--property", property.Id }) : [],
        .. scenario.Bounds.States is { } states ? ["--states", states.ToString(System.Globalization.CultureInfo.InvariantCulture)] : Array.Empty<string>(),
        .. scenario.Bounds.Memory is { } bytes ? ["--memory", (bytes >> 20).ToString(System.Globalization.CultureInfo.InvariantCulture)] : Array.Empty<string>(),
        .. scenario.IsReduced ? Array.Empty<string>() : ["--no-reductions"],
    ];

    private static Option<int> Number(string name, string description, int least, int most) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (!int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var count) || count < least || count > most)
            {
                result.AddError(most == int.MaxValue ? $"'{text}': {name} takes a number from {least} on." : $"'{text}': {name} takes a number from {least} to {most}.");
            }

            return count;
        },
    };
}
