using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using EntryGen.Asm.Text;
using EntryGen.Tool.Commands;
using EntryGen.Tool.Exploring;
using EntryGen.Tool.Messages;
using Spectre.Console;

namespace EntryGen.Tool;

/// <summary>The <c>entrygen</c> command: arguments in, text and an exit code out.</summary>
public static class CommandLine
{
    /// <summary>Runs one invocation. Never throws for anything a caller can get wrong: that is one message and <see cref="ExitCode.Wrong"/>.</summary>
    /// <param name="args">The arguments after the command's name.</param>
    /// <param name="output">Takes the results.</param>
    /// <param name="error">Takes the message when the input or the call is wrong.</param>
    /// <param name="directory">What relative paths are relative to; null for the current directory.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error, string? directory = null) =>
        Run(args, new Host(output, error, directory ?? Environment.CurrentDirectory));

    /// <summary>Runs one invocation in a world that may have a terminal.</summary>
    internal static int Run(IReadOnlyList<string> args, Host host)
    {
        var (output, error) = (host.Output, host.Error);
        try
        {
            var result = Parse(args, host);
            if (result.Action is ParseErrorAction)
            {
                // The parser explains one mistake several times over; the first is the one that was made.
                throw new InputException($"{UnknownCommand(result) ?? result.Errors[0].Message} See 'entrygen {CommandPath(result)}--help'.");
            }

            return result.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (InputException wrong)
        {
            foreach (var line in wrong.Lines)
            {
                MessageWriter.Write(error, line);
            }

            return ExitCode.Wrong;
        }
    }

    /// <summary>Reads the arguments of an invocation.</summary>
    /// <exception cref="InputException">They hold a replay token that is none.</exception>
    internal static ParseResult Parse(IReadOnlyList<string> args, Host host)
    {
        // A RootCommand is called as its file is, and help would say EntryGen.Tool.
        var root = new Command("entrygen", "Expands, traces, checks and explores x86-64 kernel entry code.")
        {
            new HelpOption(),
            new VersionOption(),
            ExpandCommand.Create(host),
            TraceCommand.Create(host),
            ImportCommand.Create(host),
            LintCommand.Create(host),
            ReviewCommand.Create(host),
            ExploreCommand.Create(host),
            MergeCommand.Create(host),
        };
        return root.Parse(SplitJoinedOptions(Rewritten(args)));
    }

    private static int Main(string[] args) => Run(args, new Host(
        Console.Out,
        Console.Error,
        Environment.CurrentDirectory,
        Console.IsErrorRedirected ? null : AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }),
        !Console.IsOutputRedirected));

    private static string? UnknownCommand(ParseResult result) =>
        result is { CommandResult: { Parent: null, Command.Subcommands: var commands }, UnmatchedTokens: [var word, ..] }
            ? $"'{word}' is no command of entrygen.{NearestName.Suggest(word, commands.Select(command => command.Name))}"
            : null;

    private static string CommandPath(ParseResult result) =>
        result.CommandResult.Parent is null ? "" : result.CommandResult.Command.Name + " ";

    /// <summary><c>trace --replay TOKEN</c> is the exploration in the token, with its choices; <c>explore --all</c> has no symbol.</summary>
    /// <exception cref="InputException">It is no token.</exception>
    private static IReadOnlyList<string> Rewritten(IReadOnlyList<string> args) => args switch
    {
        ["trace", "--replay", var token] => ["explore", .. ReplayToken.Read(token)],
        ["explore", ..] when args.Contains("--all") => ["explore", ExploreCommand.EveryEntry, .. args.Skip(1).Where(word => word != "--all")],
        ["trace", "--replay"] => throw new InputException("--replay takes a token, which 'entrygen explore' prints."),
        ["trace", .., "--replay", _] or ["trace", "--replay", _, ..] => throw new InputException("--replay takes one token, and nothing else: it holds the whole call."),
        _ => args,
    };

    /// <summary><c>-Idir</c> and <c>-DNAME=value</c>, as compilers take them, beside <c>-I dir</c> and <c>-D NAME=value</c>.</summary>
    private static List<string> SplitJoinedOptions(IReadOnlyList<string> args)
    {
        var split = new List<string>(args.Count);
        foreach (var arg in args)
        {
            if (arg.Length > 2 && arg[0] == '-' && arg[1] is 'I' or 'D')
            {
                split.Add(arg[..2]);
                split.Add(arg[2..]);
            }
            else
            {
                split.Add(arg);
            }
        }

        return split;
    }
}
