using System.Reflection;
using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.OracleTests.Fuzz;

/// <summary>One input: a text that was changed, and how it is read.</summary>
/// <param name="Text">The text that the seed decides; minimising shortens it.</param>
/// <param name="Kernel">The kernel file in whose place the text is read, as version and path; null for a text on its own.</param>
/// <param name="HasDefaultBounds">Read with the bounds that users have; otherwise with smaller ones, so that more inputs fit into a run.</param>
internal sealed record FuzzInput(string Text, (string Version, string Path)? Kernel, bool HasDefaultBounds)
{
    // Files of the closure whose text matters most to what comes after the preprocessor.
    private static readonly string[] _kernelFiles =
    [
        "arch/x86/entry/entry_64.S", "arch/x86/entry/entry_64_compat.S", "arch/x86/entry/entry.S", "arch/x86/entry/calling.h", "arch/x86/include/asm/idtentry.h",
        "arch/x86/include/asm/alternative.h", "arch/x86/include/asm/nospec-branch.h", "arch/x86/include/asm/unwind_hints.h", "arch/x86/include/asm/linkage.h",
        "include/linux/linkage.h",
    ];

    private static readonly string[] _own = [.. OwnTexts()];

    private static readonly Lazy<Dictionary<(string Version, string Path), string>> _kernel = new(() => KernelTrees.Missing is not null
        ? []
        : KernelTrees.Versions.SelectMany(version => _kernelFiles.Select(path => (version, path)))
            .Where(file => File.Exists(Path.Combine(KernelTrees.Tree(file.version), file.path)))
            .ToDictionary(file => (file.version, file.path), file => File.ReadAllText(Path.Combine(KernelTrees.Tree(file.version), file.path))));

    /// <summary>The input of a seed: the same in every process.</summary>
    public static FuzzInput Of(int seed)
    {
        var random = new Random(seed);
        var mutator = new TextMutator(random, _own);
        var hasDefaultBounds = seed % 16 == 0;
        var kernel = _kernel.Value;
        switch (random.Next(kernel.Count == 0 ? 3 : 4))
        {
            case 0:
                return new FuzzInput(mutator.Mutate(_own[random.Next(_own.Length)]), null, hasDefaultBounds);
            case 1:
                return new FuzzInput(new InputGrammar(random).Write(random.Next(200, 12_000)), null, hasDefaultBounds);
            case 2:
                return new FuzzInput(mutator.Mutate(new InputGrammar(random).Write(random.Next(200, 12_000))), null, hasDefaultBounds);
            default:
                var file = kernel.Keys.OrderBy(key => key.Path + key.Version, StringComparer.Ordinal).ElementAt(random.Next(kernel.Count));
                return new FuzzInput(mutator.Mutate(kernel[file]), file, hasDefaultBounds);
        }
    }

    /// <summary>What the assembler is given.</summary>
    public ReaderOptions Options => new()
    {
        Preprocessor = Bounded(Kernel is { } file ? KernelTrees.Options(file.Version) : new PreprocessorOptions()),
        Assembler = HasDefaultBounds ? new AssemblerOptions() : new AssemblerOptions { MaxStatements = 40_000, MaxExpandedCharacters = 2 * 1024 * 1024 },
    };

    private PreprocessorOptions Bounded(PreprocessorOptions options) =>
        HasDefaultBounds ? options : options with { MaxExpandedTokens = 100_000, MaxOutputCharacters = 1024 * 1024 };

    private static IEnumerable<string> OwnTexts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".txt", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            foreach (var probe in reader.ReadToEnd().Split("### ", StringSplitOptions.RemoveEmptyEntries))
            {
                yield return probe[(probe.IndexOf('\n', StringComparison.Ordinal) + 1)..];
            }
        }

        yield return Prelude.Text.Text;
    }
}
