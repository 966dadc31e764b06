using EntryGen.Asm.Gas;

namespace EntryGen.OracleTests.Gas;

/// <summary>
/// Small texts of our own, read by GNU as at test time and by us: the same statements in the same order, or mistakes on the same lines; and where
/// we differ by intent, one message for one mistake, and messages for what GNU as lets pass.
/// </summary>
public class ProbeTests
{
    public static TheoryData<string, string> Probes() => ProbeTexts.Read("Accepted");

    public static TheoryData<string, string> Mistakes() => ProbeTexts.Read("Rejected");

    public static TheoryData<string, string> RepeatedMistakes() => ProbeTexts.Read("Once");

    public static TheoryData<string, string> Leniencies() => ProbeTexts.Read("Stricter");

    [GnuAsTheory]
    [MemberData(nameof(Probes))]
    public void Statements_equal_the_listing(string name, string text)
    {
        var (listing, messages) = GnuAs.Assemble(text);
        Assert.True(GnuAs.ErrorLines(messages).Count == 0, $"GNU as rejects the probe {name}: {messages}");
        var expected = GnuListing.Statements(listing);
        var own = new Assembler(new AssemblerOptions()).Assemble(GnuAs.Lines(text));
        Assert.DoesNotContain(own.Diagnostics, diagnostic => diagnostic.Descriptor.Severity == EntryGen.Asm.Diagnostics.AsmSeverity.Error);
        Assert.Equal(expected, ListedStatement.Of(own));
    }

    [GnuAsTheory]
    [MemberData(nameof(Mistakes))]
    public void Mistakes_are_found_on_the_same_lines(string name, string text)
    {
        var expected = GnuAs.ErrorLines(GnuAs.Assemble(text).Messages);
        Assert.True(expected.Count > 0, $"GNU as accepts the probe {name}");
        Assert.Equal(expected, Errors(text).Distinct().Order());
    }

    [GnuAsTheory]
    [MemberData(nameof(RepeatedMistakes))]
    public void A_mistake_that_GNU_as_reports_again_and_again_is_reported_once(string name, string text)
    {
        var expected = GnuAs.ErrorLines(GnuAs.Assemble(text).Messages);
        Assert.True(expected.Count > 0, $"GNU as accepts the probe {name}");
        Assert.Contains(Assert.Single(Errors(text)), expected);
    }

    [GnuAsTheory]
    [MemberData(nameof(Leniencies))]
    public void What_GNU_as_lets_pass_is_reported(string name, string text)
    {
        Assert.True(GnuAs.ErrorLines(GnuAs.Assemble(text).Messages).Count == 0, $"GNU as rejects the probe {name}");
        Assert.NotEmpty(Errors(text));
    }

    private static List<int> Errors(string text) =>
        [.. new Assembler(new AssemblerOptions()).Assemble(GnuAs.Lines(text)).Diagnostics
            .Where(diagnostic => diagnostic.Descriptor.Severity == EntryGen.Asm.Diagnostics.AsmSeverity.Error)
            .Select(diagnostic => diagnostic.Span!.Value.Line)];
}
