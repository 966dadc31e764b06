using EntryGen.Testing;
using EntryGen.Tests.Tool;

namespace EntryGen.OracleTests.Tool.Sweeps;

/// <summary>Sweeps: shards as processes, merged; killed and resumed; refused when they do not belong together.</summary>
public sealed class SweepTests : IDisposable
{
    private static readonly string[] _all = ["explore", "--all", "entries.S", "--property", "c-gs", "--property", "gs", "--property", "no-fault"];
    private static readonly Dictionary<string, string> _nothing = [];

    private readonly ToolWorkspace _workspace = new();

    public SweepTests() => _workspace
        .With("entries.S", SweepCode.Handler("asm_exc_nmi", "exc_nmi") + SweepCode.Handler("asm_exc_debug", "exc_debug"))
        .With("other.S", SweepCode.Handler("asm_exc_nmi", "exc_nmi").Replace("cld", "cld; cld", StringComparison.Ordinal) + SweepCode.Handler("asm_exc_debug", "exc_debug"));

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Four_shards_as_processes_are_one_run()
    {
        var processes = Enumerable.Range(0, 4)
            .Select(index => new ToolProcess(_workspace, new Dictionary<string, string> { ["JOB_COMPLETION_INDEX"] = $"{index}" }, [.. _all, "--shard", "auto/4", "-o", $"s{index}.jsonl"]))
            .ToList();
        Assert.All(processes, process => Assert.Equal((0, "", ""), (process.Result().ExitCode, process.Result().Output, process.Result().Error)));
        processes.ForEach(process => process.Dispose());

        // With one event in a run the sums over parts are the counts of one run, so that every byte is the same.
        var one = _workspace.Run(_all);
        var merged = _workspace.Run("merge", "s2.jsonl", "s0.jsonl", "s3.jsonl", "s1.jsonl", "--expect", "4");
        Assert.Equal(one, merged);
        Assert.Equal(1, merged.ExitCode);
        Assert.Contains("again: entrygen trace --replay", merged.Output, StringComparison.Ordinal);
        Assert.Equal(
            WithoutTime(_workspace.Run([.. _all, "--format", "json"])),
            WithoutTime(_workspace.Run("merge", "s0.jsonl", "s1.jsonl", "s2.jsonl", "s3.jsonl", "--format", "json")));
    }

    [Fact]
    public void A_killed_shard_goes_on_and_ends_as_if_it_had_not_been_killed()
    {
        string[] call = ["explore", "--all", "entries.S", "--depth", "2", "--property", "P1.1", "--threads", "1", "--shard", "1/2", "--checkpoint", "kept.jsonl"];
        var kept = Path.Combine(_workspace.Directory, "kept.jsonl");
        using (var killed = new ToolProcess(_workspace, _nothing, call))
        {
            while (!File.Exists(kept) && !killed.HasExited)
            {
                Thread.Sleep(10);
            }

            killed.Kill();
        }

        var before = File.ReadAllLines(kept);
        var resumed = _workspace.Run(call).Succeeded().Output;
        var parts = resumed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length - 2;
        Assert.InRange(before.Length - 1, 1, parts - 1);
        Assert.Equal(resumed, _workspace.Run(call[..^2]).Succeeded().Output);
    }

    [Fact]
    public void What_the_checkpoint_has_is_not_explored_again()
    {
        string[] call = ["explore", "asm_exc_nmi", "entries.S", "--from", "kernel", "--shard", "0/1", "--checkpoint", "kept.jsonl"];
        var whole = _workspace.Run(call).Succeeded().Output;
        var kept = Path.Combine(_workspace.Directory, "kept.jsonl");
        var lines = File.ReadAllLines(kept);
        Assert.Equal(["sweep", "part", "part", "part"], lines.Select(Kind));

        // The mark in the stored part comes out again; the part that is gone is explored.
        _workspace.With("kept.jsonl", string.Join('\n', lines[0], lines[1].Replace("\"states\":", "\"states\":9", StringComparison.Ordinal), lines[3]) + "\n");
        var resumed = _workspace.Run(call).Succeeded().Output;
        Assert.Equal(whole.Replace(lines[1], lines[1].Replace("\"states\":", "\"states\":9", StringComparison.Ordinal), StringComparison.Ordinal), resumed);
    }

    [Fact]
    public void With_a_checkpoint_and_no_shard_the_answer_is_printed()
    {
        string[] call = ["explore", "asm_exc_debug", "entries.S", "--depth", "2", "--property", "c-gs", "--property", "P1.1"];
        var first = _workspace.Run([.. call, "--checkpoint", "kept.jsonl"]);
        Assert.Equal(first, _workspace.Run([.. call, "--checkpoint", "kept.jsonl"]));
        var plain = _workspace.Run(call);
        Assert.EndsWith("a state that can be reached with one first event and with another is counted for each.\n", first.Output, StringComparison.Ordinal);
        Assert.Equal(Verdicts(plain.Output), Verdicts(first.Output));
        Assert.Equal(Runs(plain.Output), Runs(first.Output));
    }

