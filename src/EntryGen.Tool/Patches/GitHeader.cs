namespace EntryGen.Tool.Patches;

/// <summary>What git says of a file before its hunks, or in their place: renamed, copied, made or deleted empty, another mode, binary.</summary>
/// <param name="File">The change, when there are no hunks behind it.</param>
/// <param name="End">The first line behind it, from 0.</param>
internal readonly record struct GitHeader(FilePatch File, int End)
{
    private const string Diff = "diff --git ";

    /// <summary>The header that starts at a line; null when none does.</summary>
    public static GitHeader? At(string[] lines, int start)
    {
        if (!lines[start].StartsWith(Diff, StringComparison.Ordinal) || Paths(lines[start][Diff.Length..]) is not var (oldPath, newPath))
        {
            return null;
        }

        var file = new FilePatch(oldPath, newPath, start + 1, []);
        var end = start + 1;
        for (; end < lines.Length; end++)
        {
            var line = lines[end];
            if (Value(line, "rename from ") is { } from)
            {
                file = file with { OldPath = "a/" + from, IsRename = true };
            }
            else if (Value(line, "rename to ") is { } to)
            {
                file = file with { NewPath = "b/" + to };
            }
            else if (Value(line, "copy from ") is { } source)
            {
                file = file with { OldPath = "a/" + source, IsCopy = true };
            }
            else if (Value(line, "copy to ") is { } target)
            {
                file = file with { NewPath = "b/" + target };
            }
            else if (line.StartsWith("new file mode ", StringComparison.Ordinal))
            {
                file = file with { OldPath = null };
            }
            else if (line.StartsWith("deleted file mode ", StringComparison.Ordinal))
            {
                file = file with { NewPath = null };
            }
            else if (line.StartsWith("Binary files ", StringComparison.Ordinal) || line == "GIT binary patch")
            {
                return new GitHeader(file with { IsBinary = true }, end + 1);
            }
            else if (!IsOther(line))
            {
                break;
            }
        }

        return new GitHeader(file, end);
    }

    // Both paths are the same but for the first directory, unless a later line says otherwise; so they can be told apart though they may have blanks.
    private static (string Old, string New)? Paths(string words)
    {
        var middle = words.Length / 2;
        if (words.Length % 2 == 1 && words[middle] == ' ')
        {
            return (words[..middle].Trim('"'), words[(middle + 1)..].Trim('"'));
        }

        var parts = words.Split(' ');
        return parts.Length == 2 ? (parts[0], parts[1]) : null;
    }

    private static string? Value(string line, string name) => line.StartsWith(name, StringComparison.Ordinal) ? line[name.Length..].Trim().Trim('"') : null;

    private static bool IsOther(string line) => line.StartsWith("index ", StringComparison.Ordinal) || line.StartsWith("old mode ", StringComparison.Ordinal)
        || line.StartsWith("new mode ", StringComparison.Ordinal) || line.StartsWith("similarity index ", StringComparison.Ordinal) || line.StartsWith("dissimilarity index ", StringComparison.Ordinal);
}
