using System.Diagnostics;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Exploration.Scenarios.States;

namespace EntryGen.Exploration.Scenarios;

/// <summary>
/// Explores a scenario. What is violated is explored again with no event, then with one more each time, so that a counterexample has the fewest events; among those
/// with as many it has the fewest steps.
/// </summary>
internal sealed class ScenarioRun(EntryScenario scenario, IProgress<ExplorationProgress>? progress, CancellationToken cancellation)
{
    // To find the fewest steps every state is stored; beyond so many the run that was found first is shown.
    private const long StatesForFewestSteps = 2_000_000;

    private readonly IReadOnlyList<EntryProperty> _properties = scenario.Asked;
    private readonly Dictionary<EntryProperty, Counterexample> _broken = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    // What of the time the searches that come first leave to the one for all properties.
    private TimeSpan _kept;
    private bool _countsRuns;

    /// <summary>Explores.</summary>
    public ScenarioResult Explore()
    {
        // With more events there would be no end of states.
        KeepHalf();
        var endless = FindEndlessRun();
        var question = endless is { } most ? scenario.WithEvents(most).WithReductions() : scenario;

        var (found, setup, model) = SearchAll(question, watches: endless is null && scenario.IsReduced);
        if (setup.Loops is { IsSuspected: true })
        {
            KeepHalf();
            FindCounted(scenario.Whole);
            (found, setup, model) = SearchAll(question, watches: false);
        }

        var broken = _properties.Where((property, number) => found.Properties[number].Verdict == Verdict.Violated && !_broken.ContainsKey(property)).ToList();
        for (var events = 0; broken.Count > 0; events++)
        {
            // All runs are looked at, whatever part of them was asked for, so that every part shows the same one.
            var fewer = new ScenarioSetup(question.Whole.WithEvents(events), _properties) { CountsRuns = _countsRuns };
            if (Search(fewer, new EntryModel(fewer), broken, explorer => explorer, cancellation) is { Verdict: Verdict.Violated } with)
            {
                ShowFewestSteps(fewer, broken, with);
            }
            else if (events >= question.MostEvents)
            {
                // A bound was met.
                ShowFewestSteps(setup, _properties, found);
            }

            broken.RemoveAll(_broken.ContainsKey);
        }

        var isComplete = found.Bound == Bound.None && question.MostEvents == scenario.MostEvents && setup.Cuts.IsEmpty;
        var results = _properties.Select(property => _broken.TryGetValue(property, out var counterexample)
            ? new EntryPropertyResult(property, Verdict.Violated, counterexample)
            : new EntryPropertyResult(property, isComplete ? Verdict.HoldsWithinBounds : Verdict.BoundHit, null));
        return new ScenarioResult(question, setup, model.Description, found, [.. results]) { IsEndless = question.MostEvents != scenario.MostEvents };
    }

    private (ExplorationResult Found, ScenarioSetup Setup, EntryModel Model) SearchAll(EntryScenario question, bool watches)
    {
        _kept = TimeSpan.Zero;
        using var suspicion = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var setup = new ScenarioSetup(question, _properties) { Loops = watches ? new LoopWatch(suspicion.Cancel) : null, CountsRuns = _countsRuns };
        var model = new EntryModel(setup);
        return (Search(setup, model, _properties, explorer => explorer.Depth(EntryProcessor.LongestRun * (scenario.MostEvents + 1)), suspicion.Token), setup, model);
    }

    /// <summary>
    /// A loop in which an event can still happen, or would if it were not blocked, is a circle of stored states, or with a counter in it a line of them without end: with fewer events
    /// each such loop comes to be one in which none is left.
    /// </summary>
    /// <returns>With how many events an entry does not end; null when it ends always, or perhaps only with all of them does not.</returns>
    private int? FindEndlessRun()
    {
        for (var events = 0; events < scenario.MostEvents + (scenario.IsReduced ? 0 : 1); events++)
        {
            using var suspicion = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var setup = SetupForEnds(scenario.Whole.WithEvents(events), new LoopWatch(suspicion.Cancel));
            var found = Search(setup, new EntryModel(setup), [EntryProperties.Ends], explorer => explorer, suspicion.Token);
            if (setup.Loops!.IsSuspected)
            {
                if (FindCounted(scenario.Whole.WithEvents(events)))
                {
                    return events;
                }
            }
            else if (found.Verdict == Verdict.Violated)
            {
                ShowEndless(Counterexamples(setup, [EntryProperties.Ends], found)[EntryProperties.Ends]);
                return events;
            }
        }

        return null;
    }

