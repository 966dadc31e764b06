using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>What a token carries besides its text.</summary>
[Flags]
internal enum TokenFlags : byte
{
    None = 0,

    /// <summary>A blank stands before it; of a padding: before the token it stands for.</summary>
    SpaceBefore = 1,

    /// <summary>The first token of a line.</summary>
    LineStart = 2,

    /// <summary>A macro's name met inside its own expansion: never expanded again.</summary>
    NoExpand = 4,

    /// <summary><c>##</c> joins it with the token after it.</summary>
    PasteLeft = 8,

    /// <summary>A parameter after <c>#</c>.</summary>
    Stringify = 16,

    /// <summary>A backslash-newline stands inside its text.</summary>
    Spliced = 32,

    /// <summary>A padding that takes its blank from a token, rather than from the one after it.</summary>
    HasSource = 64,
}

/// <summary>One preprocessing token and where it was spelled.</summary>
internal struct Token
{
    public TokenKind Kind;
    public TokenFlags Flags;

    /// <summary>For <see cref="TokenKind.Parameter"/>: which, from 0.</summary>
    public ushort Parameter;

    public int Start;
    public int Length;

    /// <summary>The <see cref="SourceText"/> that holds the characters, or the <see cref="ComposedSpelling"/> that the preprocessor made.</summary>
    public object? Spelling;

    /// <summary>For <see cref="TokenKind.Name"/>.</summary>
    public Name? Name;

    /// <summary>The macro use that put the token here.</summary>
    public CppExpansion? Expansion;

    public readonly bool SpaceBefore => (Flags & TokenFlags.SpaceBefore) != 0;

    public readonly bool Has(TokenFlags flag) => (Flags & flag) != 0;

    /// <summary>The characters, without backslash-newlines.</summary>
    public readonly string Text => Name is { } name ? name.Text : Spelling switch
    {
        ComposedSpelling composed => composed.Text.Text,
        SourceText source when Has(TokenFlags.Spliced) => Splices.Remove(source.Text, Start, Length),
        SourceText source => source.Text.Substring(Start, Length),
        _ => "",
    };

    /// <summary>The characters with their places, without the uses of macros around them.</summary>
    public readonly SourceSpan? Span
    {
        get
        {
            if (Spelling is ComposedSpelling composed)
            {
                return composed.Text.Span;
            }

            if (Spelling is SourceText source)
            {
                var (part, offset) = source.Resolve(Start);
                return new SourceSpan(part, offset, Length);
            }

            return null;
        }
    }

    /// <summary>The token after a place where a macro began: it takes the blank of <paramref name="source"/>.</summary>
    public static Token PaddingFor(in Token source) =>
        new() { Kind = TokenKind.Padding, Flags = TokenFlags.HasSource | (source.Flags & TokenFlags.SpaceBefore) };

    /// <summary>A place where text from elsewhere ends: the tokens around it must not merge.</summary>
    public static Token AvoidPaste => new() { Kind = TokenKind.Padding };

    /// <summary>The end of a directive, an argument or the input.</summary>
    public static Token EndOfInput => new() { Kind = TokenKind.End };

    /// <summary>Adds the text to a line, or to a larger text.</summary>
    /// <param name="builder">The line.</param>
    /// <param name="expansion">The macro use to record for its characters.</param>
    public readonly void AppendTo(TracedTextBuilder builder, CppExpansion? expansion)
    {
        if (Spelling is ComposedSpelling composed)
        {
            builder.Append(composed.Text, expansion);
        }
        else if (Spelling is SourceText source)
        {
            if (Has(TokenFlags.Spliced))
            {
                Splices.Append(builder, source, Start, Length, expansion);
            }
            else
            {
                builder.Append(source, Start, Length, expansion);
            }
        }
    }
}

/// <summary>Text that the preprocessor made out of other text: by <c>##</c>, by <c>#</c>, or for a macro such as <c>__LINE__</c>.</summary>
/// <param name="text">The characters with their places.</param>
internal sealed class ComposedSpelling(TracedText text)
{
    public TracedText Text { get; } = text;
}
