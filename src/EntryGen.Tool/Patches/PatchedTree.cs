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
    private readonly List<FilePatch> _files = [];

    private PatchedTree(string root, string directory)
    {
        _root = root;
        _directory = directory;
    }

    /// <summary>What the changed files have in them, by full path; null for those that are gone.</summary>
    public IReadOnlyDictionary<string, string?> Texts => _texts;

    /// <summary>The changes, with paths as the tree has them.</summary>
    public IReadOnlyList<FilePatch> Files => _files;

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

    private IReadOnlyList<string> Apply(Patch patch, FilePatch named)
    {
        var file = Resolve(named);
        _files.Add(file);
        var (source, target) = (file.OldPath is null ? null : Full(file.OldPath), file.NewPath is null ? null : Full(file.NewPath));
        if (new[] { source, target }.Any(path => path is not null && !IsInside(path)))
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

        if (file.IsBinary)
        {
            _notes.Add($"{patch.Path}:{file.Line}:1: the change to {file.Path} is binary and was left out.");
            return [];
        }

        var result = HunkApplier.Apply(patch.Path, file, existing ?? "");
        if (result.Failures.Count > 0)
        {
            return result.Failures;
        }

        if (target is null && result.Text.Trim('\n', '\r').Length > 0)
        {
            return [$"{patch.Path}:{file.Line}:1: the patch deletes {file.OldPath}, which has more lines in the tree than it removes."];
        }

        _notes.AddRange(result.Notes);
        if (source is not null && source != target && !file.IsCopy)
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

    /// <summary>
    /// The file in the tree that a patch means. Trees are called anything before the first slash, as <c>patch -p1</c> has it; where there is no such file, the patch may name it
    /// from the root of the tree, or from further away. What <c>diff -u</c> made of a file and its copy is about that of both which is there.
    /// </summary>
    private FilePatch Resolve(FilePatch file)
    {
        var (old, @new) = (file.OldPath, file.NewPath);
        if (old is null)
        {
            // Of a new file only the directory can be there.
            bool IsPlace(int level) => Directory.Exists(Path.GetDirectoryName(Full(Strip(@new!, level))));
            return file with { NewPath = Strip(@new!, !IsPlace(1) && IsPlace(0) ? 0 : 1) };
        }

        if (ExistingIn(old) is { } found)
        {
            // Without a word of git it is one file, whatever the other is called.
            return file with { OldPath = found.Path, NewPath = @new is null ? null : file.IsCopy || file.IsRename ? Strip(@new, found.Level) : found.Path };
        }

        return @new is not null && !file.IsCopy && !file.IsRename && ExistingIn(@new) is { } other
            ? file with { OldPath = other.Path, NewPath = other.Path }
            : file with { OldPath = Strip(old, 1), NewPath = @new is null ? null : Strip(@new, 1) };
    }

    private (string Path, int Level)? ExistingIn(string path)
    {
        foreach (var level in Levels(path))
        {
            if (Strip(path, level) is var stripped && Full(stripped) is var full && IsInside(full) && Current(full) is not null)
            {
                return (stripped, level);
            }
        }

        return null;
    }

    // How many directories may be left out: one first.
    private static IEnumerable<int> Levels(string path) => path.Count(character => character == '/') is var slashes and > 0 ? [1, 0, .. Enumerable.Range(2, Math.Max(0, slashes - 1))] : [0];

    private static string Strip(string path, int level)
    {
        for (; level > 0 && path.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash; level--)
        {
            path = path[(slash + 1)..];
        }

        return path;
    }

    private bool IsInside(string path) => path.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private string? Current(string path) => _texts.TryGetValue(path, out var text) ? text : File.Exists(path) ? File.ReadAllText(path) : null;
}
