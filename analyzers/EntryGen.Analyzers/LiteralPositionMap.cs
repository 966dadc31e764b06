using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace EntryGen.Analyzers;

/// <summary>Knows for each character of a string constant which characters of the C# file stand for it.</summary>
/// <remarks>
/// Roslyn has such a map and keeps it internal (dotnet/roslyn#80477). This one decodes raw, verbatim and ordinary literals and their concatenations,
/// and trusts itself only when the decoded text is the value that the compiler computed; otherwise a place is the whole expression.
/// </remarks>
public sealed class LiteralPositionMap
{
    private readonly ExpressionSyntax _expression;
    private readonly List<TextSpan>? _characters;

    private LiteralPositionMap(ExpressionSyntax expression, List<TextSpan>? characters)
    {
        _expression = expression;
        _characters = characters;
    }

    /// <summary>Makes the map of an expression.</summary>
    /// <param name="expression">The expression that was written.</param>
    /// <param name="value">The value the compiler computed for it.</param>
    public static LiteralPositionMap Of(ExpressionSyntax expression, string value)
    {
        var decoder = new Decoder();
        return new LiteralPositionMap(expression, decoder.Decode(expression) && decoder.Value == value ? decoder.Characters : null);
    }

    /// <summary>The file.</summary>
    public SyntaxTree Tree => _expression.SyntaxTree;

    /// <summary>Whether single characters can be located.</summary>
    public bool IsExact => _characters is not null;

    /// <summary>The part of the file that stands for some characters of the value.</summary>
    public TextSpan SpanOf(int start, int length)
    {
        if (_characters is not { Count: > 0 } characters)
        {
            return _expression.Span;
        }

        if (start >= characters.Count)
        {
            return new TextSpan(characters[characters.Count - 1].End, 0);
        }

        var last = Math.Min(start + Math.Max(length, 1), characters.Count) - 1;
        return length == 0
            ? new TextSpan(characters[start].Start, 0)
            : TextSpan.FromBounds(characters[start].Start, Math.Max(characters[start].End, characters[last].End));
    }

    /// <summary>As <see cref="SpanOf"/>, as a location in the file.</summary>
    public Location LocationOf(int start, int length) => Location.Create(_expression.SyntaxTree, SpanOf(start, length));

    /// <summary>The change of the file by which some characters of the value become others; null when the literal cannot take it.</summary>
    /// <param name="start">Index of the first character to replace.</param>
    /// <param name="length">Number of characters to replace; 0 to insert.</param>
    /// <param name="replacement">What stands there instead, lines ended by <c>\n</c>.</param>
    /// <param name="newLine">How lines of the file end.</param>
    public TextChange? Change(int start, int length, string replacement, string newLine)
    {
        if (_characters is not { Count: > 0 } characters || start + length > characters.Count)
        {
            return null;
        }

        // At the end of a piece of a concatenation an insertion stays in that piece.
        var isAtEnd = start == characters.Count;
        var token = _expression.FindToken(characters[isAtEnd ? start - 1 : start].Start);
        var first = isAtEnd ? characters[start - 1].End : characters[start].Start;
        var end = length == 0 ? first : characters[start + length - 1].End;
        if (length > 0 && (!token.Span.Contains(end - 1) || !IsOne(start, length, token)))
        {
            return null;
        }

        // A line that goes takes the indentation of the next one with it, which the compiler does not count: its own stays.
        if (token.IsKind(SyntaxKind.MultiLineRawStringLiteralToken) && length > 0 && start + length < characters.Count && IsLineEnd(end))
        {
            end = characters[start + length].Start;
        }

        return LiteralForm.Encode(token, replacement, newLine) is { } text ? new TextChange(TextSpan.FromBounds(first, end), text) : null;

        bool IsLineEnd(int position) => _expression.SyntaxTree.GetText()[position - 1] == '\n';
    }

    // An escape stands for one or two characters; half of it cannot be replaced.
    private bool IsOne(int start, int length, SyntaxToken token) =>
        token.Span.Contains(_characters![start].Start)
        && (start == 0 || _characters[start - 1].Start != _characters[start].Start)
        && (start + length == _characters.Count || _characters[start + length].Start != _characters[start + length - 1].Start);

    private sealed class Decoder
    {
        private readonly StringBuilder _value = new();

        public List<TextSpan> Characters { get; } = [];

