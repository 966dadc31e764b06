using System.Text;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Input;

/// <summary>Reads source files from disk. A relative path is tried below each root in turn; the path shown is the one asked for, as a compiler run there would show it.</summary>
/// <param name="roots">The directories, in order.</param>
/// <param name="changes">What is to be taken for the text of some files, by full path; null for one that is to be taken for missing.</param>
internal sealed class FileSourceResolver(IReadOnlyList<string> roots, IReadOnlyDictionary<string, string?>? changes = null) : ISourceResolver
{
    private readonly Dictionary<string, SourceText?> _texts = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public SourceText? TryRead(string path)
    {
        if (!_texts.TryGetValue(path, out var text))
        {
            text = roots.Select(root => Path.Combine(root, path)).FirstOrDefault(Exists) is { } file && TryReadFile(file, out var characters, out _)
                ? new SourceText(path, characters)
                : null;
            _texts.Add(path, text);
        }

        return text;
    }

    /// <summary>The full path of a file that was read by the path that messages show; null when there is none.</summary>
    public string? FullPath(string path) => roots.Select(root => Path.Combine(root, path)).FirstOrDefault(Exists) is { } file ? Path.GetFullPath(file) : null;

    /// <summary>Reads a file that the caller named.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="mayBeEmpty">Whether it may have nothing in it.</param>
    /// <exception cref="InputException">It is not there, is a directory, cannot be read, is not text or is empty.</exception>
    public SourceText Read(string path, bool mayBeEmpty = false)
    {
        var candidates = roots.Select(root => Path.Combine(root, path)).Distinct().ToList();
        if (candidates.FirstOrDefault(Exists) is not { } file)
        {
            throw new InputException(candidates.Any(Directory.Exists)
                ? $"{path}: this is a directory; give an assembly file."
                : $"{path}: no such file{(candidates.Count > 1 ? ", neither here nor in the tree" : "")}.");
        }

        if (!TryReadFile(file, out var characters, out var reason))
        {
            throw new InputException($"{path}: {reason}");
        }

        if (!mayBeEmpty && string.IsNullOrWhiteSpace(characters))
        {
            throw new InputException($"{path}:1:1: the file is empty.");
        }

        var nul = characters.IndexOf('\0');
        var text = new SourceText(path, characters);
        if (nul >= 0)
        {
            throw new InputException($"{new SourceSpan(text, nul, 1)}: this is not a text file.");
        }

        _texts[path] = text;
        return text;
    }

    private bool Exists(string file) => changes is not null && changes.TryGetValue(Path.GetFullPath(file), out var text) ? text is not null : File.Exists(file);

    private bool TryReadFile(string file, out string characters, out string reason)
    {
        try
        {
            characters = changes?.GetValueOrDefault(Path.GetFullPath(file)) ?? File.ReadAllText(file, Encoding.UTF8);
            reason = "";
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            characters = "";
            reason = failure.Message;
            return false;
        }
    }
}
