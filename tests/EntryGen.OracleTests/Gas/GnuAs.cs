using System.Diagnostics;
using System.Text.RegularExpressions;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;

namespace EntryGen.OracleTests.Gas;

/// <summary>Runs the GNU assembler of this machine on small texts.</summary>
public static partial class GnuAs
{
    private static readonly string[] ListingOptions =
        ["--listing-lhs-width=2", "--listing-lhs-width2=2", "--listing-rhs-width=30000", "--listing-cont-lines=2000"];

    /// <summary>Why it cannot be run, or null.</summary>
    public static string? Missing { get; } = FindVersion() is { } version && version.Contains("GNU assembler", StringComparison.Ordinal)
        ? null
        : "no GNU assembler on the path";

    /// <summary>Assembles a text and returns its listing (every executed line, macro depth as marks) and its messages.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">Options, <c>--64</c> if there are none.</param>
    public static (string Listing, string Messages) Assemble(string text, params IEnumerable<string> options)
    {
        var directory = Directory.CreateTempSubdirectory("entrygen-as-");
        try
        {
            var source = Path.Combine(directory.FullName, "probe.s");
            var listing = Path.Combine(directory.FullName, "probe.lst");
            File.WriteAllText(source, text);
            var messages = Run(["--64", $"-aclmn={listing}", .. ListingOptions, .. options, "-o", Path.Combine(directory.FullName, "probe.o"), source]);
            return (File.Exists(listing) ? File.ReadAllText(listing) : "", messages);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Lines of the text in which an error was found, in order.</summary>
    public static IReadOnlyList<int> ErrorLines(string messages) =>
        ErrorMessage().Matches(messages).Select(match => int.Parse(match.Groups[1].Value)).Distinct().Order().ToList();

    /// <summary>A text as the assembler would be given it by the preprocessor: one logical line for each line.</summary>
    public static IReadOnlyList<LogicalLine> Lines(string text)
    {
        var source = new SourceText("probe.s", text);
        var lines = new List<LogicalLine>();
        for (var i = 1; i <= source.LineCount; i++)
        {
            var start = source.LineStart(i);
            var end = i < source.LineCount ? source.LineStart(i + 1) - 1 : source.Text.Length;
            lines.Add(new LogicalLine(TracedText.Of(source, start, end - start), source, i));
        }

        return lines;
    }

    private static string Run(IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("as", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output + errors.GetAwaiter().GetResult();
    }

    private static string? FindVersion()
    {
        try
        {
            return Run(["--version"]);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^.*probe\.s:(\d+): (?:Error|Fatal error):", RegexOptions.Multiline)]
    private static partial Regex ErrorMessage();
}

/// <summary>A theory that needs GNU as: skipped where there is none, unless CI says that there must be.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GnuAsTheoryAttribute : TheoryAttribute
{
    public GnuAsTheoryAttribute()
    {
        if (!KernelTrees.Required)
        {
            Skip = GnuAs.Missing;
        }
    }
}
