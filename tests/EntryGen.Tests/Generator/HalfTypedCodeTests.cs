using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Generator;

/// <summary>While a user types, every state of the text is input: the generator survives each, and what it writes compiles. <see cref="HalfTypedProjectTests"/> has the analyzer.</summary>
public sealed class HalfTypedCodeTests
{
    private const string Entry = """
        #define ZERO(reg) xorl reg, reg
        /* A comment. */
        .macro SAVE reg:req, more:vararg
            pushq \reg
            .ifnb \more
                SAVE \more
            .endif
        .endm
        SAVE %rax, %rbx
        ALTERNATIVE "jmp .Lend_\@", "", X86_FEATURE_PTI
        ZERO(%eax); movq $(1 << 12) | 0x3, PER_CPU_VAR(scratch)
        1:  lock btsq $3, 8(%rsp, %rcx, 4)
        .rept 2
            nop
        .endr
        .pushsection .rodata
        .asciz "text"
        .popsection
        jnz 1b
        .Lend_\@:
        iretq
        """;

    [Fact]
    public void EveryPrefixOfAnEntry_GeneratesCodeThatCompiles()
    {
        var units = Enumerable.Range(0, Entry.Length + 1).Select(length =>
            $"[EntryCode] static partial class Unit{length} {{ [Entry({Quote(Entry[..length])})] public static partial Stop start(ref Cpu cpu); }}");

        AssertAllCompile(units, Entry.Length + 1);
    }

    // A label that nothing follows yet: at the end of the last entry, in a section of its own, before data.
    [Theory]
    [InlineData("jmp 1f\n1:")]
    [InlineData("jz 1f\nret\n1:")]
    [InlineData("call 1f\nret\n1:")]
    [InlineData("jmp 1f\n.section .other, \"ax\"\n1:")]
    [InlineData("jmp 1f\n.section .other, \"ax\"\n1: .long 5")]
    public void ABranchToWhereNothingStands_GeneratesCodeThatCompiles(string assembly) =>
        AssertAllCompile([$"[EntryCode] static partial class Unit {{ [Entry({Quote(assembly)})] public static partial Stop start(ref Cpu cpu); }}"], 1);

    [Fact]
    public void AClassThatWasCopied_LeavesTheGeneratorRunning()
    {
        const string Class = "[EntryCode] static partial class Unit { [Entry(\"ret\")] public static partial Stop start(ref Cpu cpu); }\n";

        var output = TestProject.Of("using EntryGen;\n" + Class + Class).WithSource("Copy.cs", "using EntryGen;\n" + Class).Generate();

        Assert.Null(output.Result.Exception);
        Assert.Equal("Unit.g.cs", Assert.Single(output.Result.GeneratedSources).HintName);
    }

    [Fact]
    public void EveryPrefixOfAMacro_GeneratesCodeThatCompiles()
    {
        const string Signature = "first:req second=%rax, rest:vararg";
        var bodies = Enumerable.Range(0, Entry.Length / 3).Select(index => (Signature, Body: Entry[..(index * 3)]));
        var signatures = Enumerable.Range(0, Signature.Length).Select(length => (Signature: Signature[..length], Body: "movq \\first, \\second"));
        var units = bodies.Concat(signatures).Select((macro, index) =>
            $"[EntryCode] static partial class Unit{index} {{ [Macro({Quote(macro.Signature)})] const string MACRO = {Quote(macro.Body)}; "
            + "[Entry(\"MACRO %rbx\\n ret\")] public static partial Stop start(ref Cpu cpu); }");

        AssertAllCompile(units, (Entry.Length / 3) + Signature.Length);
    }

    [Fact]
    public void EveryPrefixOfAFile_GeneratesCodeThatCompiles()
    {
        var lengths = Enumerable.Range(0, Entry.Length / 2).Select(index => index * 2).ToList();
        var project = TestProject.Of("using EntryGen;\n" + string.Join("\n", lengths.Select(length =>
            $"[EntryCode(Source = \"p{length}.S\", Entries = [\"start\"])] static partial class Unit{length};")));
        project = lengths.Aggregate(project, (current, length) => current.WithFile($"/p/p{length}.S", "start:\n" + Entry[..length]));

        var output = project.Generate();

        Assert.Empty(output.Problems);
        Assert.Equal(lengths.Count, output.Result.GeneratedSources.Length);
    }

    [Fact]
    public void EveryPrefixOfACSharpFile_LeavesTheGeneratorRunning()
    {
        const string Source = """"
            using EntryGen;
            [EntryCode(Source = null, Entries = ["a"], Include = [typeof(Unit)], Defines = ["A=1"])]
            static partial class Unit
            {
                const int BIT = 12;
                [PerCpu(Offset = 8, UserMapped = true)]
                public static partial PerCpu<ushort> mask { get; }
                [Macro("reg:req")]
                const string TEST = """
                    btq $BIT, \reg
                    """;
                [Entry("TEST %rax\n ret", Kind = EntryKind.Nmi)]
                public static partial Stop start(ref Cpu cpu);
                [CFunction]
                static void helper(ref Cpu cpu) => cpu.Rax = 0;
            }
            """";

        for (var length = 0; length <= Source.Length; length += 3)
        {
            var output = TestProject.Of(Source[..length]).Generate();

            Assert.Null(output.Result.Exception);
            Assert.DoesNotContain(output.Problems, problem => problem.Location.SourceTree?.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) == true);
        }
    }

    private static void AssertAllCompile(IEnumerable<string> units, int count)
    {
        var output = TestProject.Of("using EntryGen;\n" + string.Join("\n", units)).Generate();

        Assert.Empty(output.Problems);
        Assert.Equal(count, output.Result.GeneratedSources.Length);
    }

    private static string Quote(string text) => Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(text, quote: true);
}
