using System.CommandLine;
using EntryGen.Tool.Messages;
using EntryGen.Tracing.Html;

namespace EntryGen.Tool;

/// <summary>The option <c>--html</c>: the run as a page, beside what is printed.</summary>
/// <param name="description">What the page shows.</param>
internal sealed class HtmlOption(string description)
{
    /// <summary>The option.</summary>
    public Option<string?> Option { get; } = new("--html") { Description = description, HelpName = "FILE" };

    /// <summary>Adds the option.</summary>
    public void AddTo(Command command) => command.Add(Option);

    /// <summary>Says before the work is done when the page has no place.</summary>
    /// <exception cref="InputException">There is no such directory, or the file is one.</exception>
    public void MustBeWritable(ParseResult result, Host host)
    {
        if (result.GetValue(Option) is not { } path)
        {
            return;
        }

        var full = path.Length == 0 ? "" : Path.GetFullPath(path, host.Directory);
        if (Directory.Exists(full) || !Directory.Exists(Path.GetDirectoryName(full)))
        {
            throw new InputException(Directory.Exists(full) ? $"{path}: this is a directory (--html takes a file)." : $"'{path}': there is no such directory to write to (--html).");
        }
    }

    /// <summary>Writes the page, if one was asked for.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Write(ParseResult result, Host host, Func<TracePage> page)
    {
        if (result.GetValue(Option) is not { } path)
        {
            return;
        }

        try
        {
            using var file = new StreamWriter(Path.GetFullPath(path, host.Directory));
            page().Write(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: {failure.Message}");
        }
    }
}
