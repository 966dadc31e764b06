using System.CommandLine;
using EntryGen.Tool.Exploring;
using EntryGen.Tool.Messages;
using EntryGen.Tool.Sweeps;

namespace EntryGen.Tool.Commands;

/// <summary><c>entrygen merge</c>: one answer from the shards of a sweep.</summary>
internal sealed class MergeCommand
{
    private readonly Host _host;
    private readonly Argument<string[]> _files = new("FILE") { Description = "What 'entrygen explore --shard' wrote, of every shard.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<int?> _expect = new("--expect")
    {
        Description = "How many shards there must be (default: as many as the files say).",
        HelpName = "N",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, System.Globalization.CultureInfo.InvariantCulture, out var count) && count > 0)
            {
                return count;
            }

            result.AddError($"'{result.Tokens[0].Value}': --expect takes a number from 1 on.");
            return null;
        },
    };

    private readonly Option<OutputFormat> _format = FormatOption.Create();

    private MergeCommand(Host host) => _host = host;

    /// <summary>Creates the command.</summary>
    public static Command Create(Host host)
    {
        var merge = new MergeCommand(host);
        var command = new Command("merge", "Makes one answer of the shards of a sweep, as one run of 'entrygen explore' prints it. A missing, unfinished or foreign shard is refused.")
        {
            merge._files,
            merge._expect,
            merge._format,
        };
        command.SetAction(merge.Run);
        return command;
    }

    private int Run(ParseResult result)
    {
        var paths = result.GetRequiredValue(_files);
        if (paths.FirstOrDefault(path => path is ['-', _, ..]) is { } option)
        {
            throw new InputException($"{option}: no such option. See 'entrygen merge --help'.");
        }

        var (header, parts) = SweepMerge.Read(paths, result.GetValue(_expect), _host);
        return SweepMerge.Write(header, parts, new ReportWriter(_host.Output, result.GetValue(_format), header.Scenarios.Count > 1));
    }
}
