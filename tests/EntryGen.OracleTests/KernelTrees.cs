using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.OracleTests;

/// <summary>The kernel sources, headers and recorded GNU as outputs that oracle tests compare with.</summary>
/// <remarks>
/// Laid out by the scripts that unpack Debian's source packages: <c>{version}</c> trees, <c>hdr-{version}</c> headers,
/// <c>out/{version}</c> outputs.
/// </remarks>
public static class KernelTrees
{
    /// <summary>The versions there are trees for.</summary>
    public static IReadOnlyList<string> Versions { get; } = ["6.1", "6.12"];

    /// <summary>The units of both trees: version and file name without extension.</summary>
    public static IReadOnlyList<(string Version, string Unit)> Units { get; } =
    [
        ("6.1", "entry_64"), ("6.1", "entry_64_compat"), ("6.1", "entry"), ("6.1", "thunk_64"),
        ("6.12", "entry_64"), ("6.12", "entry_64_compat"), ("6.12", "entry"), ("6.12", "entry_64_fred"), ("6.12", "thunk"),
    ];

    /// <summary>Where everything is: <c>ENTRYGEN_KERNEL_ROOT</c>, or the cache of the user.</summary>
    public static string Root { get; } = Environment.GetEnvironmentVariable("ENTRYGEN_KERNEL_ROOT") is { Length: > 0 } root
        ? root
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "entrygen", "kernel");

    /// <summary>Why the tests cannot run, or null when everything is there.</summary>
    public static string? Missing { get; } = Versions
        .SelectMany(version => new[] { Tree(version), Headers(version), Path.Combine(Root, "out", version) })
        .FirstOrDefault(directory => !Directory.Exists(directory)) is { } missing
            ? $"no kernel trees: '{missing}' is not there (set ENTRYGEN_KERNEL_ROOT)"
            : null;

    /// <summary>Whether absence is a failure.</summary>
    public static bool Required => string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>The source tree of a version.</summary>
    public static string Tree(string version) => Path.Combine(Root, version);

    /// <summary>The built headers of a version.</summary>
    public static string Headers(string version) => Path.Combine(Root, "hdr-" + version);

    /// <summary>A recorded output of gcc, GNU as or objdump.</summary>
    public static string Output(string version, string fileName) => Path.Combine(Root, "out", version, fileName);

    /// <summary>Reads a file of arch/x86/entry; its path is the one the oracle's line markers show.</summary>
    public static SourceText ReadUnit(string version, string unit)
    {
        var path = $"arch/x86/entry/{unit}.S";
        return new SourceText(path, File.ReadAllText(Path.Combine(Tree(version), path)));
    }

    /// <summary>Reads a unit as kbuild would assemble it.</summary>
    /// <param name="version">The tree.</param>
    /// <param name="unit">File name without extension.</param>
    /// <param name="configuration">Files that override CONFIG_ macros, included last.</param>
    public static AssemblyListing Read(string version, string unit, params string[] configuration) => AsmReader.Read(
        ReadUnit(version, unit),
        new ReaderOptions { Preprocessor = Options(version, configuration) },
        new FileResolver(Tree(version)));

    /// <summary>What kbuild passes to gcc for these files.</summary>
    /// <param name="version">The tree.</param>
    /// <param name="configuration">Files that override CONFIG_ macros, included last.</param>
    public static PreprocessorOptions Options(string version, params string[] configuration)
    {
        var tree = Tree(version);
        var headers = Headers(version);
        return new PreprocessorOptions
        {
            IncludeDirectories =
            [
                $"{tree}/arch/x86/include", $"{headers}/arch/x86/include/generated", $"{tree}/include", $"{headers}/include",
                $"{tree}/arch/x86/include/uapi", $"{headers}/arch/x86/include/generated/uapi", $"{tree}/include/uapi", $"{headers}/include/generated/uapi",
            ],
            ForcedIncludes = [$"{tree}/include/linux/compiler-version.h", $"{tree}/include/linux/kconfig.h", .. configuration],
            Defines = ["__KERNEL__", "__ASSEMBLY__", "CC_USING_NOP_MCOUNT", "CC_USING_FENTRY"],
        };
    }
}