        public string Value => _value.ToString();

        public bool Decode(ExpressionSyntax expression) => expression switch
        {
            ParenthesizedExpressionSyntax parenthesized => Decode(parenthesized.Expression),
            BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } sum => Decode(sum.Left) && Decode(sum.Right),
            LiteralExpressionSyntax literal => Decode(literal.Token),
            _ => false,
        };

        private bool Decode(SyntaxToken token)
        {
            var text = token.Text;
            switch (token.Kind())
            {
                case SyntaxKind.MultiLineRawStringLiteralToken:
                    return DecodeRawLines(text, token.SpanStart);
                case SyntaxKind.SingleLineRawStringLiteralToken:
                    var quotes = LeadingQuotes(text);
                    return text.Length >= 2 * quotes && Copy(text, quotes, text.Length - quotes, token.SpanStart);
                case SyntaxKind.StringLiteralToken when text.StartsWith("@\"", StringComparison.Ordinal) && text.Length >= 3:
                    return DecodeVerbatim(text, token.SpanStart);
                case SyntaxKind.StringLiteralToken when text.Length >= 2:
                    return DecodeEscaped(text, token.SpanStart);
                default:
                    return false;
            }
        }

        // The first line is the quotes, the last one the indentation that every other line starts with, unless it is blank.
        private bool DecodeRawLines(string text, int offset)
        {
            var lines = SourceText.From(text).Lines;
            if (lines.Count < 3)
            {
                return false;
            }

            var indentation = LiteralForm.IndentationOf(text);
            for (var i = 1; i < lines.Count - 1; i++)
            {
                var line = lines[i];
                var isIndented = string.CompareOrdinal(text, line.Start, indentation, 0, indentation.Length) == 0 && line.End - line.Start >= indentation.Length;
                var start = isIndented ? line.Start + indentation.Length : line.End;
                Copy(text, start, i == lines.Count - 2 ? line.End : line.EndIncludingLineBreak, offset);
            }

            return true;
        }

        private bool DecodeVerbatim(string text, int offset)
        {
            for (var i = 2; i < text.Length - 1; i++)
            {
                var width = text[i] == '"' ? 2 : 1;
                Add(text[i], offset + i, width);
                i += width - 1;
            }

            return true;
        }

        private bool DecodeEscaped(string text, int offset)
        {
            var i = 1;
            while (i < text.Length - 1)
            {
                if (text[i] != '\\')
                {
                    Add(text[i], offset + i, 1);
                    i++;
                }
                else if (ReadEscape(text, i) is { } escape)
                {
                    foreach (var character in escape.Characters)
                    {
                        Add(character, offset + i, escape.Width);
                    }

                    i += escape.Width;
                }
                else
                {
                    return false;
                }
            }

            return true;
        }

        private static (string Characters, int Width)? ReadEscape(string text, int position)
        {
            const string Letters = "'\"\\0abefnrtv";
            const string Meanings = "'\"\\\0\a\b\u001b\f\n\r\t\v";
            var letter = position + 1 < text.Length ? text[position + 1] : '\0';
            var known = Letters.IndexOf(letter);
            if (known >= 0)
            {
                return (Meanings.Substring(known, 1), 2);
            }

            var (least, most) = letter switch { 'u' => (4, 4), 'U' => (8, 8), 'x' => (1, 4), _ => (0, 0) };
            var digits = 0;
            while (digits < most && position + 2 + digits < text.Length && Uri.IsHexDigit(text[position + 2 + digits]))
            {
                digits++;
            }

            if (digits < least || least == 0)
            {
                return null;
            }

            var code = int.Parse(text.Substring(position + 2, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            return code switch
            {
                < 0x10000 => (((char)code).ToString(), digits + 2),
                <= 0x10ffff => (char.ConvertFromUtf32(code), digits + 2),
                _ => null,
            };
        }

        private bool Copy(string text, int start, int end, int offset)
        {
            for (var i = start; i < end; i++)
            {
                Add(text[i], offset + i, 1);
            }

            return true;
        }

        private void Add(char character, int position, int width)
        {
            _value.Append(character);
            Characters.Add(new TextSpan(position, width));
        }

        private static int LeadingQuotes(string text)
        {
            var count = 0;
            while (count < text.Length && text[count] == '"')
            {
                count++;
            }

            return count;
        }
    }
}
