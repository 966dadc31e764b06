using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using EntryGen.Asm;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;
using EntryGen.OracleTests.Cpp;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Gas;

/// <summary>Every assembly file under arch/x86 that gcc assembles: entry code, library, crypto, KVM, Xen, vDSO, boot. Not one statement may differ.</summary>
/// <remarks>
/// What kbuild generates for KVM and for 32 bits is not in the packages; the offsets that these files name get numbers here, which no
/// statement depends on.
/// </remarks>
public sealed partial class KernelFileTests(ITestOutputHelper output) : IDisposable
{
    private const string KvmOffsets = """
        #define SVM_vcpu_arch_regs 8
        #define SVM_current_vmcb 16
        #define SVM_spec_ctrl 24
        #define SVM_vmcb01 32
        #define KVM_VMCB_pa 40
        #define SD_save_area_pa 48
        #define VMX_spec_ctrl 56
        """;

    private const string Configuration32 = """
        #undef CONFIG_X86_64
        #undef CONFIG_64BIT
        #undef CONFIG_PARAVIRT_XXL
        #undef CONFIG_XEN_PV
        #undef CONFIG_IA32_EMULATION
        #undef CONFIG_CALL_PADDING
        #undef CONFIG_AMD_MEM_ENCRYPT
        #define CONFIG_X86_32 1
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("entrygen-kernel-files-");

    public static TheoryData<string> Versions() => new(KernelTrees.Versions);

    public void Dispose() => _directory.Delete(recursive: true);

    [KernelTheory]
    [MemberData(nameof(Versions))]
    public void Statements_equal_the_listing_in_every_file_of_the_architecture(string version)
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "kvm-asm-offsets.h"), KvmOffsets);
        var options = KernelTrees.Options(version);
        options = options with { IncludeDirectories = [.. options.IncludeDirectories, _directory.FullName] };
        CompareAll(version, 100, file =>
        {
            var text = Preprocess(version, file, "-I" + _directory.FullName);
            return text is null ? null : (text, "--64", () => AsmReader.Read(
                new SourceText(file, File.ReadAllText(Path.Combine(KernelTrees.Tree(version), file))),
                new ReaderOptions { Preprocessor = options },
                new FileResolver(KernelTrees.Tree(version))));
        });
    }

    [KernelTheory]
    [MemberData(nameof(Versions))]
    public void Statements_equal_the_listing_in_32_bit_code(string version)
    {
        var header = Path.Combine(_directory.FullName, "configuration.h");
        File.WriteAllText(header, Configuration32);
        CompareAll(version, 50, file =>
        {
            // Our preprocessor is that of 64-bit code; gcc's output goes to both assemblers.
            var text = Preprocess(version, file, "-m32", "-include", header);
            return text is null ? null : (text, "--32", () => new Assembler(new AssemblerOptions()).Assemble(GnuAs.Lines(text)));
        });
    }

    private void CompareAll(string version, int atLeast, Func<string, (string Text, string Mode, Func<AssemblyListing> Read)?> prepare)
    {
        var tree = KernelTrees.Tree(version);
        var differences = new ConcurrentBag<string>();
        var files = 0;
        var statements = 0;
        var rejected = new ConcurrentBag<string>();
        Parallel.ForEach(Directory.GetFiles(Path.Combine(tree, "arch", "x86"), "*.S", SearchOption.AllDirectories), new ParallelOptions { MaxDegreeOfParallelism = 3 }, path =>
        {
            var file = Path.GetRelativePath(tree, path);
            if (prepare(file) is not { } prepared || Assemble(prepared.Text, prepared.Mode) is not { } expected)
            {
                rejected.Add(file);
                return;
            }

            var own = prepared.Read();
            if (FirstDifference(expected, own) is { } difference)
            {
                differences.Add($"{file}: {difference}");
            }

            Interlocked.Increment(ref files);
            Interlocked.Add(ref statements, expected.Count);
        });

        output.Report("Every assembly file of the trees against listings of GNU as", version, ("files", files), ("statements", statements), ("mismatches", differences.Count));
        output.WriteLine($"not accepted by gcc with these flags: {string.Join(' ', rejected.Order(StringComparer.Ordinal))}");
        Assert.Empty(differences);
        Assert.True(files >= atLeast, $"gcc accepts {files} files only");
    }

    private static List<ListedStatement>? Assemble(string text, string mode)
    {
        var (listing, messages) = GnuAs.Assemble(GnuListing.OneStatementPerLine(text), mode);
        return Error().IsMatch(messages) ? null : GnuListing.Statements(listing);
    }

    private static string? FirstDifference(List<ListedStatement> expected, AssemblyListing own)
    {
        if (own.Diagnostics.Count > 0)
        {
            return own.Diagnostics[0].ToString();
        }

        var actual = ListedStatement.Of(own);
        for (var i = 0; i < Math.Min(expected.Count, actual.Count); i++)
        {
            if (!expected[i].IsSameAs(actual[i]))
            {
                return $"statement {i}:\n  as:  {expected[i]}\n  own: {actual[i]}";
            }
        }

        return expected.Count == actual.Count ? null : $"{expected.Count} statements, not {actual.Count}";
    }

    private static string? Preprocess(string version, string file, params string[] more)
    {
        var arguments = GccPreprocessor.KernelArguments(version, "entry_64").ToList();
        var (status, text) = GccPreprocessor.Run(KernelTrees.Tree(version), [.. arguments.SkipLast(1), .. more, file]);
        return status == 0 ? text : null;
    }

    [GeneratedRegex(": (?:Error|Fatal error): ")]
    private static partial Regex Error();
}
