using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Rules;
using EntryGen.Asm.Text;

namespace EntryGen.Tests.Rules.Macros;

/// <summary>Looks with every rule at a small unit whose entry is a function that C calls.</summary>
internal static class MacroRuleHarness
{
    /// <summary>Findings of the rules about macros.</summary>
    public static IReadOnlyList<AsmDiagnostic> Check(string text)
    {
        var listing = AsmReader.Read(new SourceText("test.S", text), new ReaderOptions(), new NoFiles());
        Assert.Empty(listing.Diagnostics);
        var result = ProgramBuilder.Build([new ProgramUnit("test.S", listing, listing.PreprocessorMacros!)], new ProgramOptions());
        Assert.Empty(result.Diagnostics);
        return [.. RuleSet.Check(new RuleInput(result.Program, [listing])).Where(found => found.Id.StartsWith("EG1", StringComparison.Ordinal))];
    }

    /// <summary>The ids of <see cref="Check"/>, each with the characters it stands at.</summary>
    public static IEnumerable<string> Marks(string text) => Check(text).Select(found => $"{found.Id} {TextOf(found.Span!.Value)}");

    /// <summary>The text after every fix.</summary>
    public static string Fix(string text) =>
        SuggestedFixes.Apply(text, SuggestedFixes.Compatible(Check(text).Select(found => found.Fix).OfType<SuggestedFix>()).SelectMany(fix => fix.Edits));

    private static string TextOf(SourceSpan span) => span.Source.Text.Substring(span.Start, span.Length);

    private sealed class NoFiles : ISourceResolver
    {
        public SourceText? TryRead(string path) => null;
    }
}
