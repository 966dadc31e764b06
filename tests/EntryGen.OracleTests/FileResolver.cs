using System.Collections.Concurrent;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;

namespace EntryGen.OracleTests;

/// <summary>Reads from disk; relative paths from a directory, as if the preprocessor ran in it.</summary>
/// <param name="directory">That directory.</param>
public sealed class FileResolver(string directory) : ISourceResolver
{
    private readonly ConcurrentDictionary<string, SourceText?> _texts = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public SourceText? TryRead(string path) => _texts.GetOrAdd(path, name =>
    {
        var file = Path.Combine(directory, name);
        return File.Exists(file) ? new SourceText(name, File.ReadAllText(file)) : null;
    });
}
