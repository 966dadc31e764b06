namespace EntryGen.Asm.Units;

/// <summary>Paths as text: the same on every system, without asking one.</summary>
internal static class UnitPath
{
    /// <summary>Forward slashes, <c>.</c> and <c>..</c> resolved as far as the text allows.</summary>
    public static string Normalize(string path) => IsNormal(path) ? path : Rebuild(path);

    // Most paths are: no backslash, no component that is empty or begins with a dot, no slash at the end.
    private static bool IsNormal(string path)
    {
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '\\' || (path[i] == '/' && (i + 1 == path.Length || path[i + 1] is '/' or '.')))
            {
                return false;
            }
        }

        return path.Length > 0 && path[0] != '.';
    }

    private static string Rebuild(string path)
    {
        var isRooted = path.Length > 0 && path[0] is '/' or '\\';
        var kept = new List<string>();
        foreach (var part in path.Split('/', '\\'))
        {
            if (part.Length == 0 || part == ".")
            {
                continue;
            }

            if (part == ".." && kept.Count > 0 && kept[kept.Count - 1] != "..")
            {
                kept.RemoveAt(kept.Count - 1);
            }
            else
            {
                kept.Add(part);
            }
        }

        return (isRooted ? "/" : "") + string.Join("/", kept);
    }

    /// <summary>The normalized path of <paramref name="name"/> seen from <paramref name="directory"/>.</summary>
    public static string Combine(string directory, string name) =>
        Normalize(name.StartsWith("/", StringComparison.Ordinal) ? name : directory + "/" + name);

    /// <summary>The part before the last slash, empty when there is none.</summary>
    public static string Directory(string path) => path.LastIndexOf('/') is var slash and >= 0 ? path.Substring(0, slash) : "";

    /// <summary>The part after the last slash.</summary>
    public static string FileName(string path) => path.Substring(path.LastIndexOf('/') + 1);

    /// <summary>Whether the last components of <paramref name="path"/> are those of <paramref name="suffix"/>; both normalized.</summary>
    public static bool EndsWith(string path, string suffix) =>
        path.EndsWith(suffix, StringComparison.Ordinal)
        && (path.Length == suffix.Length || path[path.Length - suffix.Length - 1] == '/');

    /// <summary>The directory that all paths lie under, with its closing slash; empty when they share none.</summary>
    public static string CommonDirectory(IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
        {
            return "";
        }

        var common = Directory(paths[0]) + "/";
        foreach (var path in paths)
        {
            while (!path.StartsWith(common, StringComparison.Ordinal))
            {
                var slash = common.LastIndexOf('/', Math.Max(0, common.Length - 2));
                if (slash < 0)
                {
                    return "";
                }

                common = common.Substring(0, slash + 1);
            }
        }

        return common == "/" && !paths[0].StartsWith("/", StringComparison.Ordinal) ? "" : common;
    }
}
