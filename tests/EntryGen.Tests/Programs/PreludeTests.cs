using EntryGen.Asm;
using EntryGen.Asm.Instructions;
using Kind = EntryGen.Asm.ExternalKind;

namespace EntryGen.Tests.Programs;

public sealed class PreludeTests
{
    [Fact]
    public void It_produces_nothing_by_itself() => Assert.Empty(Assembled.Program("").Items);

    [Theory]
    [InlineData("#define X86_FEATURE_PTI 77\nALTERNATIVE \"\", \"lfence\", X86_FEATURE_PTI\nret", "PTI", 77)]
    [InlineData(".macro ALTERNATIVE a, b, c\nnop\n.endm\nALTERNATIVE \"\", \"lfence\", X86_FEATURE_PTI\nret", null, 0)]
    public void What_a_unit_defines_itself_wins(string text, string? feature, int number)
    {
        var program = Assembled.Program(text);
        Assert.Equal(feature is null ? [] : [new CpuFeature(feature, number, 0)], program.Features);
    }

    [Theory]
    [InlineData("UNWIND_HINT_REGS offset=8 extra=0")]
    [InlineData("UNWIND_HINT_IRET_REGS")]
    [InlineData("UNWIND_HINT_FUNC")]
    [InlineData("ANNOTATE_NOENDBR")]
    [InlineData("ANNOTATE_RETPOLINE_SAFE")]
    public void Notes_for_other_tools_take_any_arguments_and_are_no_code(string note) =>
        Assert.Equal(Op.Ret, Assert.Single(Assembled.Program($"{note}\nret").Instructions()).Info.Op);

    [Fact]
    public void Functions_code_and_data_have_symbols()
    {
        var program = Assembled.Program(
            "SYM_CODE_START(entry)\nENDBR\ncall helper\nSYM_INNER_LABEL(inner, SYM_L_GLOBAL)\nmovq PER_CPU_VAR(cpu_tss_rw + 20), %rsp\nASM_CLAC\nret\nSYM_CODE_END(entry)\n"
            + "SYM_FUNC_START_LOCAL(helper)\nret\nSYM_FUNC_END(helper)\n");
        Assert.Equal([("entry", true), ("helper", false), ("inner", true)], program.Symbols.Values.Select(symbol => (symbol.Name, symbol.IsGlobal)).OrderBy(symbol => symbol.Name));
        Assert.Equal(Kind.PerCpu, Assert.Single(program.Externals).Kind);
        Assert.Equal("SMAP", Assert.Single(program.Features).Name);
    }

    [Fact]
    public void Names_that_the_preprocessor_would_replace_can_be_given_back()
    {
        Assert.Equal("#undef ENDBR\n#undef X86_FEATURE_PTI\n", Prelude.MakeRoom(["ENDBR", "own", "ALTERNATIVE", "X86_FEATURE_PTI"]).Text);
    }
}
