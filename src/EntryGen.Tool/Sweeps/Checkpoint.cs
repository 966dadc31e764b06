using System.Diagnostics;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Sweeps;

/// <summary>The parts that a shard has explored so far, in a file, so that a shard that was killed goes on where it stopped.</summary>
/// <param name="path">The file; need not be there.</param>
/// <param name="host">Where the command runs.</param>
/// <param name="header">What is explored.</param>
internal sealed class Checkpoint(string path, Host host, SweepHeader header)
{
    // Parts may take less time than writing all of them once more.
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private Stopwatch? _sinceWritten;

    /// <summary>The parts in it.</summary>
    /// <exception cref="InputException">It is of something else.</exception>
    public IReadOnlyList<SweepPart> Load()
    {
        if (!File.Exists(Path.GetFullPath(path, host.Directory)))
        {
            return [];
        }

        var stored = SweepLines.Read(path, host);
        var reason = header.ReasonAgainst(stored.Header) ?? (header.Shard == stored.Header.Shard ? null : $"another shard ({stored.Header.Shard}, not {header.Shard})");
        return reason is null ? stored.Parts : throw new InputException($"{path}: this checkpoint is of {reason}. Remove it, or give another file.");
    }

    /// <summary>Writes the parts, unless that was done a moment ago.</summary>
    public void Save(IEnumerable<SweepPart> parts, bool isLast = false)
    {
        if (isLast || _sinceWritten is null || _sinceWritten.Elapsed >= _interval)
        {
            SweepLines.Write(path, host, SweepLines.Of(header, parts, isFinished: false));
            _sinceWritten = Stopwatch.StartNew();
        }
    }
}
