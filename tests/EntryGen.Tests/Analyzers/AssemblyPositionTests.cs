using EntryGen.Tests.Harness;
using Microsoft.CodeAnalysis;

namespace EntryGen.Tests.Analyzers;

/// <summary>A mistake in assembly is shown on the characters that are wrong, in literals of every form and in files.</summary>
public sealed class AssemblyPositionTests
{
    [Theory]
    [InlineData("\"{|EG0060:frobnicate|}\\n ret\"")]
    [InlineData("\"nop\\n\\t{|EG0060:frobnicate|} %rax\\n ret\"")]
    [InlineData("@\"nop\n  {|EG0060:frobnicate|}\n  ret\"")]
    [InlineData("\"\"\"{|EG0060:frobnicate|}; ret\"\"\"")]
    [InlineData("\"nop\\n\" + \"{|EG0060:frobnicate|}\\n\" + \"ret\"")]
    [InlineData("\"\"\"\n        nop\n          {|EG0060:frobnicate|}   %rax\n        ret\n        \"\"\"")]
    [InlineData("\"\"\"\r\n\t\tnop\r\n\r\n\t\t\t{|EG0060:frobnicate|}\r\n\t\tret\r\n\t\t\"\"\"")]
    public Task UnknownMnemonic_InAnEntry(string literal) => AnalyzerVerifier.VerifyAsync(
        "using EntryGen;\n[EntryCode]\nstatic partial class Unit\n{\n    [Entry(" + literal + ")]\n    public static partial Stop start(ref Cpu cpu);\n}\n");

    [Fact]
    public async Task UnknownMnemonicInAMacro_IsShownInTheMacroWithItsCalls()
    {
        var diagnostics = await AnalyzerVerifier.VerifyAsync(
            """"
            using EntryGen;

            [EntryCode]
            static partial class Unit
            {
                [Macro("reg:req")]
                const string INNER = """
                        {|EG0060:frobnicate|} \reg
                    """;

                [Macro]
                const string OUTER = "INNER %rax";

                [Entry("""
                        OUTER
                        ret
                    """)]
                public static partial Stop start(ref Cpu cpu);
            }
            """");

        Assert.Equal(["INNER %rax", "OUTER"], diagnostics.Single().AdditionalLocations.Select(WrittenAt));
    }

    [Fact]
    public Task UnknownMnemonicInAMacroUsedTwice_IsShownOnce() => AnalyzerVerifier.VerifyAsync(
        """
        using EntryGen;

        [EntryCode]
        static partial class Unit
        {
            [Macro]
            const string BAD = "{|EG0060:frobnicate|}";

            [Entry("BAD\n BAD\n ret")]
            public static partial Stop start(ref Cpu cpu);
        }
        """);

    [Fact]
    public Task MistakeInAnIncludedClass_IsShownThereOnce() => AnalyzerVerifier.VerifyAsync(
        """
        using EntryGen;

        [EntryCode]
        static partial class Shared
        {
            [Macro]
            public const string BAD = "{|EG0060:frobnicate|}";
        }

        [EntryCode(Include = [typeof(Shared)])]
        static partial class First
        {
            [Entry("BAD\n ret")]
            public static partial Stop first(ref Cpu cpu);
        }

        [EntryCode(Include = [typeof(Shared)])]
        static partial class Second
        {
            [Entry("BAD\n ret")]
            public static partial Stop second(ref Cpu cpu);
        }
        """);

    [Fact]
    public async Task MistakeInAFile_IsShownAtItsLineAndColumn()
    {
        var diagnostics = await AnalyzerVerifier.VerifyAsync(
            TestProject.Of("using EntryGen;\n[EntryCode(Source = \"entry.S\", Entries = [\"start\"])]\nstatic partial class Unit;\n")
                .WithFile("/p/entry.S", "#include \"calling.h\"\nstart:\n\tnop\n\t{|EG0060:frobnicate|} %rax\n\tBAD\n\tret\n")
                .WithFile("/p/calling.h", ".macro BAD\n\tnop; {|EG0060:frobnicatee|}\n.endm\n"));

        Assert.Equal(
            ["/p/calling.h: (1,6)-(1,17)", "/p/entry.S: (3,1)-(3,11)"],
            diagnostics.Select(diagnostic => diagnostic.Location.GetLineSpan().ToString()).Order());
    }

    [Fact]
    public Task HeaderReadByTwoUnits_IsShownOnce() => AnalyzerVerifier.VerifyAsync(
        TestProject.Of(
            """
            using EntryGen;

            [EntryCode(Source = "first.S", Entries = ["first"])]
            static partial class First;

            [EntryCode(Source = "second.S", Entries = ["second"])]
            static partial class Second;
            """)
            .WithFile("/p/first.S", "#include \"shared.h\"\nfirst: BAD\nret\n")
            .WithFile("/p/second.S", "#include \"shared.h\"\nsecond: BAD\nret\n")
            .WithFile("/p/shared.h", ".macro BAD\n\t{|EG0060:frobnicate|}\n.endm\n"));

    [Fact]
    public async Task UnknownMnemonic_IsAWarningThatAPragmaSuppresses()
    {
        const string Source = """
            using EntryGen;

            [EntryCode]
            static partial class Unit
            {
            #pragma warning disable EG0060
                [Entry("frobnicate\n ret")]
            #pragma warning restore EG0060
                public static partial Stop start(ref Cpu cpu);
            }
            """;

        Assert.Empty(await TestProject.Of(Source).AnalyzeAsync());
        var reported = await TestProject.Of(Source.Replace("#pragma", "// #pragma", StringComparison.Ordinal)).AnalyzeAsync();
        Assert.Equal(DiagnosticSeverity.Warning, Assert.Single(reported).DefaultSeverity);
    }

    [Fact]
    public Task MistakeInASignature_IsShownInTheAttribute() => AnalyzerVerifier.VerifyAsync(
        """
        using EntryGen;

        [EntryCode]
        static partial class Unit
        {
            [Macro("first:req second:{|EG0040:optional|}")]
            const string BAD = "nop";

            [Entry("ret")]
            public static partial Stop start(ref Cpu cpu);
        }
        """);

    private static string WrittenAt(Location location) => location.SourceTree!.GetText().ToString(location.SourceSpan);
}
