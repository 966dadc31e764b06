using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Suppressions;
using EntryGen.Asm.Text;
using EntryGen.Testing;

namespace EntryGen.Tests.Suppressions;

/// <summary>Comments that suppress findings: their forms, the lines they speak of, and what is said when they are wrong or not needed.</summary>
public class SuppressionTests
{
    // A word that is no instruction: a warning to whoever suppresses it, at the word.
    private const string Finding = "\tfrob\n";

    [Theory]
    [InlineData("\tfrob // entrygen-disable EG0060: why\n")]
    [InlineData("\tfrob # entrygen-disable EG0060: why\n")]
    [InlineData("\tfrob /* entrygen-disable EG0060: why */\n")]
    [InlineData("\tfrob /* other */ // entrygen-disable EG0060: why\n")]
    [InlineData("/* entrygen-disable EG0060: why */ frob\n")]
    [InlineData("// entrygen-disable EG0060: why\n\tfrob\n")]
    [InlineData("# entrygen-disable EG0060: why\n\tfrob\n")]
    [InlineData("\t# entrygen-disable EG0060: why\n\n\t/* more */\n# and more\n#if 1\n\tfrob\n#endif\n")]
    [InlineData("/*\n * entrygen-disable EG0060: why\n * is said here\n */\n\tfrob\n")]
    [InlineData("/** entrygen-disable EG0060: why */\r\n\tfrob\r\n")]
    [InlineData("// entrygen-disable EG0060 EG0063: why\n\tfrob; mov $1, (%rax)\n")]
    [InlineData("// entrygen-disable EG0060, EG0063: why\n\tfrob; mov $1, (%rax)\n")]
    [InlineData("// entrygen-disable EG0060: why\n// entrygen-disable EG0063: why\n\tfrob; mov $1, (%rax)\n")]
    [InlineData("// entrygen-disable-begin EG0060: why\n\tfrob\n\tfrob\n// entrygen-disable-end EG0060\n")]
    [InlineData("// entrygen-disable-begin EG0060: why\n// entrygen-disable-begin EG0063: why\n\tfrob\n\tmov $1, (%rax)\n// entrygen-disable-end\n// entrygen-disable-end\n")]
    [InlineData(".macro M\n\tfrob // entrygen-disable EG0060: why\n.endm\n\tM\n\tM\n")]
    [InlineData(".macro M\n\tfrob\n.endm\n\tM // entrygen-disable EG0060: why\n")]
    [InlineData(".macro M\n\tfrob\n.endm\n.macro N\n\tM\n.endm\n\tN // entrygen-disable EG0060: why\n")]
    [InlineData("#define FROB frob\n\tFROB // entrygen-disable EG0060: why\n")]
    [InlineData("#define FROB /* entrygen-disable EG0060: why */ frob\n\tFROB\n\tFROB\n")]
    [InlineData("\tfrob \\\n  %rax // entrygen-disable EG0060: why\n")]
    public void Suppressed(string text)
    {
        Assert.Empty(Visible(text));
        Assert.All(Check(text), finding => Assert.StartsWith("why", finding.Suppression!.Reason, StringComparison.Ordinal));
        Assert.NotEmpty(Check(text));
    }

    [Theory]
    [InlineData("\t.ascii \"// entrygen-disable EG0060: why\"\n" + Finding)]
    [InlineData("/* see entrygen-disable EG0060: why */\n" + Finding)]
    [InlineData("// // entrygen-disable EG0060: why\n" + Finding)]
    [InlineData("/* \n // entrygen-disable EG0060: why\n*/\n" + Finding)]
    public void What_is_no_suppression_is_none(string text) => Assert.Equal(["EG0060"], Visible(text).Select(finding => finding.Id));

    [Theory]
    [InlineData("// entrygen-disable EG0060: why\n\tnop\n" + Finding, "EG0060", "EG0081")]
    [InlineData("\tnop // entrygen-disable EG0060: why\n" + Finding, "EG0060", "EG0081")]
    [InlineData("// entrygen-disable EG0063: why\n" + Finding, "EG0060", "EG0081")]
    [InlineData(Finding + "// entrygen-disable EG0060: why\n", "EG0060", "EG0081")]
    [InlineData("// entrygen-disable EG0060, EG0063: why\n" + Finding, "EG0081")]
    [InlineData("#if 0\n// entrygen-disable EG0060: why\n\tfrob\n#endif\n\tnop\n")]
    [InlineData(".macro M\n\tfrob // entrygen-disable EG0060: why\n.endm\n\tnop\n")]
    public void What_is_not_needed_is_said(string text, params string[] expected) => Assert.Equal(expected, Visible(text).Select(finding => finding.Id));

