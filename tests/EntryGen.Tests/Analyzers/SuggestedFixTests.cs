using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Analyzers;

/// <summary>Fixes of rules are made in the form of the literal or file that the finding is in.</summary>
public sealed class SuggestedFixTests
{
    // DF is as the user left it when C code is called: CLD is missing.
    [Theory]
    [InlineData("\"\"\"\n        swapgs\n        mov  $top, %rsp\n          call f  // why\n        ud2\n        \"\"\"", "\"\"\"\n        swapgs\n        mov  $top, %rsp\n          cld\n          call f  // why\n        ud2\n        \"\"\"")]
    [InlineData("\"\"\"\r\n\t\tswapgs\r\n\t\tmov $top, %rsp\r\n\r\n\t\tcall f\r\n\t\tud2\r\n\t\t\"\"\"", "\"\"\"\r\n\t\tswapgs\r\n\t\tmov $top, %rsp\r\n\r\n\t\tcld\r\n\t\tcall f\r\n\t\tud2\r\n\t\t\"\"\"")]
    [InlineData("\"swapgs\\n mov $top, %rsp\\n call f\\n ud2\"", "\"swapgs\\n mov $top, %rsp\\n cld\\n call f\\n ud2\"")]
    [InlineData("\"swapgs; mov $top, %rsp; call f; ud2\"", "\"swapgs; mov $top, %rsp; cld; call f; ud2\"")]
    [InlineData("\"\"\"swapgs; mov $top, %rsp; call f; ud2\"\"\"", "\"\"\"swapgs; mov $top, %rsp; cld; call f; ud2\"\"\"")]
    [InlineData("@\"swapgs\n mov $top, %rsp\n call f\n ud2\"", "@\"swapgs\n mov $top, %rsp\n cld\n call f\n ud2\"")]
    [InlineData("\"swapgs\\n\" + \" mov $top, %rsp\\n\" + \"\\tcall f\\n\" + \" ud2\"", "\"swapgs\\n\" + \" mov $top, %rsp\\n\" + \"\\tcld\\n\\tcall f\\n\" + \" ud2\"")]
    public async Task AnInstructionIsAddedInTheFormOfTheLiteral(string before, string after)
    {
        var fixedProject = await CodeFixRunner.FixFirstAsync(TestProject.Of(Int80(before)));
        Assert.Equal(Int80(after), fixedProject.Sources["Test.cs"]);
        Assert.Empty(await fixedProject.AnalyzeAsync());
    }

    [Fact]
    public async Task ATitleSaysWhatIsDone() => Assert.Equal(["Add 'cld' before 'call f'"], await CodeFixRunner.OfferedAsync(TestProject.Of(Int80("\"swapgs; mov $top, %rsp; call f; ud2\""))));

    [Fact]
    public async Task ALiteralWhoseCharactersAreNotKnownHasNoFix()
    {
        var project = TestProject.Of(Int80("$\"swapgs; mov $top, %rsp; {\"call f\"}; ud2\""));
        Assert.Equal(["EG2009"], (await project.AnalyzeAsync()).Select(found => found.Id));
        Assert.Empty(await CodeFixRunner.OfferedAsync(project));
    }

    [Fact]
    public async Task ArgumentsAreNamedEverywhereAtOnce()
    {
        const string Before = """"
            using EntryGen;

            [EntryCode]
            static partial class Unit
            {
                [Macro("scratch_reg:req save_reg:req")]
                const string SAVE = """
                        mov     %cr3, \scratch_reg
                        mov     \scratch_reg, \save_reg
                    """;

                [Macro("save_reg:req")]
                const string RESTORE = "mov \\save_reg, %cr3";

                [Entry("""
                        SAVE    scratch_reg=%rax save_reg=%rcx
                        RESTORE %rcx            // the seed
                        SAVE    %rax, %rdx
                        RESTORE save_reg=%rdx
                        ret
                    """)]
                public static partial Stop start(ref Cpu cpu);
            }
            """";
        var project = TestProject.Of(Before).WithSource("File.cs", "using EntryGen;\n[EntryCode(Source = \"entry.S\", Entries = [\"start\"])]\nstatic partial class FromFile;\n")
            .WithFile("/p/entry.S", ".macro RESTORE save_reg:req\n\tmov \\save_reg, %cr3\n.endm\nstart:\n\tRESTORE save_reg=%rax\n\tRESTORE %rcx\n\tret\n");

        var after = await CodeFixRunner.FixAllAsync(project);

        Assert.Equal(
            Before.Replace("RESTORE %rcx ", "RESTORE save_reg=%rcx ", StringComparison.Ordinal).Replace("%rax, %rdx", "scratch_reg=%rax, save_reg=%rdx", StringComparison.Ordinal),
            after.Sources["Test.cs"]);
        Assert.EndsWith("\tRESTORE save_reg=%rax\n\tRESTORE save_reg=%rcx\n\tret\n", after.Files["/p/entry.S"], StringComparison.Ordinal);
        Assert.Empty(await CodeFixRunner.OfferedAsync(after));
    }

    [Fact]
    public async Task AFixInAMacroIsMadeInTheMacro()
    {
        const string Text = """
            using EntryGen;

            [EntryCode]
            static partial class Unit
            {
                [Macro("function")]
                const string INVOKE = "call \\function";

                [Entry("swapgs; mov $top, %rsp; INVOKE f; ud2", Kind = EntryKind.Int80)]
                public static partial Stop start(ref Cpu cpu);
            }
            """;
        var after = await CodeFixRunner.FixFirstAsync(TestProject.Of(Text));
        Assert.Equal(Text.Replace("\"call \\\\function\"", "\"cld\\ncall \\\\function\"", StringComparison.Ordinal), after.Sources["Test.cs"]);
    }

    private static string Int80(string literal) =>
        "using EntryGen;\n[EntryCode]\nstatic partial class Unit\n{\n    [Entry(" + literal + ", Kind = EntryKind.Int80)]\n    public static partial Stop start(ref Cpu cpu);\n}\n";
}
