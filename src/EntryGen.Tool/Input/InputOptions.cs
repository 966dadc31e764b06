using System.CommandLine;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Input;

/// <summary>The options that say what to read, shared by all commands.</summary>
internal sealed class InputOptions
{
    private readonly Option<string?> _tree = new("--tree")
    {
        Description = "Kernel source tree. Its include directories, kconfig.h and the kernel's own defines are used as kbuild does.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _headers = new("--headers")
    {
        Description = "Built headers of that tree, with include/generated (default: the tree itself).",
        HelpName = "DIR",
    };

    private readonly Option<string?> _config = new("--config")
    {
        Description = "Header that is included last before each file, to override CONFIG_ symbols.",
        HelpName = "FILE.h",
    };

    private readonly Option<string[]> _includeDirectories = new("-I")
    {
        Description = "Directory to search for includes, after those of the tree. May be given several times.",
        HelpName = "DIR",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _defines = new("-D")
    {
        Description = "Preprocessor symbol. May be given several times.",
        HelpName = "NAME[=VALUE]",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]>? _userMapped;
    private readonly Argument<string[]> _files;

    /// <summary>The options.</summary>
    /// <param name="isSingle">Whether just one file can be read.</param>
    /// <param name="isOptional">Whether the entry files of a tree are read when no file is named.</param>
    public InputOptions(bool isSingle = false, bool isOptional = false)
    {
        _files = new("FILE")
        {
            Description = isSingle
                ? "Assembly file, relative to the current directory or to the tree."
                : "Assembly files, relative to the current directory or to the tree. The first is the unit, the others are linked to it."
                    + (isOptional ? " Without one, those of the tree's arch/x86/entry that make up its entry code." : ""),
            Arity = isOptional ? ArgumentArity.ZeroOrMore : ArgumentArity.OneOrMore,
        };
        // Commands that follow execution care about what is mapped; they are those that need no file.
        _userMapped = !isOptional ? null : new("--user-mapped")
        {
            Description = "Per-CPU variable that the user half of the page tables maps, besides cpu_tss_rw. May be given several times.",
            HelpName = "SYMBOL",
            DefaultValueFactory = _ => [],
        };
        if (isSingle)
        {
            _files.Validators.Add(result =>
            {
                if (result.Tokens.Count > 1)
                {
                    result.AddError($"{result.Tokens[1].Value}: only one file can be read at a time.");
                }
            });
        }
    }

    /// <summary>Adds the options, and after what the command has already the files.</summary>
    public void AddTo(Command command)
    {
        _files.Validators.Add(result =>
        {
            // The parser takes an option it does not know for a file.
            if (result.Tokens.FirstOrDefault(token => token.Value is ['-', _, ..]) is { } option)
            {
                result.AddError($"{option.Value}: no such option.{NearestName.Suggest(option.Value, command.Options.Select(known => known.Name))}");
            }
        });
        command.Add(_files);
        command.Add(_tree);
        command.Add(_headers);
        command.Add(_config);
        command.Add(_includeDirectories);
        command.Add(_defines);
        if (_userMapped is not null)
        {
            command.Add(_userMapped);
        }
    }

    /// <summary>The tree's full path.</summary>
    /// <exception cref="InputException">None is given, or it is not there.</exception>
    public string ReadTree(ParseResult result, Host host) =>
        Directory(host, result.GetValue(_tree), "--tree") is { } tree
            ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(tree, host.Directory))
            : throw new InputException("--tree is needed: the kernel source tree.");

    /// <summary>The full path of the built headers; null when they are not apart from the tree.</summary>
    /// <exception cref="InputException">They are not there.</exception>
    public string? ReadHeaders(ParseResult result, Host host) =>
        Directory(host, result.GetValue(_headers), "--headers") is { } headers ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(headers, host.Directory)) : null;

