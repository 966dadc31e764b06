using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>A file that is being read: where in it, and the conditionals that are open.</summary>
internal sealed class OpenFile(TokenizedText text, int nextDirectory)
{
    public TokenizedText Text { get; } = text;

    /// <summary>Where an <c>#include_next</c> in this file goes on searching.</summary>
    public int NextDirectory { get; } = nextDirectory;

    /// <summary>The directory of the file with its slash, where quoted includes are searched first.</summary>
    public string Directory { get; } = IncludeSearch.DirectoryOf(text.Source.Path);

    /// <summary>The file as <c>#line</c> names it.</summary>
    public SourceText PresumedFile { get; set; } = text.Source;

    /// <summary>What <c>#line</c> adds to line numbers.</summary>
    public int LineOffset { get; set; }

    /// <summary>Index of the line being read; -1 before the first.</summary>
    public int Line { get; set; } = -1;

    /// <summary>Index of the next token of the line.</summary>
    public int Next { get; set; }

    /// <summary>Index after the last token of the line.</summary>
    public int End { get; set; }

    public Stack<ConditionalGroup> Groups { get; } = new();

    public bool IsAtEnd => Line >= Text.Lines.Length;

    /// <summary>Goes to a line; its tokens are not read yet.</summary>
    public void GoTo(int line)
    {
        Line = line;
        if (line >= 0 && line < Text.Lines.Length)
        {
            ref readonly var entry = ref Text.Lines[line];
            Next = entry.First;
            End = entry.First + entry.Count;
        }
        else
        {
            Next = 0;
            End = 0;
        }
    }
}

/// <summary>An <c>#if</c> whose <c>#endif</c> is not reached.</summary>
internal sealed class ConditionalGroup(int line)
{
    /// <summary>Index of the line that opened it.</summary>
    public int Line { get; } = line;

    /// <summary>One of its parts was or is read, so no other will be.</summary>
    public bool IsTaken { get; set; }

    /// <summary>Its <c>#else</c> was passed.</summary>
    public bool HasElse { get; set; }
}
