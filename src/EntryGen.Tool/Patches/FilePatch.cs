namespace EntryGen.Tool.Patches;

/// <summary>What a patch does to one file.</summary>
/// <param name="OldPath">The file it changes, as the patch names it; null when it makes a new one.</param>
/// <param name="NewPath">The file that there is afterwards; null when it deletes it. Another one than <paramref name="OldPath"/> when it is renamed or copied.</param>
/// <param name="Line">Where in the patch file it starts, from 1.</param>
/// <param name="Hunks">Its hunks in order.</param>
internal sealed record FilePatch(string? OldPath, string? NewPath, int Line, IReadOnlyList<Hunk> Hunks)
{
    /// <summary>Whether git says that the file has another name afterwards.</summary>
    public bool IsRename { get; init; }

    /// <summary>Whether git says that the new file is a copy of the old one, which stays.</summary>
    public bool IsCopy { get; init; }

    /// <summary>Whether the change is to bytes that are no lines, and so is not in <see cref="Hunks"/>.</summary>
    public bool IsBinary { get; init; }

    /// <summary>The file by which to speak of it.</summary>
    public string Path => NewPath ?? OldPath!;

    /// <summary>Lines added.</summary>
    public int Added => Hunks.Sum(hunk => hunk.Lines.Count(line => line.Kind == HunkLineKind.Added));

    /// <summary>Lines removed.</summary>
    public int Removed => Hunks.Sum(hunk => hunk.Lines.Count(line => line.Kind == HunkLineKind.Removed));
}

/// <summary>One piece of a <see cref="FilePatch"/>.</summary>
/// <param name="OldStart">The first line that it covers before, from 1.</param>
/// <param name="Line">Where in the patch file it starts, from 1.</param>
/// <param name="Lines">Its lines.</param>
internal sealed record Hunk(int OldStart, int Line, IReadOnlyList<HunkLine> Lines)
{
    /// <summary>The lines that must be there.</summary>
    public IEnumerable<HunkLine> Old => Lines.Where(line => line.Kind != HunkLineKind.Added);

    /// <summary>The lines that are there afterwards.</summary>
    public IEnumerable<HunkLine> New => Lines.Where(line => line.Kind != HunkLineKind.Removed);
}

/// <summary>A line of a hunk.</summary>
/// <param name="Kind">What happens to it.</param>
/// <param name="Text">The line without its first character and its end.</param>
/// <param name="Line">Where it stands in the patch file, from 1.</param>
/// <param name="IsUnended">It is the last one of its file, and no newline follows it.</param>
internal readonly record struct HunkLine(HunkLineKind Kind, string Text, int Line, bool IsUnended = false);

/// <summary>What a hunk does with a line.</summary>
internal enum HunkLineKind
{
    /// <summary>It stays.</summary>
    Context,

    /// <summary>It is new.</summary>
    Added,

    /// <summary>It goes.</summary>
    Removed,
}