    /// <summary>Turns the options into what the reader takes.</summary>
    /// <param name="result">The call.</param>
    /// <param name="host">Where it runs.</param>
    /// <param name="changes">What is to be taken for the text of some files, by full path; null for one that is to be taken for missing.</param>
    /// <param name="withFred">Whether the entry files of a tree are also those of FRED, where it has them.</param>
    /// <exception cref="InputException">A file or directory is not there or not what it should be.</exception>
    public ReaderInput Read(ParseResult result, Host host, IReadOnlyDictionary<string, string?>? changes = null, bool withFred = false)
    {
        var tree = Directory(host, result.GetValue(_tree), "--tree");
        var headers = Directory(host, result.GetValue(_headers), "--headers");
        if (headers is not null && tree is null)
        {
            throw new InputException("--headers belongs to a kernel source tree: give that by --tree.");
        }

        var files = new FileSourceResolver(tree is null ? [host.Directory] : [host.Directory, Path.GetFullPath(tree, host.Directory)], changes);
        var kernel = tree is null ? null : new KernelTree(tree, headers ?? tree, files);
        var config = result.GetValue(_config);
        if (config is not null)
        {
            // It may be empty: the tree's own configuration.
            files.Read(config, mayBeEmpty: true);
        }

        var includeDirectories = result.GetValue(_includeDirectories) ?? [];
        foreach (var directory in includeDirectories)
        {
            Directory(host, directory, "-I");
        }

        var options = new PreprocessorOptions
        {
            IncludeDirectories = [.. kernel?.IncludeDirectories ?? [], .. includeDirectories],
            ForcedIncludes = [.. kernel?.ForcedIncludes ?? [], .. config is null ? Array.Empty<string>() : [config]],
            Defines = [.. kernel?.Defines ?? [], .. result.GetValue(_defines) ?? []],
        };
        return new ReaderInput(options, files, [.. FilesOf(result, kernel, files, withFred).Select(path => files.Read(path))], host.Error) { UserMapped = _userMapped is null ? UserMappedSymbols.None : new(result.GetValue(_userMapped) ?? []) };
    }

    private string[] FilesOf(ParseResult result, KernelTree? tree, FileSourceResolver files, bool withFred) => result.GetValue(_files) switch
    {
        { Length: > 0 } given => given,
        _ when tree is null => throw new InputException("Give an assembly file, or a kernel source tree by --tree."),
        _ => [.. KernelTree.EntryFiles.Concat(withFred ? [KernelTree.FredFile] : []).Where(path => files.TryRead(path) is not null)],
    };

    /// <summary>The call that reads the same: what an imported file says about where it came from.</summary>
    public string Describe(ParseResult result) => string.Join(' ', Words(result).Prepend("entrygen import"));

    /// <summary>The arguments that read the same.</summary>
    public IEnumerable<string> Words(ParseResult result)
    {
        foreach (var file in GivenFiles(result))
        {
            yield return file;
        }

        foreach (var option in new[] { _tree, _headers, _config })
        {
            if (result.GetValue(option) is { } value)
            {
                yield return option.Name;
                yield return value;
            }
        }

        foreach (var (name, values) in new[]
        {
            ("-I", result.GetValue(_includeDirectories)), ("-D", result.GetValue(_defines)), ("--user-mapped", _userMapped is null ? null : result.GetValue(_userMapped)),
        })
        {
            foreach (var value in values ?? [])
            {
                yield return name;
                yield return value;
            }
        }
    }

    /// <summary>The options that say how source is read.</summary>
    public IEnumerable<Option> SourceOptions => new Option?[] { _tree, _headers, _config, _includeDirectories, _defines, _userMapped }.OfType<Option>();

    /// <summary>The files, as they were given.</summary>
    public IReadOnlyList<string> GivenFiles(ParseResult result) => result.GetValue(_files) ?? [];

    /// <summary>The path as given, which is how messages and results show what is below it.</summary>
    private static string? Directory(Host host, string? path, string option)
    {
        if (path is null)
        {
            return null;
        }

        var full = Path.GetFullPath(path, host.Directory);
        return System.IO.Directory.Exists(full)
            ? (path.Length > 1 ? path.TrimEnd('/') : path)
            : throw new InputException(File.Exists(full) ? $"{path}: {option} takes a directory, and this is a file." : $"{path}: there is no such directory ({option}).");
    }
}