    /// <summary>Looks for an endless run by counting: where functions may do several things a loop is no run without a choice.</summary>
    /// <returns>Whether there is one.</returns>
    private bool FindCounted(EntryScenario question)
    {
        var setup = SetupForEnds(question, loops: null, counts: true);
        var found = Search(setup, new EntryModel(setup), [EntryProperties.Ends], explorer => explorer, cancellation);
        if (found.Properties[0].Counterexample is not { } execution)
        {
            return false;
        }

        _countsRuns = true;
        int[] transitions = [.. execution.Steps.Select(step => step.Transition)];
        var events = 1 + Array.FindLastIndex(transitions, transition => Choice.Of(transition, setup).Event is not null);
        var shortest = ShortestLoop.Find(SetupForEnds(question, loops: null), transitions, events);
        ShowEndless(RunRecorder.Record(setup, shortest.Select(transition => Choice.Of(transition, setup)), EntryProperties.Ends));
        return true;
    }

    private ScenarioSetup SetupForEnds(EntryScenario question, LoopWatch? loops, bool counts = false) =>
        new(question.WithReductions(), [.. _properties.Union([EntryProperties.Ends])]) { Loops = loops, CountsRuns = counts };

    private void ShowEndless(Counterexample shown)
    {
        if (_properties.Contains(EntryProperties.Ends))
        {
            _broken.Add(EntryProperties.Ends, shown);
        }
    }

    // States say which properties are broken: the model always looks at all, so that which run is found first does not depend on what is asked.
    private ExplorationResult Search(
        ScenarioSetup setup, EntryModel model, IReadOnlyList<EntryProperty> asked, Func<Explorer<EntryState>, Explorer<EntryState>> limit, CancellationToken cancelled)
    {
        var explorer = limit(Bounded(Exploration.Explore.Model(model)));
        foreach (var property in asked)
        {
            var bit = 1UL << setup.NumberOf(property);
            explorer.With(Property<EntryState>.Invariant(property.Id, property.Words, (in EntryState state) => (state.Broken & bit) == 0, property.Source));
        }

        return explorer.Run(cancelled);
    }

    private void ShowFewestSteps(ScenarioSetup setup, IReadOnlyList<EntryProperty> asked, ExplorationResult found)
    {
        var shown = Counterexamples(setup, asked, found);
        if (setup.Scenario.IsReduced)
        {
            var most = shown.Values.Max(counterexample => counterexample.Steps.Count);
            EntryProperty[] wanted = [.. shown.Keys];
            var plain = new ScenarioSetup(setup.Scenario.WithoutReductions(), _properties);
            var fewest = Search(plain, new EntryModel(plain), wanted, explorer => explorer.Depth(most).States(StatesForFewestSteps), cancellation);
            foreach (var (property, counterexample) in Counterexamples(plain, wanted, fewest))
            {
                shown[property] = counterexample;
            }
        }

        foreach (var (property, counterexample) in shown)
        {
            _broken.TryAdd(property, counterexample);
        }
    }

    private static Dictionary<EntryProperty, Counterexample> Counterexamples(ScenarioSetup setup, IReadOnlyList<EntryProperty> asked, ExplorationResult found)
    {
        var shown = new Dictionary<EntryProperty, Counterexample>();
        for (var i = 0; i < asked.Count; i++)
        {
            if (found.Properties[i].Counterexample is { } execution)
            {
                var choices = execution.Steps.Select(step => Choice.Of(step.Transition, setup));
                shown.Add(asked[i], RunRecorder.Record(setup, choices, asked[i]));
            }
        }

        return shown;
    }

    private void KeepHalf() => _kept = scenario.Bounds.Time is { } time && time > _clock.Elapsed ? (time - _clock.Elapsed) / 2 : TimeSpan.Zero;

    private Explorer<EntryState> Bounded(Explorer<EntryState> explorer)
    {
        var bounds = scenario.Bounds;
        explorer = bounds.States is { } states ? explorer.States(states) : explorer;
        explorer = bounds.Memory is { } bytes ? explorer.Memory(bytes) : explorer;
        explorer = bounds.Time is { } time ? explorer.Time(time, _clock.Elapsed + _kept) : explorer;
        explorer = bounds.Threads is { } threads ? explorer.Threads(threads) : explorer;
        return progress is null ? explorer : explorer.Report(progress);
    }
}