    [Theory]
    [InlineData("this checkpoint is of other inputs", "other.S", "--shard", "0/2")]
    [InlineData("this checkpoint is of other options ('--inject nmi,db --depth 1', not '--inject nmi,db --depth 2')", "entries.S", "--shard", "0/2", "--depth", "2")]
    [InlineData("this checkpoint is of another shard (0, not 1)", "entries.S", "--shard", "1/2")]
    [InlineData("this checkpoint is of another number of shards (2, not 3)", "entries.S", "--shard", "0/3")]
    [InlineData("this checkpoint is of another question ('asm_exc_nmi from user code", "entries.S", "--shard", "0/2", "--from", "kernel")]
    public void A_checkpoint_of_something_else_is_refused(string message, params string[] call)
    {
        _workspace.Run("explore", "asm_exc_nmi", "entries.S", "--shard", "0/2", "--checkpoint", "kept.jsonl").Succeeded();
        var before = File.ReadAllText(Path.Combine(_workspace.Directory, "kept.jsonl"));
        Refused("kept.jsonl: " + message, _workspace.Run(["explore", "asm_exc_nmi", .. call, "--checkpoint", "kept.jsonl"]));
        Assert.Equal(before, File.ReadAllText(Path.Combine(_workspace.Directory, "kept.jsonl")));
    }

    [Fact]
    public void Shards_that_are_not_one_sweep_are_refused()
    {
        string[] explore = ["explore", "asm_exc_nmi", "entries.S", "--from", "kernel"];
        foreach (var shard in new[] { "0/3", "1/3", "2/3" })
        {
            _workspace.Run([.. explore, "--shard", shard, "-o", shard[..1]]).Succeeded();
        }

        _workspace.Run("merge", "0", "1", "2", "--expect", "3").Succeeded();
        Refused("Shard 1/3 is missing.", _workspace.Run("merge", "0", "2", "--expect", "3"));
        Refused("Shards 1/3, 2/3 are missing.", _workspace.Run("merge", "0"));
        Refused("Shard 1/3 is there twice: 1 and 1.", _workspace.Run("merge", "0", "1", "2", "1", "--expect", "3"));
        Refused("--expect 4: 0 is of a sweep in 3 shards.", _workspace.Run("merge", "0", "1", "2", "--expect", "4"));

        _workspace.Run([.. explore, "--shard", "2/3", "--depth", "2", "-o", "options"]).Succeeded();
        Refused("options: this shard is of other options ('--inject nmi,db --depth 2', not '--inject nmi,db --depth 1'); that is what 0 has.", _workspace.Run("merge", "0", "1", "options"));
        _workspace.Run("explore", "asm_exc_nmi", "other.S", "--from", "kernel", "--shard", "2/3", "-o", "inputs").Succeeded();
        Refused("inputs: this shard is of other inputs (", _workspace.Run("merge", "0", "1", "inputs"));

        var lines = File.ReadAllLines(Path.Combine(_workspace.Directory, "2"));
        _workspace.With("short", string.Join('\n', lines[..^2]) + "\n").With("torn", string.Join('\n', lines[..^2]) + "\n{\"kind\":\"part\",\"num");
        Refused("short: shard 2/3 is not finished: 0 of 1 parts.", _workspace.Run("merge", "0", "1", "short"));
        Refused("torn:2: this is no line of a shard.", _workspace.Run("merge", "0", "1", "torn"));
        Refused("entries.S: this is no file of 'entrygen explore --shard'.", _workspace.Run("merge", "entries.S"));
        Refused("none: no such file.", _workspace.Run("merge", "none"));
    }

    [Fact]
    public void A_bound_in_one_part_leaves_no_answer()
    {
        foreach (var shard in new[] { "0/2", "1/2" })
        {
            _workspace.Run("explore", "asm_exc_nmi", "entries.S", "--from", "kernel", "--inject", "db", "--property", "P1.1", "--states", "30", "--shard", shard, "-o", shard[..1]).Succeeded();
        }

        var merged = _workspace.Run("merge", "0", "1");
        Assert.Equal(3, merged.ExitCode);
        Assert.Contains("no answer: bound hit", merged.Output, StringComparison.Ordinal);
        Assert.Contains("more states than the bound of 30", merged.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--time with --shard", "--shard", "0/2", "--time", "5")]
    [InlineData("--html cannot be had with --checkpoint", "--checkpoint", "x", "--html", "y")]
    [InlineData("--format text with --shard", "--shard", "0/2", "--format", "text")]
    [InlineData("-o is for the lines of a shard", "-o", "x")]
    [InlineData("no/where/x: Could not find a part of the path", "--shard", "0/2", "-o", "no/where/x")]
    [InlineData("shards are counted from 0, so that the last of 4 is 3/4", "--shard", "4/4")]
    [InlineData("--shard takes I/N", "--shard", "1")]
    public void What_a_sweep_cannot_have_is_refused(string message, params string[] options) =>
        Refused(message, _workspace.Run(["explore", "asm_exc_nmi", "entries.S", "--from", "kernel", .. options]));

    private static void Refused(string message, ToolResult result)
    {
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    private static string? Kind(string line) => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("kind").GetString();

    private static string WithoutTime(ToolResult result) => System.Text.RegularExpressions.Regex.Replace(result.Output, "\"seconds\":[0-9.e-]+", "\"seconds\":null");

    private static List<string> Verdicts(string output) => [.. output.Split('\n').Where(line => line.Contains(" holds within bounds: ", StringComparison.Ordinal) || line.Contains(" violated: ", StringComparison.Ordinal))];

    private static List<string> Runs(string output) => [.. output.Split('\n').Where(line => line.StartsWith("again: ", StringComparison.Ordinal))];
}
