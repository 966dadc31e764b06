using Spectre.Console;

namespace EntryGen.Tool.Messages;

/// <summary>Writes the one message about wrong input. On a terminal the place and the rule stand out; elsewhere it is the plain line that other programs read.</summary>
internal static class MessageWriter
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

    /// <summary>The message with markup: <c>path:line:column:</c> bold, <c>EGxxxx</c> red. Its characters stay the same.</summary>
    public static string Markup(string message)
    {
        var id = message.IndexOf(": EG", StringComparison.Ordinal) + 2;
        var end = id < 2 ? -1 : message.IndexOf(':', id);
        return end < 0
            ? Spectre.Console.Markup.Escape(message)
            : $"[bold]{Spectre.Console.Markup.Escape(message[..(id - 1)])}[/] [red]{Spectre.Console.Markup.Escape(message[id..end])}[/]{Spectre.Console.Markup.Escape(message[end..])}";
    }
}