    [Theory]
    [InlineData("// entrygen-disable EG0060\n", "A suppression says why: 'entrygen-disable EGxxxx: reason'.")]
    [InlineData("// entrygen-disable EG0060:\n", "A suppression says why: 'entrygen-disable EGxxxx: reason'.")]
    [InlineData("/* entrygen-disable EG0060: */\n", "A suppression says why: 'entrygen-disable EGxxxx: reason'.")]
    [InlineData("// entrygen-disable\n", "A suppression names the rules: 'entrygen-disable EGxxxx: reason'.")]
    [InlineData("// entrygen-disable: why\n", "A suppression names the rules: 'entrygen-disable EGxxxx: reason'.")]
    [InlineData("// entrygen-disable EG2999: why\n", "There is no rule 'EG2999'.")]
    [InlineData("// entrygen-disable EG0064: why\n", "EG0064 cannot be suppressed: without it the code could not be read.")]
    [InlineData("// entrygen-disable EG0081: why\n", "EG0081 cannot be suppressed: correct the comment instead.")]
    [InlineData("// entrygen-disabel EG0060: why\n", "'entrygen-disabel' is no suppression. Did you mean 'disable'?")]
    [InlineData("// entrygen-\n", "'entrygen-' is no suppression. Write 'entrygen-disable EGxxxx: reason'.")]
    [InlineData("// entrygen-disable-end\n", "No suppression is open here; 'entrygen-disable-begin' opens one.")]
    [InlineData("// entrygen-disable-begin EG0060: why\n", "This suppression is not ended; write 'entrygen-disable-end' where it should.")]
    public void What_is_wrong_is_said_at_the_comment(string comment, string message)
    {
        var problem = Assert.Single(Visible("\tnop\n\t" + comment), finding => finding.Id == "EG0080");
        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal((2, comment.IndexOf("entrygen", StringComparison.Ordinal) + 2), (problem.Span!.Value.Line, problem.Span.Value.Column));
    }

    [Fact]
    public void An_end_of_other_rules_ends_nothing()
    {
        var problems = Visible("// entrygen-disable-begin EG0060: why\n\tfrob\n// entrygen-disable-end EG0063\n").Where(finding => finding.Id == "EG0080").Select(finding => finding.Message);
        Assert.Equal(
            ["No suppression of EG0063 is open here; the last one is of EG0060.", "This suppression is not ended; write 'entrygen-disable-end' where it should."],
            problems);
    }

    [Theory]
    [InlineData("EG0080")]
    [InlineData("EG0081")]
    public void The_example_of_a_page_shows_the_rule_and_the_fix_nothing(string id)
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "rules", id + ".md"));
        var blocks = page.Split("```asm\n").Skip(1).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]).ToList();
        Assert.Equal([id], Visible(blocks[0]).Select(found => found.Id));
        Assert.Empty(Visible(blocks[1]));
    }

    [Fact]
    public void A_header_has_its_own()
    {
        var (listing, findings) = Read("#include \"a.h\"\n\tfrob\n", "a.h", "\tfrob // entrygen-disable EG0060: why\n");
        var left = SuppressionSet.Read([listing]).Apply(findings);
        Assert.Equal([(false, "test.S:2:2"), (true, "a.h:1:2")], left.Select(finding => (finding.Suppression is not null, finding.Span.ToString()!)).Order());
    }

    [Fact]
    public void Rules_that_were_not_looked_for_are_not_judged()
    {
        var (listing, _) = Read("// entrygen-disable EG2001, EG0060: why\n\tnop\n");
        var used = new List<Suppression>();
        var found = SuppressionSet.Read([listing]).Apply([], rule => rule == "EG0060", used);
        Assert.Equal("EG0060 is not found here; take the suppression away.", Assert.Single(found).Message);
        Assert.Empty(used);
    }

    [Fact]
    public void Any_text_can_be_read()
    {
        var random = new Random(20261121);
        string[] pieces = ["// ", "/*", "*/", "# ", "\"", "\\", "\n", "\r\n", "entrygen-disable", "entrygen-disable-begin", "entrygen-disable-end", " EG0060", ": why", "nop", "*", "\t", "#define X"];
        for (var i = 0; i < 5000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => pieces[random.Next(pieces.Length)]));
            var source = new SourceText("test.S", text);
            var (ranges, problems) = SuppressionReader.Read(source);
            Assert.All(ranges, range => Assert.True(range.Start >= 0 && range.Start <= range.End && range.End <= text.Length, text));
            Assert.All(problems.Select(problem => problem.Span!.Value).Concat(ranges.Select(range => range.Suppression.Comment)), span => Assert.True(span.Start + span.Length <= text.Length, text));
        }
    }

    private static IEnumerable<AsmDiagnostic> Visible(string text) => Check(text).Where(finding => finding.Suppression is null);

    private static IReadOnlyList<AsmDiagnostic> Check(string text)
    {
        var (listing, findings) = Read(text);
        return SuppressionSet.Read([listing]).Apply(findings);
    }

    private static (AssemblyListing Listing, IReadOnlyList<AsmDiagnostic> Findings) Read(string text, string name = "", string header = "")
    {
        var listing = AsmReader.Read(new SourceText("test.S", text), new ReaderOptions(), new Header(name, header));
        var program = ProgramBuilder.Build([new ProgramUnit("test.S", listing, listing.PreprocessorMacros!)], new ProgramOptions());
        return (listing, [.. listing.Diagnostics, .. program.Diagnostics]);
    }

    private sealed class Header(string name, string text) : ISourceResolver
    {
        public SourceText? TryRead(string path) => path == name && name.Length > 0 ? new SourceText(path, text) : null;
    }
}
