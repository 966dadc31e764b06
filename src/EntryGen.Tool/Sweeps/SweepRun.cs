using System.Collections.Concurrent;
using EntryGen.Exploration.Scenarios;

namespace EntryGen.Tool.Sweeps;

/// <summary>Explores the parts of a shard, several at a time, each on one thread.</summary>
/// <param name="header">What sweep it is.</param>
/// <param name="scenarios">Its scenarios, in the order of the header.</param>
/// <param name="checkpoint">Where parts are kept; null for nowhere.</param>
internal sealed class SweepRun(SweepHeader header, IReadOnlyList<EntryScenario> scenarios, Checkpoint? checkpoint)
{
    /// <summary>All parts of scenarios in the order of their numbers: each scenario's by the first event.</summary>
    public static IEnumerable<(int Scenario, EntryScenario Part)> PartsOf(IReadOnlyList<EntryScenario> scenarios) =>
        scenarios.SelectMany((scenario, number) => scenario.Split().Select(part => (number, part)));

    /// <summary>Explores what the checkpoint does not have yet.</summary>
    /// <param name="threads">How many at a time.</param>
    /// <returns>The shard's parts, by number.</returns>
    public IReadOnlyList<SweepPart> Run(int threads)
    {
        var shard = new ShardNumber(header.Shard, header.Shards);
        var explored = (checkpoint?.Load() ?? []).ToDictionary(part => part.Number);
        var left = PartsOf(scenarios).Select((part, number) => (Number: number, part.Scenario, part.Part))
            .Where(part => shard.Has(part.Number) && !explored.ContainsKey(part.Number)).ToList();
        Parallel.ForEach(Partitioner.Create(left, EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = threads }, part =>
        {
            var found = SweepPart.Of(part.Number, part.Scenario, part.Part.Within(part.Part.Bounds with { Threads = 1 }).Explore());
            lock (explored)
            {
                explored.Add(found.Number, found);
                checkpoint?.Save(explored.Values);
            }
        });
        checkpoint?.Save(explored.Values, isLast: true);
        return [.. explored.Values.OrderBy(part => part.Number)];
    }
}
