using System.Text.RegularExpressions;
using Spectre.Console;

namespace EntryGen.Tool.Messages;

/// <summary>Writes the one message about wrong input. On a terminal the place and the rule stand out; elsewhere it is the plain line that other programs read.</summary>
internal static partial class MessageWriter
{
    /// <summary>Writes a message and ends the line.</summary>
    public static void Write(TextWriter writer, string message)
    {
        var output = new AnsiConsoleOutput(writer);
        if (output.IsTerminal)
        {
            AnsiConsole.Create(new AnsiConsoleSettings { Out = output }).MarkupLine(Markup(message));
        }
        else
        {
            writer.WriteLine(message);
        }
    }

    /// <summary>The message with markup: <c>path:line:column</c> bold, <c>[EGxxxx]</c> red. Its characters stay the same.</summary>
    public static string Markup(string message)
    {
        var parts = Parts().Match(message);
        return parts.Success
            ? $"[bold]{Escape(parts.Groups["place"].Value)}[/]{Escape(parts.Groups["text"].Value)}[red]{Escape(parts.Groups["rule"].Value)}[/]"
            : Escape(message);
    }

    private static string Escape(string text) => Spectre.Console.Markup.Escape(text);

    [GeneratedRegex("""^(?<place>.*?:[0-9]+:[0-9]+)(?<text>: (error|warning|note): .*)(?<rule>\[EG[0-9]{4}\])$""", RegexOptions.ExplicitCapture)]
    private static partial Regex Parts();
}
