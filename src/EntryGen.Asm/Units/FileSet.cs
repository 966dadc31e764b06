namespace EntryGen.Asm.Units;

/// <summary>A file offered to a unit. Equal by path and text.</summary>
/// <param name="Path">The path as the host names it.</param>
/// <param name="Text">The characters.</param>
public sealed record UnitFile(string Path, string Text);

/// <summary>Finds files by what a unit calls them, among the paths a host offers.</summary>
/// <remarks>
/// Paths are compared by whole components and with either slash, so that a project builds alike on every system.
/// Nothing is read from disk: what the host does not offer does not exist.
/// </remarks>
public sealed class FileSet
{
    private readonly string[] _paths;
    private readonly IReadOnlyList<string> _includeDirectories;
    private readonly Dictionary<string, int> _byPath = new(StringComparer.Ordinal);
    private readonly ILookup<string, int> _byFileName;

    /// <summary>Prepares a search.</summary>
    /// <param name="paths">The paths offered.</param>
    /// <param name="includeDirectories">Parts of paths searched for includes, in order.</param>
    public FileSet(IReadOnlyList<string> paths, IReadOnlyList<string> includeDirectories)
    {
        _includeDirectories = includeDirectories;
        _paths = new string[paths.Count];
        for (var i = 0; i < paths.Count; i++)
        {
            _paths[i] = UnitPath.Normalize(paths[i]);
            if (!_byPath.ContainsKey(_paths[i]))
            {
                _byPath.Add(_paths[i], i);
            }
        }

        _byFileName = _byPath.Values.ToLookup(i => UnitPath.FileName(_paths[i]), StringComparer.Ordinal);
    }

    /// <summary>The files whose path ends in <paramref name="suffix"/>, as indices into the paths offered, in their order.</summary>
    public IReadOnlyList<int> FindBySuffix(string suffix)
    {
        var normalized = UnitPath.Normalize(suffix).TrimStart('/');
        return normalized.Length == 0
            ? []
            : [.. _byFileName[UnitPath.FileName(normalized)].Where(i => UnitPath.EndsWith(_paths[i], normalized)).OrderBy(i => i)];
    }

    /// <summary>The file an include means, as an index into the paths offered; null when there is none or more than one fits.</summary>
    /// <remarks>
    /// As the preprocessor searches: a quoted name beside the file that includes it, then both kinds in the include directories in order.
    /// Last, the one file whose path ends in the name, so that a project with a handful of headers needs no directories.
    /// </remarks>
    /// <param name="name">The name between quotes or angle brackets.</param>
    /// <param name="isQuoted">Whether it stands in quotes.</param>
    /// <param name="includer">Path of the file that includes it; null for text that is in no file.</param>
    public int? FindInclude(string name, bool isQuoted, string? includer)
    {
        if (isQuoted && includer is not null
            && _byPath.TryGetValue(UnitPath.Combine(UnitPath.Directory(UnitPath.Normalize(includer)), name), out var beside))
        {
            return beside;
        }

        foreach (var directory in _includeDirectories)
        {
            var found = FindBySuffix(UnitPath.Combine(UnitPath.Normalize(directory), name));
            if (found.Count > 0)
            {
                return found[0];
            }
        }

        var anywhere = FindBySuffix(name);
        return anywhere.Count == 1 ? anywhere[0] : null;
    }
}
