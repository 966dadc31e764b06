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
    /// <exception cref="InputException">It is not there, is a directory, cannot be read, is not text in UTF-8 or is empty.</exception>
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

        if (FindLoneReturn(characters) is { } lone)
        {
            throw new InputException($"{new SourceSpan(text, lone, 1)}: lines end in carriage returns alone, which no assembler takes for the end of a line; convert the file to newlines.");
        }

        // Comments are for people; nothing else may be lost.
        if (FindReplaced(characters) is { } strange && !IsUtf8(file))
        {
            throw new InputException($"{new SourceSpan(text, strange, 1)}: this is not UTF-8; convert the file, for instance by iconv.");
        }

        _texts[path] = text;
        return text;
    }

    private static int? FindLoneReturn(string text) => text.IndexOf('\r') is var first && first >= 0 && !text.Contains('\n', StringComparison.Ordinal) ? first : null;

    // The first character outside of comments that takes the place of bytes which are none.
    private static int? FindReplaced(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\uFFFD')
            {
                return i;
            }

            var isLine = text[i] == '#' || string.CompareOrdinal(text, i, "//", 0, 2) == 0;
            if (isLine || string.CompareOrdinal(text, i, "/*", 0, 2) == 0)
            {
                var end = isLine ? text.IndexOf('\n', i) : text.IndexOf("*/", i + 2, StringComparison.Ordinal);
                i = end < 0 ? text.Length : end;
            }
            else if (text[i] == '"')
            {
                i = StringEnd(text, i);
            }
        }

        return null;
    }

    // The closing quote, the end of the line, or what stands before a character that was replaced.
    private static int StringEnd(string text, int quote)
    {
        var end = quote + 1;
        while (end < text.Length && text[end] is not ('"' or '\n' or '\uFFFD'))
        {
            end += text[end] == '\\' ? 2 : 1;
        }

        return end < text.Length && text[end] == '\uFFFD' ? end - 1 : end;
    }

    private bool IsUtf8(string file)
    {
        if (changes?.GetValueOrDefault(Path.GetFullPath(file)) is not null)
        {
            return true;
        }

        try
        {
            File.ReadAllText(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
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
