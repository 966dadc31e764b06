using System.CommandLine;
using EntryGen.Asm.Text;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Exploring;

/// <summary>The options that say what may happen, what must hold, and when to stop.</summary>
internal sealed class ScenarioOptions
{
    private readonly Option<InjectedEvents> _inject = EventOption.Create();

    private readonly Option<int> _depth =
        Number("--depth", "How many events there may be in one run, nested or one after the other (default: 1).", least: 0, most: 16, byDefault: 1);

    private readonly Option<HandlerEffect[]> _handlers = new("--handler")
    {
        Description = "What a C function may do to the address space, separated by commas; one is chosen at each call (default: nothing, but for handlers of user code, which may flush a page). "
            + string.Join("; ", HandlerEffect.All.Select(effect => $"{effect.Name}: {effect.Words}")) + ".",
        HelpName = string.Join(',', HandlerEffect.All.Select(effect => effect.Name)),
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            var effects = new List<HandlerEffect>();
            foreach (var word in result.Tokens[0].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (HandlerEffect.All.FirstOrDefault(effect => effect.Name == word || effect.Id == word) is { } found)
                {
                    effects.Add(found);
                }
                else
                {
                    result.AddError($"'{word}' is no effect of a handler: --handler takes {string.Join(", ", HandlerEffect.All.Select(effect => effect.Name))}.");
                }
            }

            return [.. effects];
        },
    };

    private readonly Option<string[]> _properties = new("--property")
    {
        Description = $"Only this property. May be given several times. Known: {string.Join(", ", EntryProperties.All.Select(property => property.Id))}.",
        HelpName = "ID",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int> _states = Number("--states", "Stops when there are more states than this.", least: 1, most: int.MaxValue);
    private readonly Option<int> _time = Number("--time", "Stops after so many seconds.", least: 1, most: int.MaxValue);
    private readonly Option<int> _threads = Number("--threads", "How many threads (default: as many as there are processors). The answer is the same.", least: 1, most: 1024);
    private readonly Option<bool> _unassumed = new("--no-assumptions") { Description = "Lets events happen also where the kernel sees to that they do not." };
    private readonly Option<bool> _unreduced = new("--no-reductions") { Description = "Stores every state, also those that have one successor only." };

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _inject, _depth, _handlers, _properties, _states, _time, _threads, _unassumed, _unreduced })
        {
            command.Add(option);
        }
    }

    /// <summary>The events.</summary>
    public InjectedEvents EventsOf(ParseResult result) => result.GetValue(_inject);

    /// <summary>The properties named; all when none is.</summary>
    /// <exception cref="InputException">There is no such property.</exception>
    public IReadOnlyList<EntryProperty> PropertiesOf(ParseResult result)
    {
        var named = result.GetValue(_properties) ?? [];
        var found = new List<EntryProperty>();
        foreach (var id in named.Distinct())
        {
            found.Add(EntryProperties.All.FirstOrDefault(property => property.Id == id)
                ?? throw new InputException($"--property: there is no property '{id}'.{NearestName.Suggest(id, EntryProperties.All.Select(property => property.Id))}"));
        }

        return found.Count == 0 ? EntryProperties.All : found;
    }

    /// <summary>Adds all of it to a scenario.</summary>
    public EntryScenario Apply(ParseResult result, EntryScenario scenario)
    {
        var bounds = new ExplorationBounds
        {
            States = result.GetValue(_states) is > 0 and var states ? states : null,
            Time = result.GetValue(_time) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null,
            Threads = result.GetValue(_threads) is > 0 and var threads ? threads : null,
        };
        // Asked for by name an event needs its entry; by default there are those that have one.
        var events = result.GetResult(_inject) is { Implicit: false } ? EventsOf(result) : EventsOf(result) & ScenarioEntries.In(scenario.Unit);
        scenario = scenario.Inject(events, result.GetValue(_depth)).MayDo(result.GetValue(_handlers) ?? []).Ask(PropertiesOf(result)).Within(bounds);
        scenario = result.GetValue(_unassumed) ? scenario.WithoutKernelAssumptions() : scenario;
        return result.GetValue(_unreduced) ? scenario.WithoutReductions() : scenario;
    }

    /// <summary>The arguments with which a run of a scenario can be done again.</summary>
    public static IEnumerable<string> Words(EntryScenario scenario) =>
    [
        "--inject", EventOption.Describe(scenario.Events) is "nothing" ? "" : EventOption.Describe(scenario.Events),
        "--depth", scenario.MostEvents.ToString(System.Globalization.CultureInfo.InvariantCulture),
        .. scenario.Handlers.Count == 0 ? Array.Empty<string>() : ["--handler", string.Join(',', scenario.Handlers.Select(effect => effect.Name))],
        .. scenario.KernelAssumptions ? Array.Empty<string>() : ["--no-assumptions"],
    ];

    private static Option<int> Number(string name, string description, int least, int most, int byDefault = 0) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => byDefault,
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
