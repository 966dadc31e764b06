using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Patches;

/// <summary>A kernel tree with a patch applied in memory: nothing is written.</summary>
internal sealed class PatchedTree
{
    private readonly string _root;
    private readonly string _directory;
    private readonly Dictionary<string, string?> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LineMap> _lines = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];

    private PatchedTree(string root, string directory)
    {
        _root = root;
        _directory = directory;
    }

    /// <summary>What the changed files have in them, by full path; null for those that are gone.</summary>
    public IReadOnlyDictionary<string, string?> Texts => _texts;

    /// <summary>What the reader of a review should know of how the patch was applied.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Applies a patch.</summary>
    /// <param name="root">The tree, by its full path.</param>
    /// <param name="directory">The directory in which the tool runs.</param>
    /// <param name="patch">The patch.</param>
    /// <exception cref="InputException">It does not apply; says every hunk that does not, and why.</exception>
    public static PatchedTree Apply(string root, string directory, Patch patch)
    {
        var tree = new PatchedTree(root, directory);
        var failures = patch.Files.SelectMany(file => tree.Apply(patch, file)).ToList();
        return failures.Count == 0 ? tree : throw new InputException(failures);
    }

    /// <summary>The line that a line of a changed file had before the patch, from 1; null when the patch added it. Lines of other files stay what they are.</summary>
    /// <param name="file">The file, as messages show it.</param>
    /// <param name="line">The line after the patch, from 1.</param>
    public int? LineBefore(string file, int line) => FullPath(file) is { } full && _lines.TryGetValue(full, out var map) ? map.Before(line) : line;

    /// <summary>The full path of a file that the patch changes, however messages show it: relative to the tree or to where the tool runs. Null for any other.</summary>
    public string? FullPath(string file) => new[] { Full(file), Path.GetFullPath(file, _directory) }.FirstOrDefault(_texts.ContainsKey);

    private string Full(string file) => Path.GetFullPath(file, _root);

    private IReadOnlyList<string> Apply(Patch patch, FilePatch file)
    {
        string text;
        var (source, target) = (file.OldPath is null ? null : Full(file.OldPath), file.NewPath is null ? null : Full(file.NewPath));
        if (new[] { source, target }.Any(path => path is not null && !path.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
        {
            return [$"{patch.Path}:{file.Line}:1: {file.Path} is not in the tree."];
        }

        var existing = source is null ? null : Current(source);
        if (source is not null && existing is null)
        {
            return [$"{patch.Path}:{file.Line}:1: the tree has no {file.OldPath}, which the patch changes: is it for another version, or made somewhere below the tree's root?"];
        }

        if (source is null && Current(target!) is not null)
        {
            return [$"{patch.Path}:{file.Line}:1: the patch makes {file.NewPath}, which the tree has already."];
        }

        text = existing ?? "";
        var result = HunkApplier.Apply(patch.Path, file, text);
        if (result.Failures.Count > 0)
        {
            return result.Failures;
        }

        _notes.AddRange(result.Notes);
        if (source is not null && source != target)
        {
            _texts[source] = null;
        }

        if (target is not null)
        {
            _texts[target] = result.Text;
            _lines[target] = source is not null && _lines.TryGetValue(source, out var earlier) ? earlier.Then(result.Lines) : result.Lines;
        }

        return [];
    }

    private string? Current(string path) => _texts.TryGetValue(path, out var text) ? text : File.Exists(path) ? File.ReadAllText(path) : null;
}
