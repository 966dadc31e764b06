using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Units;

/// <summary>Gives the preprocessor the files of a unit, and nothing else.</summary>
/// <remarks>
/// In messages and generated code a file has its path below the directory that all files of the unit share, so that what is generated does not
/// depend on where a project lies.
/// </remarks>
internal sealed class UnitFiles : ISourceResolver
{
    private readonly UnitInputs _inputs;
    private readonly UnitTexts _texts;
    private readonly FileSet _files;
    private readonly string _root;
    private readonly Dictionary<string, SourceText?> _read = new(StringComparer.Ordinal);

    /// <summary>Prepares the files of a unit.</summary>
    public UnitFiles(UnitInputs inputs, UnitTexts texts)
    {
        _inputs = inputs;
        _texts = texts;
        _root = UnitPath.CommonDirectory([.. inputs.Files.Select(file => UnitPath.Normalize(file.Path))]);
        _files = new FileSet(inputs.Paths, inputs.Declaration.IncludeDirectories, _root);
    }

    /// <summary>The directories to search for includes.</summary>
    public IReadOnlyList<string> SearchPath => _files.SearchPath;

    /// <summary>The offered paths that look like assembly, for a message.</summary>
    public IReadOnlyList<string> Sources =>
        [.. _inputs.Paths.Where(path => path.EndsWith(".S", StringComparison.OrdinalIgnoreCase)).OrderBy(path => path, StringComparer.Ordinal)];

    /// <summary>The offered paths that end in a suffix.</summary>
    public IReadOnlyList<string> FindBySuffix(string suffix) => [.. _files.FindBySuffix(suffix).Select(index => _inputs.Paths[index])];

    /// <inheritdoc/>
    public SourceText? TryRead(string path) => _files.Find(path) is { } index ? Read(_inputs.Paths[index]) : null;

    /// <summary>The text of an offered path, or null when it cannot be read.</summary>
    public SourceText? Read(string path)
    {
        if (!_read.TryGetValue(path, out var text))
        {
            var file = _inputs.Files.FirstOrDefault(candidate => candidate.Path == path);
            text = file is null ? null : _texts.File(UnitPath.Normalize(path).Substring(_root.Length), file);
            _read.Add(path, text);
        }

        return text;
    }
}
