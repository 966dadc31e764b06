using System.CommandLine;
using EntryGen.Tool.Exploring;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Sweeps;

/// <summary>The options that make an exploration a sweep: <c>--shard</c>, <c>--checkpoint</c>, <c>-o</c>.</summary>
internal sealed class SweepOptions
{
    private readonly Option<ShardNumber?> _shard = ShardNumber.CreateOption();

    private readonly Option<string?> _checkpoint = new("--checkpoint")
    {
        Description = "Keeps what is explored in this file; when it is there already, goes on from it. The answer is that of one run.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _output = new("-o", "--output") { Description = "Where a shard's lines go, written as a whole at the end (default: standard output).", HelpName = "FILE" };

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        command.Add(_shard);
        command.Add(_checkpoint);
        command.Add(_output);
    }

    /// <summary>The options.</summary>
    public IReadOnlyList<Option> All => [_shard, _checkpoint, _output];

    /// <summary>Whether it is a sweep.</summary>
    /// <exception cref="InputException">There is an output for no shard.</exception>
    public bool IsGiven(ParseResult result) => result.GetValue(_shard) is not null || result.GetValue(_checkpoint) is not null
        || (result.GetValue(_output) is null ? false : throw new InputException("-o is for the lines of a shard: give --shard too, or redirect standard output."));

    /// <summary>Refuses options that a sweep cannot have.</summary>
    /// <exception cref="InputException">One of them is given.</exception>
    public void Refuse(ParseResult result, IReadOnlyList<Option> options)
    {
        if (options.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } given)
        {
            var sweep = result.GetValue(_shard) is null ? "--checkpoint" : "--shard";
            throw new InputException(given.Name == "--time"
                ? $"--time with {sweep}: where time runs out differs from run to run, and the answer of a sweep does not. Give --states."
                : $"{given.Name} cannot be had with {sweep}: do the run again by its token ('entrygen trace --replay').");
        }
    }

    /// <summary>Explores a shard and prints its lines; without <c>--shard</c> all of it, and what 'merge' would print.</summary>
    /// <param name="result">The call.</param>
    /// <param name="host">Where it runs.</param>
    /// <param name="format">How to print; null when that was not said.</param>
    /// <param name="whole">The sweep.</param>
    /// <param name="questions">What it asks.</param>
    /// <returns>The exit code: for a shard it says only that it is finished, the verdict is that of all together.</returns>
    public int Run(ParseResult result, Host host, OutputFormat? format, SweepHeader whole, IReadOnlyList<Question> questions)
    {
        var shard = result.GetValue(_shard);
        if (shard is not null && format == OutputFormat.Text)
        {
            throw new InputException("--format text with --shard: a shard is JSON lines; 'entrygen merge' prints text.");
        }

        var header = whole with { Shard = (shard ?? ShardNumber.Whole).Index, Shards = (shard ?? ShardNumber.Whole).Count };
        var checkpoint = result.GetValue(_checkpoint) is { } path ? new Checkpoint(path, host, header) : null;
        var parts = new SweepRun(header, [.. questions.Select(question => question.Scenario)], checkpoint).Run(Math.Min(questions[0].Scenario.Bounds.ThreadsToUse, 512));
        if (shard is null)
        {
            return SweepMerge.Write(header, parts, new ReportWriter(host.Output, format ?? OutputFormat.Text, header.Scenarios.Count > 1));
        }

        var lines = SweepLines.Of(header, parts, isFinished: true);
        if (result.GetValue(_output) is { } file)
        {
            SweepLines.Write(file, host, lines);
        }
        else
        {
            foreach (var line in lines)
            {
                host.Output.Write(line + "\n");
            }
        }

        return ExitCode.Done;
    }
}
