using EntryGen.Asm;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;
using EntryGen.OracleTests.Cpp;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Gas;

/// <summary>The ways in which kernels from 4.15 on write entry code, in words of our own: through gcc and GNU as, and through our preprocessor and assembler.</summary>
public sealed class IdiomTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("entrygen-idioms-");

    public static TheoryData<string, string> Idioms() => ProbeTexts.Read("Idioms");

    public void Dispose() => _directory.Delete(recursive: true);

    [GccTheory]
    [MemberData(nameof(Idioms))]
    public void Statements_equal_the_listing(string name, string text)
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "a.S"), text);
        var (status, preprocessed) = GccPreprocessor.Run(_directory.FullName, "-E", "-nostdinc", "a.S");
        Assert.True(status == 0, $"gcc rejects {name}");
        var (listing, messages) = GnuAs.Assemble(GnuListing.OneStatementPerLine(preprocessed));
        Assert.True(GnuAs.ErrorLines(messages).Count == 0, $"GNU as rejects {name}: {messages}");

        var own = AsmReader.Read(new SourceText("a.S", text), new ReaderOptions(), new FileResolver(_directory.FullName));
        Assert.DoesNotContain(own.Diagnostics, diagnostic => diagnostic.Descriptor.Severity == AsmSeverity.Error);
        var expected = GnuListing.Statements(listing);
        Assert.Equal(expected, ListedStatement.Of(own));
        var program = ProgramBuilder.Build([new ProgramUnit("a.S", own, own.PreprocessorMacros!)], new ProgramOptions());
        output.WriteLine($"{name}: {expected.Count} statements equal; {string.Join(' ', program.Diagnostics)}");
        Assert.DoesNotContain(program.Diagnostics, diagnostic => diagnostic.Descriptor.Severity == AsmSeverity.Error);
    }
}
