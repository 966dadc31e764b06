namespace EntryGen.Asm.Gas;

/// <summary>A name that begins statements, with everything it can mean: looked up once per statement, never copied.</summary>
internal sealed class Word(string text, Word? folded)
{
    /// <summary>The name as written.</summary>
    public string Text { get; } = text;

    /// <summary>The lower-case name; macros, directives and mnemonics ignore case.</summary>
    public Word Folded => folded ?? this;

    /// <summary>The directive it names; on the folded word only.</summary>
    public Directive Directive { get; init; }

    /// <summary>Whether it is an instruction prefix that can stand before a mnemonic; on the folded word only.</summary>
    public bool IsPrefix { get; init; }

    /// <summary>The macro it names now; on the folded word only.</summary>
    public MacroDefinition? Macro { get; set; }

    /// <summary>The last passage in which it was asked for its macro, see <see cref="PassageRecorder"/>; on the folded word only.</summary>
    public int Passage { get; set; }
}

/// <summary>Interns names straight from text.</summary>
internal sealed class NameTable
{
    private static readonly HashSet<string> Prefixes = new(StringComparer.Ordinal)
    {
        "rep", "repe", "repz", "repne", "repnz", "lock", "notrack", "bnd", "xacquire", "xrelease", "data16", "data32", "addr16", "addr32", "rex", "rex64",
        "rex.w", "rex.r", "rex.x", "rex.b", "rex.wr", "rex.wx", "rex.wb", "rex.rx", "rex.rb", "rex.xb", "rex.wrx", "rex.wrb", "rex.wxb", "rex.rxb", "rex.wrxb",
        "cs", "ds", "es", "fs", "gs", "ss",
    };

    private Entry?[] _buckets = new Entry?[512];
    private int _count;

    /// <summary>The word that stands in a part of a text.</summary>
    public Word Get(string text, int start, int length)
    {
        var hash = Hash(text, start, length);
        for (var entry = _buckets[hash & (_buckets.Length - 1)]; entry is not null; entry = entry.Next)
        {
            if (entry.Hash == hash && entry.Word.Text.Length == length && string.CompareOrdinal(entry.Word.Text, 0, text, start, length) == 0)
            {
                return entry.Word;
            }
        }

        return Add(hash, text.Substring(start, length));
    }

    private Word Add(int hash, string name)
    {
        var lower = Characters.ToLower(name);
        var word = lower == name
            ? new Word(name, null) { Directive = Directives.Find(name), IsPrefix = Prefixes.Contains(name) }
            : new Word(name, Get(lower, 0, lower.Length));
        if (++_count > _buckets.Length)
        {
            Grow();
        }

        ref var bucket = ref _buckets[hash & (_buckets.Length - 1)];
        bucket = new Entry(hash, word, bucket);
        return word;
    }

    private void Grow()
    {
        var old = _buckets;
        _buckets = new Entry?[old.Length * 2];
        foreach (var first in old)
        {
            for (var entry = first; entry is not null; entry = entry.Next)
            {
                ref var bucket = ref _buckets[entry.Hash & (_buckets.Length - 1)];
                bucket = new Entry(entry.Hash, entry.Word, bucket);
            }
        }
    }

    private static int Hash(string text, int start, int length)
    {
        var hash = 17;
        for (var i = start; i < start + length; i++)
        {
            hash = unchecked((hash * 31) + text[i]);
        }

        return hash & int.MaxValue;
    }

    private sealed record Entry(int Hash, Word Word, Entry? Next);
}
