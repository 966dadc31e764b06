namespace EntryGen.Asm.Cpp;

/// <summary>The preprocessing tokens of assembly mode.</summary>
internal enum TokenKind : byte
{
    // From here to ShiftLeft: operators that an '=' would join.
    Equal,
    Not,
    Greater,
    Less,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Ampersand,
    Bar,
    Caret,
    ShiftRight,
    ShiftLeft,

    Tilde,
    AndAnd,
    OrOr,
    Question,
    Colon,
    Comma,
    OpenParen,
    CloseParen,
    EqualEqual,
    NotEqual,
    GreaterEqual,
    LessEqual,
    Arrow,
    Dot,

    /// <summary>Brackets, braces, <c>;</c>, <c>...</c>, <c>++</c>, <c>+=</c> and the like: operators that only have to stay whole.</summary>
    Punctuator,
    Ellipsis,
    Hash,
    HashHash,

    Name,
    Number,
    String,
    Character,

    /// <summary>The <c>&lt;file&gt;</c> or <c>"file"</c> of an include.</summary>
    HeaderName,

    /// <summary>Any other character, or a quote that is never closed and runs to the end of its line.</summary>
    Other,

    /// <summary>A macro's parameter in its replacement list.</summary>
    Parameter,

    /// <summary><c>__VA_OPT__(</c> in a replacement list: what follows stands only when there are variable arguments.</summary>
    OptionalStart,

    /// <summary>The parenthesis that closes it.</summary>
    OptionalEnd,

    /// <summary>No text: marks a place where two tokens that were not written together meet.</summary>
    Padding,

    /// <summary>The end of a directive, of an argument or of the input.</summary>
    End,
}
