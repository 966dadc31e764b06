namespace EntryGen.Asm.Cpp;

/// <summary>A growing array of tokens that is used again and again.</summary>
internal sealed class TokenBuffer
{
    public Token[] Items { get; private set; } = new Token[16];

    public int Count { get; private set; }

    public ref Token this[int index] => ref Items[index];

    public ref Token Last => ref Items[Count - 1];

    public void Add(in Token token)
    {
        if (Count == Items.Length)
        {
            var items = new Token[Items.Length * 2];
            Array.Copy(Items, items, Count);
            Items = items;
        }

        Items[Count++] = token;
    }

    public void RemoveLast() => Count--;

    public void Clear() => Count = 0;
}

/// <summary>An argument of a macro call.</summary>
internal sealed class MacroArgument
{
    /// <summary>The argument as written, then <see cref="TokenKind.End"/>.</summary>
    public TokenBuffer Tokens { get; } = new();

    /// <summary>The argument with its macros expanded, once that was needed.</summary>
    public TokenBuffer Expanded { get; } = new();

    public bool IsExpanded { get; set; }

    /// <summary>Number of tokens as written.</summary>
    public int Count { get; set; }

    /// <summary>A variable argument that is not there at all, rather than empty: a comma before <c>##</c> goes too.</summary>
    public bool IsOmitted { get; set; }

    public void Clear()
    {
        Tokens.Clear();
        Expanded.Clear();
        IsExpanded = false;
        Count = 0;
        IsOmitted = false;
    }
}
