namespace EntryGen.Asm.Units;

/// <summary>Finds files by what a unit calls them, among the paths a host offers.</summary>
/// <remarks>
/// Paths are compared by whole components and with either slash, so that a project builds alike on every system.
/// Nothing is read from disk: what the host does not offer does not exist.
/// </remarks>
internal sealed class FileSet
{
    /// <summary>Stands last among the include directories for "any file whose path ends in the name, if there is just one".</summary>
    public const string Anywhere = "AdditionalFiles";

    private readonly string _root;
    private readonly List<string> _directories;
    private readonly Dictionary<string, int> _byPath = new(StringComparer.Ordinal);
    private readonly ILookup<string, string> _byFileName;
    private readonly Dictionary<string, int?> _searched = new(StringComparer.Ordinal);

    /// <summary>Prepares a search.</summary>
    /// <param name="paths">The paths offered.</param>
    /// <param name="includeDirectories">Parts of paths searched for includes, in order.</param>
    /// <param name="root">What to put before a path to get one of those offered.</param>
    public FileSet(IReadOnlyList<string> paths, IReadOnlyList<string> includeDirectories, string root = "")
    {
        _root = root;
        _directories = [.. includeDirectories.Select(directory => UnitPath.Normalize(directory).TrimStart('/'))];
        for (var i = 0; i < paths.Count; i++)
        {
            var path = UnitPath.Normalize(paths[i]);
            if (!_byPath.ContainsKey(path))
            {
                _byPath.Add(path, i);
            }
        }

        _byFileName = _byPath.Keys.ToLookup(UnitPath.FileName, StringComparer.Ordinal);
        SearchPath = [.. _directories, Anywhere];
    }

    /// <summary>The directories in which an include is searched; <see cref="Find"/> understands paths made from them.</summary>
    public IReadOnlyList<string> SearchPath { get; }

    /// <summary>The files whose path ends in <paramref name="suffix"/>, as indices into the paths offered, ordered by path.</summary>
    public IReadOnlyList<int> FindBySuffix(string suffix)
    {
        var normalized = UnitPath.Normalize(suffix).TrimStart('/');
        return [.. _byFileName[UnitPath.FileName(normalized)]
            .Where(path => UnitPath.EndsWith(path, normalized))
            .OrderBy(path => path, StringComparer.Ordinal)
            .Select(path => _byPath[path])];
    }

    /// <summary>The file that a directory and a name mean, as an index into the paths offered, or null.</summary>
    /// <param name="path">The directory of a file followed by a name, or an element of <see cref="SearchPath"/> followed by a name.</param>
    public int? Find(string path)
    {
        var normalized = UnitPath.Normalize(path);
        if (_byPath.TryGetValue(UnitPath.Combine(_root, normalized), out var exact))
        {
            return exact;
        }

        if (normalized.StartsWith(Anywhere + "/", StringComparison.Ordinal))
        {
            var fitting = FindBySuffix(normalized.Substring(Anywhere.Length + 1));
            return fitting.Count == 1 ? fitting[0] : null;
        }

        return _directories.Any(directory => normalized.StartsWith(directory + "/", StringComparison.Ordinal))
            ? FindBySuffix(normalized).Select(index => (int?)index).FirstOrDefault()
            : null;
    }

    /// <summary>The file that an include means: beside the file that includes it when quoted, then along <see cref="SearchPath"/>.</summary>
    /// <param name="name">The name between quotes or angle brackets.</param>
    /// <param name="isQuoted">Whether it stands in quotes.</param>
    /// <param name="includer">Path of the file that includes it; null for text that is in no file.</param>
    public int? FindInclude(string name, bool isQuoted, string? includer)
    {
        var beside = isQuoted && includer is not null
            ? Find(UnitPath.Combine(UnitPath.Directory(UnitPath.Normalize(includer)), name))
            : null;
        return beside ?? Search(name);
    }

    // Headers include the same ones again and again.
    private int? Search(string name)
    {
        if (!_searched.TryGetValue(name, out var found))
        {
            found = SearchPath.Select(directory => Find(directory + "/" + name)).FirstOrDefault(candidate => candidate is not null);
            _searched.Add(name, found);
        }

        return found;
    }
}
