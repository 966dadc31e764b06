using EntryGen.Asm.Units;
using EntryGen.Tests.Harness;
using Microsoft.CodeAnalysis;

namespace EntryGen.Tests.Analyzers;

/// <summary>What the rules find is shown on the exact characters, with the way there, in C# and in files.</summary>
public sealed class RuleDiagnosticsTests
{
    private const string Entry = """"
        using EntryGen;

        [EntryCode]
        static partial class Unit
        {
            [Macro("function:req")]
            const string INVOKE = """
                    {|EG2009:call   \function|}
                """;

            [Entry("""
                    swapgs
                    mov     $top, %rsp
                    testl   %eax, %eax
                    jz      1f
                    INVOKE  first
                1:
                    ud2
                """, Kind = EntryKind.Int80)]
            public static partial Stop start(ref Cpu cpu);
        }
        """";

    [Fact]
    public async Task AFindingInAMacro_LeadsThroughItsCallAndItsPath()
    {
        var found = Assert.Single(await AnalyzerVerifier.VerifyAsync(Entry));

        Assert.Equal(["INVOKE  first", "swapgs"], found.AdditionalLocations.Select(WrittenAt));
        Assert.EndsWith("CLD must come before. (In start.)", found.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Equal(("EntryGen.State", DiagnosticSeverity.Warning), (found.Descriptor.Category, found.DefaultSeverity));
        Assert.EndsWith("docs/rules/EG2009.md", found.Descriptor.HelpLinkUri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Call", "")]
    [InlineData("Syscall", "EG2008")]
    [InlineData("Int80", "EG2009")]
    [InlineData("Interrupt", "EG2009")]
    [InlineData("Nmi", "EG2009")]
    public async Task TheKindOfAnEntryDecidesWhatItsCodeMayDo(string kind, string expected)
    {
        var project = TestProject.Of(
            "using EntryGen;\n[EntryCode]\nstatic partial class Unit\n{\n    [Entry(\"push %rax\\n call f\\n pop %rax\\n ud2\", Kind = EntryKind." + kind + ")]\n    public static partial Stop start(ref Cpu cpu);\n}\n");
        var ids = (await project.AnalyzeAsync()).Select(found => found.Id).ToList();
        Assert.True(expected.Length == 0 ? ids.Count == 0 : ids.Contains(expected), string.Join(' ', ids));
    }

    [Fact]
    public async Task FeaturesAreNamed()
    {
        var found = Assert.Single(await AnalyzerVerifier.VerifyAsync(
            """
            using EntryGen;

            [EntryCode]
            static partial class Unit
            {
                [Entry("ALTERNATIVE \"\", \"swapgs\", X86_FEATURE_SMAP\n {|EG2001:mov %rsp, %gs:cpu_tss_rw|}\n ud2", Kind = EntryKind.Syscall)]
                public static partial Stop start(ref Cpu cpu);
            }
            """));
        Assert.EndsWith("(In start, with !SMAP.)", found.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public async Task InAFileTheNameOfAnEntrySaysHowItIsReached()
    {
        var diagnostics = await AnalyzerVerifier.VerifyAsync(
            TestProject.Of("using EntryGen;\n[EntryCode(Source = \"entry.S\", Entries = [\"asm_int80_emulation\", \"helper\"])]\nstatic partial class Unit;\n")
                .WithFile("/p/entry.S", "asm_int80_emulation:\n\tswapgs\n\tmov $top, %rsp\n\t{|EG2009:call\tf|}\n\tud2\nhelper:\n\tcall\tf\n\tret\n"));
        Assert.Equal("/p/entry.S: (3,1)-(3,7)", Assert.Single(diagnostics).Location.GetLineSpan().ToString());
    }

    [Fact]
    public async Task TwoUnitsThatReadAFileShowItsFindingOnce() => await AnalyzerVerifier.VerifyAsync(
        TestProject.Of("using EntryGen;\n[EntryCode(Source = \"a.S\", Entries = [\"a\"])]\nstatic partial class A;\n[EntryCode(Source = \"b.S\", Entries = [\"b\"])]\nstatic partial class B;\n")
            .WithFile("/p/a.S", "#include \"calling.h\"\na:\n\tret\n")
            .WithFile("/p/b.S", "#include \"calling.h\"\nb:\n\tret\n")
            .WithFile("/p/calling.h", ".macro M reg {|EG1003:unused|}\n\tpush \\reg\n.endm\n"));

    [Fact]
    public async Task AFindingOfSeveralUnits_NamesTheEntriesOfAll()
    {
        var found = Assert.Single(await AnalyzerVerifier.VerifyAsync(Shared("{|EG2009:call\t\\f|}")));
        Assert.EndsWith("(In asm_a, asm_b.)", found.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASuppressionThatOneUnitNeedsIsNeeded() =>
        await AnalyzerVerifier.VerifyAsync(Shared("call\t\\f\t# entrygen-disable EG2009: that is how it is"));

    [Fact]
    public async Task ASuppressionThatNoUnitNeedsIsAFinding() =>
        await AnalyzerVerifier.VerifyAsync(Shared("cld; call\t\\f\t# {|EG0081:entrygen-disable EG2009: that is how it is|}"));

    private static TestProject Shared(string call) => TestProject.Of(
        "using EntryGen;\n[EntryCode(Source = \"a.S\")]\nstatic partial class A\n{\n    [Entry(Kind = EntryKind.Int80)]\n    public static partial Stop asm_a(ref Cpu cpu);\n}\n"
        + "[EntryCode(Source = \"b.S\")]\nstatic partial class B\n{\n    [Entry(Kind = EntryKind.Int80)]\n    public static partial Stop asm_b(ref Cpu cpu);\n}\n")
        .WithFile("/p/a.S", "#include \"calling.h\"\nasm_a:\n\tswapgs\n\tmov $top, %rsp\n\tINVOKE f\n\tud2\n")
        .WithFile("/p/b.S", "#include \"calling.h\"\nasm_b:\n\tswapgs\n\tmov $top, %rsp\n\tINVOKE f\n\tud2\n")
        .WithFile("/p/calling.h", ".macro INVOKE f\n\t" + call + "\n.endm\n");

    [Theory]
    [InlineData("call f // entrygen-disable EG2009: the handler does not care", 0)]
    [InlineData("call f // entrygen-disable EG2003: another rule", 2)]
    public async Task ACommentSuppressesInALiteral(string call, int expected)
    {
        var project = TestProject.Of(
            "using EntryGen;\n[EntryCode]\nstatic partial class Unit\n{\n    [Entry(\"\"\"\n            swapgs\n            mov $top, %rsp\n            " + call
            + "\n            ud2\n        \"\"\", Kind = EntryKind.Int80)]\n    public static partial Stop start(ref Cpu cpu);\n}\n");
        Assert.Equal(expected, (await project.AnalyzeAsync()).Length);
    }

    [Fact]
    public async Task WhatKernelsDoOnPurposeIsFoundInClassesAndInFilesThatAskForIt()
    {
        const string Order = "movq %cr3, %rsp\n andq $~0x1800, %rsp\n movq %rsp, %cr3\n swapgs\n ud2\n";
        var inClass = TestProject.Of(
            "using EntryGen;\n[EntryCode]\nstatic partial class Unit\n{\n    [Entry(\"" + Order.Replace("\n", "\\n", StringComparison.Ordinal) + "\", Kind = EntryKind.Syscall)]\n    public static partial Stop start(ref Cpu cpu);\n}\n");
        var inFile = TestProject.Of("using EntryGen;\n[EntryCode(Source = \"entry.S\", Entries = [\"entry_SYSCALL_64\"])]\nstatic partial class Unit;\n")
            .WithFile("/p/entry.S", "entry_SYSCALL_64:\n " + Order);
        var asked = inFile.Generate().Compilation;
        asked = asked.WithOptions(asked.Options.WithSyntaxTreeOptionsProvider(new GlobalSeverity("EG2029", ReportDiagnostic.Warn)));

        Assert.Equal(["EG2029"], (await inClass.AnalyzeAsync()).Select(found => found.Id));
        Assert.Empty(await inFile.AnalyzeAsync());
        Assert.Equal(["EG2029"], (await inFile.AnalyzeAsync(asked)).Select(found => found.Id));
    }

    [Fact]
    public async Task APragmaSuppressesInCSharp()
    {
        var text = MarkedText.Parse(Entry).Text.Replace("    const string INVOKE", "#pragma warning disable EG2009\n    const string INVOKE", StringComparison.Ordinal);
        Assert.Empty(await TestProject.Of(text).AnalyzeAsync());
    }

    [Theory]
    [InlineData("    const string INVOKE", "EG2009", true)]
    [InlineData("static partial class", "EG2009:C function is called with DF unknown", true)]
    [InlineData("    const string INVOKE", "EG2010", false)]
    public async Task AnAttributeWithAReasonSuppressesInCSharp(string member, string rule, bool isSuppressed)
    {
        var attribute = $"[System.Diagnostics.CodeAnalysis.SuppressMessage(\"EntryGen\", \"{rule}\", Justification = \"The function clears DF itself.\")] ";
        var text = MarkedText.Parse(Entry).Text;
        var at = text.IndexOf(member, StringComparison.Ordinal);
        Assert.True(at >= 0);

        var found = await TestProject.Of(text.Insert(at, attribute)).AnalyzeAsync();

        Assert.Equal(isSuppressed ? [] : ["EG2009"], found.Select(diagnostic => diagnostic.Id));
    }

    [Fact]
    public async Task AnUnrelatedEditChecksNothingAgain()
    {
        var project = TestProject.Of(MarkedText.Parse(Entry).Text);
        await project.AnalyzeAsync();
        var (reads, checks) = (project.Readings.Reads, project.Readings.Checks);

        await project.WithSource("Other.cs", "class Other;").WithFile("/p/other.S", "nop").AnalyzeAsync();

        Assert.Equal((1, 1), (reads, checks));
        Assert.Equal((reads, checks), (project.Readings.Reads, project.Readings.Checks));
    }

    [Fact]
    public void ACancelledCheckLeavesNothingBehind()
    {
        var unit = new UnitDeclaration { Name = "Unit", Key = "Unit", Entries = new([new EntryDeclaration("start", "Int80", "swapgs\n call f\n ud2")]) };
        var inputs = new UnitInputs(unit, default, default);
        var readings = new UnitReadings();
        readings.Read(inputs);

        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => readings.Check(inputs, source.Token));
        Assert.Contains(readings.Check(inputs), found => found.Diagnostic.Id == "EG2009");
    }

    private static string WrittenAt(Location location) => location.SourceTree!.GetText().ToString(location.SourceSpan);

    // What a .globalconfig says, as the compiler hands it over.
    private sealed class GlobalSeverity(string id, ReportDiagnostic severity) : SyntaxTreeOptionsProvider
    {
        public override GeneratedKind IsGenerated(SyntaxTree tree, CancellationToken cancellationToken) => GeneratedKind.Unknown;

        public override bool TryGetDiagnosticValue(SyntaxTree tree, string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic found) => Get(diagnosticId, out found);

        public override bool TryGetGlobalDiagnosticValue(string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic found) => Get(diagnosticId, out found);

        private bool Get(string diagnosticId, out ReportDiagnostic found)
        {
            found = severity;
            return diagnosticId == id;
        }
    }
}
