using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Analyzers;

/// <summary>Comments that suppress findings, as the compiler takes them: in files that units share, and in literals.</summary>
public sealed class SuppressionCommentTests
{
    private const string Header = ".macro ZERO to\n\tmov\t$0, \\to // entrygen-disable EG0063: nobody looks at the size\n.endm\n";

    [Fact]
    public async Task A_comment_in_a_shared_header_is_needed_when_one_unit_needs_it()
    {
        var project = TestProject.Of("""
            using EntryGen;
            [EntryCode(Source = "a.S", Entries = ["f"])] static partial class Needs;
            [EntryCode(Source = "b.S", Entries = ["f"])] static partial class DoesNot;
            """)
            .WithFile("/p/a.S", "#include \"zero.h\"\nf:\tZERO\t(%rax)\n\tret\n")
            .WithFile("/p/b.S", "#include \"zero.h\"\nf:\tZERO\t%rax\n\tret\n")
            .WithFile("/p/zero.h", Header);

        Assert.Empty(await project.AnalyzeAsync());
    }

    [Fact]
    public async Task A_comment_in_a_header_that_no_unit_needs_is_shown_there_once()
    {
        const string Source = "#include \"zero.h\"\nf:\tZERO\t%rax\n\tret\n";
        var project = TestProject.Of("""
            using EntryGen;
            [EntryCode(Source = "a.S", Entries = ["f"])] static partial class One;
            [EntryCode(Source = "b.S", Entries = ["f"])] static partial class Other;
            """)
            .WithFile("/p/a.S", Source)
            .WithFile("/p/b.S", Source)
            .WithFile("/p/zero.h", Header);

        var unused = Assert.Single(await project.AnalyzeAsync());
        Assert.Equal(("EG0081", "/p/zero.h"), (unused.Id, unused.Location.GetLineSpan().Path));
        Assert.Equal("entrygen-disable EG0063: nobody looks at the size", Header.Substring(unused.Location.SourceSpan.Start, unused.Location.SourceSpan.Length));
    }

    [Fact]
    public Task A_comment_in_a_literal_speaks_of_its_line() => AnalyzerVerifier.VerifyAsync(""""
        using EntryGen;
        [EntryCode]
        static partial class Unit
        {
            [Macro("to")]
            const string ZERO = """
                mov $0, \to // entrygen-disable EG0063: nobody looks at the size
                """;

            [Entry("""
                ZERO (%rax)
                ret
                """)]
            public static partial Stop start(ref Cpu cpu);
        }
        """");
}
