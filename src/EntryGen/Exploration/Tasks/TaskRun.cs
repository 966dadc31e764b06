using EntryGen.Exploration.Tasks.States;

namespace EntryGen.Exploration.Tasks;

/// <summary>Explores a scenario with no event, then with one more each time as long as properties still hold, so that a counterexample has the fewest events.</summary>
internal sealed class TaskRun(TaskScenario scenario, CancellationToken cancellation)
{
    /// <summary>Explores.</summary>
    public TaskResult Explore()
    {
        var open = scenario.Properties.ToList();
        var broken = new Dictionary<TaskProperty, TaskCounterexample>();
        ExplorationResult found;
        for (var events = 0; ; events++)
        {
            var setup = new TaskSetup(scenario.WithEvents(events), open);
            found = Search(setup);
            for (var i = 0; i < open.Count; i++)
            {
                if (found.Properties[i].Counterexample is { } execution)
                {
                    var run = TaskRecorder.Record(setup, execution.Steps.Select(step => TaskChoice.Of(step.Transition)), open[i]);
                    broken.Add(open[i], scenario.Replay(run.Choices, open[i]));
                }
            }

            open.RemoveAll(broken.ContainsKey);
            if (open.Count == 0 || events == scenario.MostEvents || found.Bound != Bound.None)
            {
                break;
            }
        }

        var results = scenario.Properties.Select(property => broken.TryGetValue(property, out var counterexample)
            ? new TaskPropertyResult(property, Verdict.Violated, counterexample)
            : new TaskPropertyResult(property, found.Bound == Bound.None ? Verdict.HoldsWithinBounds : Verdict.BoundHit, null));
        return new TaskResult(scenario, found, [.. results]);
    }

    private ExplorationResult Search(TaskSetup setup)
    {
        var explorer = Exploration.Explore.Model(new TaskModel(setup));
        var bounds = scenario.Bounds;
        explorer = bounds.States is { } states ? explorer.States(states) : explorer;
        explorer = bounds.Memory is { } bytes ? explorer.Memory(bytes) : explorer;
        explorer = bounds.Time is { } time ? explorer.Time(time) : explorer;
        explorer = bounds.Threads is { } threads ? explorer.Threads(threads) : explorer;
        for (var i = 0; i < setup.Properties.Count; i++)
        {
            var bit = 1UL << i;
            var property = setup.Properties[i];
            explorer.With(Property<TaskState>.Invariant(property.Id, property.Words, (in TaskState state) => (state.Broken & bit) == 0));
        }

        return explorer.Run(cancellation);
    }
}
