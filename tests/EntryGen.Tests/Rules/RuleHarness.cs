using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Rules;
using EntryGen.Asm.Text;

namespace EntryGen.Tests.Rules;

/// <summary>Every rule on a text of a test, which must be a program.</summary>
internal static class RuleHarness
{
    public static IReadOnlyList<AsmDiagnostic> Check(string text)
    {
        var listing = AsmReader.Read(new SourceText("test.S", text), new ReaderOptions(), new NoFiles());
        Assert.Empty(listing.Diagnostics);
        var result = ProgramBuilder.Build([new ProgramUnit("test.S", listing, listing.PreprocessorMacros!)], new ProgramOptions());
        Assert.Empty(result.Diagnostics);
        return RuleSet.Check(new RuleInput(result.Program, [listing]));
    }

    private sealed class NoFiles : ISourceResolver
    {
        public SourceText? TryRead(string path) => null;
    }
}
