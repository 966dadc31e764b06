using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>Macros whose replacement the preprocessor makes up where they are used.</summary>
internal enum BuiltInMacro : byte
{
    /// <summary>An ordinary macro.</summary>
    None,
    Line,
    File,
    FileName,
    BaseFile,
    IncludeLevel,
    Counter,
    Date,
    Time,
    TimeStamp,

    /// <summary><c>_Pragma("...")</c>.</summary>
    Pragma,

    /// <summary><c>__has_include</c> and <c>__has_include_next</c>: operators of <c>#if</c> that count as defined.</summary>
    HasInclude,
}

/// <summary>A macro's definition. Depends on its text alone and is shared between runs.</summary>
internal sealed class MacroDefinition
{
    public required Name Name { get; init; }

    public BuiltInMacro BuiltIn { get; init; }

    /// <summary>Null for an object-like macro.</summary>
    public Name[]? Parameters { get; init; }

    /// <summary>The last parameter takes all arguments that are left.</summary>
    public bool IsVariadic { get; init; }

    /// <summary>The replacement, parameters marked and <c>#</c> and <c>##</c> turned into flags.</summary>
    public Token[] Body => field ??= MarkedBody ?? CopyWrittenBody();

    /// <summary>The body, when it has something to mark. Of thousands of definitions in a header closure few are used: others are copied when they are.</summary>
    public Token[]? MarkedBody { get; init; }

    /// <summary>The replacement as written.</summary>
    public ArraySegment<Token> WrittenBody { get; init; }

    /// <summary>The text of the definition and the offset of its name there; null for a built-in macro.</summary>
    public SourceText? Source { get; init; }

    public int NameStart { get; init; }

    public bool IsFunctionLike => Parameters is not null;

    public SourceSpan? NameSpan
    {
        get
        {
            if (Source is null)
            {
                return null;
            }

            var (part, offset) = Source.Resolve(NameStart);
            return new SourceSpan(part, offset, Name.Text.Length);
        }
    }

    /// <summary>Whether a second definition says the same, so that it needs no warning.</summary>
    public bool SaysTheSameAs(MacroDefinition other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (BuiltIn != other.BuiltIn || IsVariadic != other.IsVariadic || Body.Length != other.Body.Length
            || !SameNames(Parameters, other.Parameters))
        {
            return false;
        }

        for (var i = 0; i < Body.Length; i++)
        {
            ref readonly var a = ref Body[i];
            ref readonly var b = ref other.Body[i];
            if (a.Kind != b.Kind || a.SpaceBefore != b.SpaceBefore || a.Has(TokenFlags.PasteLeft) != b.Has(TokenFlags.PasteLeft)
                || a.Has(TokenFlags.Stringify) != b.Has(TokenFlags.Stringify)
                || (a.Kind == TokenKind.Parameter ? a.Parameter != b.Parameter : a.Text != b.Text))
            {
                return false;
            }
        }

        return true;
    }

    private Token[] CopyWrittenBody()
    {
        var body = new Token[WrittenBody.Count];
        for (var i = 0; i < body.Length; i++)
        {
            body[i] = WrittenBody.Array![WrittenBody.Offset + i];
            body[i].Flags &= i == 0 ? TokenFlags.Spliced : TokenFlags.SpaceBefore | TokenFlags.Spliced;
        }

        return body;
    }

    private static bool SameNames(Name[]? first, Name[]? second)
    {
        if (first is null || second is null)
        {
            return first is null && second is null;
        }

        return first.SequenceEqual(second);
    }
}
