using EntryGen.Exploration.Scenarios;
using EntryGen.Tool.Exploring;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Sweeps;

/// <summary>From the files of all shards to one answer.</summary>
internal static class SweepMerge
{
    /// <summary>What sums over parts mean, where they may be other numbers than those of one run.</summary>
    private const string Note = "Counts are sums over the parts of the sweep: a state that can be reached with one first event and with another is counted for each.";

    /// <summary>Reads files that must be all shards of one sweep.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="expected">How many shards there must be; null for as many as the files say.</param>
    /// <param name="host">Where the command runs.</param>
    /// <exception cref="InputException">A file is of another sweep, or a shard is missing, there twice or not finished.</exception>
    public static (SweepHeader Header, IReadOnlyList<SweepPart> Parts) Read(IReadOnlyList<string> paths, int? expected, Host host)
    {
        SweepLines[] shards = [.. paths.Select(path => SweepLines.Read(path, host))];
        var first = shards[0];
        foreach (var other in shards.Skip(1))
        {
            if (first.Header.ReasonAgainst(other.Header) is { } reason)
            {
                throw new InputException($"{other.Path}: this shard is of {reason}; that is what {first.Path} has.");
            }
        }

        var count = first.Header.Shards;
        if (expected is { } wanted && wanted != count)
        {
            throw new InputException($"--expect {wanted}: {first.Path} is of a sweep in {Shards(count)}.");
        }

        var twice = shards.GroupBy(shard => shard.Header.Shard).FirstOrDefault(same => same.Count() > 1);
        if (twice is not null)
        {
            throw new InputException($"Shard {twice.Key}/{count} is there twice: {string.Join(" and ", twice.Select(shard => shard.Path))}.");
        }

        List<string> lacking = [];
        var missing = Enumerable.Range(0, count).Except(shards.Select(shard => shard.Header.Shard)).Select(shard => $"{shard}/{count}").ToList();
        if (missing.Count > 0)
        {
            lacking.Add($"{(missing.Count == 1 ? "Shard" : "Shards")} {string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} missing.");
        }

        lacking.AddRange(shards.Where(shard => !shard.IsFinished || shard.Parts.Count != PartsIn(shard.Header)).Select(shard =>
            $"{shard.Path}: shard {shard.Header.Shard}/{count} is not finished: {shard.Parts.Count} of {PartsIn(shard.Header)} parts. Run it again, with its checkpoint if it has one."));
        return lacking.Count == 0
            ? (first.Header, [.. shards.SelectMany(shard => shard.Parts).OrderBy(part => part.Number)])
            : throw new InputException(lacking);
    }

    /// <summary>Prints what all parts say together, as one run does.</summary>
    /// <returns>The exit code.</returns>
    public static int Write(SweepHeader header, IReadOnlyList<SweepPart> parts, ReportWriter writer)
    {
        foreach (var group in parts.GroupBy(part => part.Scenario).OrderBy(group => group.Key))
        {
            var scenario = header.Scenarios[group.Key];
            var summary = ScenarioSummary.Merge([.. group.Select(part => part.ToSummary(header))]);
            var traces = summary.Properties.Where(property => property.Violation is not null).ToDictionary(property => property.Id, property => TraceOf(group, property));
            writer.Write(new ScenarioReport(scenario.Entry, scenario.Start, summary, traces, scenario.ReplayWords));
        }

        writer.End(header.MostEvents > 1 || parts.Any(part => part.Bound is not null) ? Note : null);
        return writer.ExitCode;
    }

    private static string TraceOf(IEnumerable<SweepPart> parts, PropertySummary property) => parts.SelectMany(part => part.Violations)
        .First(violation => violation.Property == property.Id && violation.Summary == property.Violation).Trace.GetRawText();

    private static int PartsIn(SweepHeader header) => Enumerable.Range(0, header.Parts).Count(new ShardNumber(header.Shard, header.Shards).Has);

    private static string Shards(int count) => count == 1 ? "1 shard" : $"{count} shards";
}
