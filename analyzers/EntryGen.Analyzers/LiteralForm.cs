using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace EntryGen.Analyzers;

/// <summary>Writes characters in the form of the string literal that they are put into.</summary>
internal static class LiteralForm
{
    /// <summary>The characters as they stand in the file; null when the literal cannot hold them.</summary>
    /// <param name="literal">The literal.</param>
    /// <param name="value">The characters, lines ended by <c>\n</c>.</param>
    /// <param name="newLine">How lines of the file end; those of the literal decide where it has several.</param>
    public static string? Encode(SyntaxToken literal, string value, string newLine)
    {
        var line = literal.Text.IndexOf('\n');
        return EncodeWith(literal, value, line < 0 ? newLine : line > 0 && literal.Text[line - 1] == '\r' ? "\r\n" : "\n");
    }

    /// <summary>What every line of a raw string starts with: the blanks before its closing quotes.</summary>
    public static string IndentationOf(string rawText)
    {
        var lines = SourceText.From(rawText).Lines;
        var last = rawText.Substring(lines[lines.Count - 1].Start);
        return last.Substring(0, last.Length - last.TrimStart().Length);
    }

    private static string? EncodeWith(SyntaxToken literal, string value, string newLine) => literal.Kind() switch
    {
        SyntaxKind.MultiLineRawStringLiteralToken when !HoldsDelimiter(literal, value) => value.Replace("\n", newLine + IndentationOf(literal.Text)),
        SyntaxKind.SingleLineRawStringLiteralToken when !HoldsDelimiter(literal, value) => OnOneLine(value),
        SyntaxKind.StringLiteralToken when literal.Text.StartsWith("@", StringComparison.Ordinal) => value.Replace("\"", "\"\"").Replace("\n", newLine),
        SyntaxKind.StringLiteralToken => SymbolDisplay.FormatLiteral(value, quote: true) is var quoted ? quoted.Substring(1, quoted.Length - 2) : null,
        _ => null,
    };

    // Where there is one line, a semicolon separates statements.
    private static string OnOneLine(string value) => string.Join("; ", value.Split('\n').Select((line, index) => index == 0 ? line : line.TrimStart()));

    private static bool HoldsDelimiter(SyntaxToken literal, string value)
    {
        var quotes = literal.Text.TakeWhile(character => character == '"').Count();
        return value.IndexOf(new string('"', quotes), StringComparison.Ordinal) >= 0;
    }
}
