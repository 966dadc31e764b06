using System.Diagnostics;
using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;
using EntryGen.OracleTests.Objects;
using EntryGen.OracleTests.Trace;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>The anchors' path.S twice: as GNU as and ld make it, for Unicorn, and read by EntryGen as a unit.</summary>
/// <param name="Image">The bytes from <see cref="Start"/> on.</param>
/// <param name="Symbols">Where ld put its symbols.</param>
/// <param name="Unit">The emulator.</param>
internal sealed record AnchorCode(byte[] Image, IReadOnlyDictionary<string, ulong> Symbols, EntryUnit Unit)
{
    /// <summary>The physical address of the first byte; linear addresses are <see cref="AnchorGuest.Base"/> on.</summary>
    public const int Start = 0x30000;

    private static readonly string[] _entries = ["sim_loop", "nmi_sim_loop", "nmi_simu_loop"];

    private static readonly Lazy<AnchorCode> _code = new(Build);

    private static string? Directory { get; } = Environment.GetEnvironmentVariable("ENTRYGEN_ANCHORS") is { Length: > 0 } named ? named : null;

    /// <summary>Why it cannot be had, or null.</summary>
    public static string? Missing { get; } = Directory is not null && File.Exists(Path.Combine(Directory, "path.S")) ? null : "no anchors: ENTRYGEN_ANCHORS names no directory with path.S";

    /// <summary>Both forms.</summary>
    public static AnchorCode Value => _code.Value;

    private static AnchorCode Build()
    {
        // The loop that rehearses in ring 0 wants ring 0's selectors; the anchors' own loader changes them in the bytes, at the places that .sites lists.
        var layout = File.ReadAllText(Path.Combine(Directory!, "layout.h")).Replace("SEL_UDS      0x2b", "SEL_UDS 0x18").Replace("SEL_UCS      0x33", "SEL_UCS 0x10");
        Assert.Contains("SEL_UDS 0x18", layout, StringComparison.Ordinal);
        Assert.Contains("SEL_UCS 0x10", layout, StringComparison.Ordinal);
        var place = System.IO.Directory.CreateTempSubdirectory("entrygen-anchor-");
        try
        {
            string PathOf(string name) => Path.Combine(place.FullName, name);
            File.WriteAllText(PathOf("layout.h"), layout);
            File.Copy(Path.Combine(Directory!, "path.S"), PathOf("path.S"));
            Run(place.FullName, "gcc", "-c", "-x", "assembler-with-cpp", "path.S", "-o", "path.o");
            Run(place.FullName, "ld", "-T", Path.Combine(Directory!, "path.ld"), "-o", "path.elf", "path.o");
            Run(place.FullName, "objcopy", "-O", "binary", "--gap-fill", "0", "path.elf", "path.bin");
            var symbols = new ElfObject(File.ReadAllBytes(PathOf("path.elf"))).Symbols.Where(symbol => symbol.Section is not null && symbol.Name.Length > 0)
                .ToDictionary(symbol => symbol.Name, symbol => (ulong)symbol.Value);
            return new AnchorCode(File.ReadAllBytes(PathOf("path.bin")), symbols, Read(place.FullName));
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    private static EntryUnit Read(string directory)
    {
        var listing = AsmReader.Read(
            new SourceText("path.S", File.ReadAllText(Path.Combine(directory, "path.S"))),
            new ReaderOptions { Preprocessor = new PreprocessorOptions { Defines = ["__ASSEMBLER__"] } },
            new FileResolver(directory));
        Assert.Empty(listing.Diagnostics);
        var program = ProgramBuilder.Build([new ProgramUnit("path", listing, listing.PreprocessorMacros!)], new ProgramOptions { EntrySymbols = _entries });
        return KernelUnit.Load("path.S", program, _entries);
    }

    private static void Run(string directory, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {errors}");
    }
}
