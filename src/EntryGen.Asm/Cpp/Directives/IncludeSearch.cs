using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>Finds included files as gcc does: a quoted name beside the including file first, then the directories in order.</summary>
internal sealed class IncludeSearch(PreprocessorOptions options, ISourceResolver resolver)
{
    private readonly string[] _directories = [.. options.IncludeDirectories.Select(WithoutSlash).Distinct(StringComparer.Ordinal)];
    private readonly Dictionary<string, SourceText?> _read = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, int First), FoundFile?> _searched = [];
    private List<KeyValuePair<string, SourceText?>> _requests = [];

    /// <summary>Finds a file.</summary>
    /// <param name="name">The name in quotes or angle brackets.</param>
    /// <param name="directory">The directory of the including file, ending in a slash, or empty.</param>
    /// <param name="firstDirectory">Where in the list to begin; a number above 0, for <c>#include_next</c>, leaves out the including file's directory too.</param>
    public FoundFile? Find(string name, string directory, int? firstDirectory)
    {
        var file = name.Substring(1, name.Length - 2);
        if (IsRooted(file))
        {
            return Read(file) is { } text ? new FoundFile(text, 0) : null;
        }

        if (name[0] == '"' && firstDirectory is null && Read(directory + file) is { } beside)
        {
            return new FoundFile(beside, 0);
        }

        var first = firstDirectory ?? 0;
        if (_searched.TryGetValue((file, first), out var known))
        {
            return known;
        }

        FoundFile? found = null;
        for (var i = first; i < _directories.Length && found is null; i++)
        {
            if (Read(_directories[i] + "/" + file) is { } text)
            {
                found = new FoundFile(text, i + 1);
            }
        }

        _searched.Add((file, first), found);
        return found;
    }

    /// <summary>Finds a file of <c>-include</c>.</summary>
    public FoundFile? FindForced(string name) => Find("\"" + name + "\"", "", null);

    /// <summary>The directories in which a name was looked for, for a message.</summary>
    public string Describe(string name, string directory, int? firstDirectory)
    {
        var places = new List<string>();
        if (IsRooted(name.Substring(1, name.Length - 2)))
        {
            return "no such file";
        }

        if (name[0] == '"' && firstDirectory is null)
        {
            places.Add(directory.Length == 0 ? "the current directory" : WithoutSlash(directory));
        }

        places.AddRange(_directories.Skip(firstDirectory ?? 0));
        return places.Count == 0 ? "there is no directory to search" : "searched " + string.Join(", ", places);
    }

    /// <summary>The directory part of a path with its slash; empty when it has none.</summary>
    public static string DirectoryOf(string path) => path.Substring(0, path.LastIndexOfAny(['/', '\\']) + 1);

    private static bool IsRooted(string file) => file.Length > 0 && (file[0] is '/' or '\\' || (file.Length > 1 && file[1] == ':'));

    private static string WithoutSlash(string directory) => directory.Length > 1 && directory[directory.Length - 1] == '/' ? directory.Substring(0, directory.Length - 1) : directory;

    /// <summary>A file; null when there is none.</summary>
    public SourceText? Read(string path)
    {
        if (!_read.TryGetValue(path, out var text))
        {
            text = resolver.TryRead(path);
            _read.Add(path, text);
            _requests.Add(new KeyValuePair<string, SourceText?>(path, text));
        }

        return text;
    }

    /// <summary>The files that were asked for since the last time, and what was found.</summary>
    public IReadOnlyList<KeyValuePair<string, SourceText?>> TakeRequests()
    {
        var requests = _requests;
        _requests = [];
        return requests;
    }
}

/// <summary>An included file.</summary>
/// <param name="Text">Its text.</param>
/// <param name="NextDirectory">Index of the directory after the one that held it: where <c>#include_next</c> goes on.</param>
internal readonly record struct FoundFile(SourceText Text, int NextDirectory);
