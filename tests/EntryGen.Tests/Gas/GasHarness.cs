using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Tests.Gas;

/// <summary>Assembles small texts without the preprocessor in front.</summary>
internal static class GasHarness
{
    public static AssemblyListing Assemble(string text, AssemblerOptions? options = null) =>
        new Assembler(options ?? new AssemblerOptions()).Assemble(Lines(new SourceText("t.S", text)));

    /// <summary>The statements of a text without mistakes, one a line; labels end with a colon.</summary>
    public static string Expand(string text)
    {
        var listing = Assemble(text);
        Assert.Empty(listing.Diagnostics);
        return string.Join('\n', listing.Statements.Select(Show));
    }

    public static string Show(Statement statement) => statement.Kind == StatementKind.Label ? statement.Text + ":" : statement.Text.Text;

    /// <summary>The mistakes of a text: id and the characters underlined.</summary>
    public static IReadOnlyList<string> Mistakes(string text, AssemblerOptions? options = null) =>
        Assemble(text, options).Diagnostics.Select(diagnostic => $"{diagnostic.Id} {Underlined(diagnostic)}").ToList();

    public static string Underlined(AsmDiagnostic diagnostic) =>
        diagnostic.Span is { } span ? span.Source.Text.Substring(span.Start, span.Length) : "";

    public static IReadOnlyList<LogicalLine> Lines(SourceText source)
    {
        var lines = new List<LogicalLine>();
        for (var i = 1; i <= source.LineCount; i++)
        {
            var start = source.LineStart(i);
            var end = i < source.LineCount ? source.LineStart(i + 1) - 1 : source.Text.Length;
            lines.Add(new LogicalLine(TracedText.Of(source, start, end - start), source, i));
        }

        return lines;
    }
}
