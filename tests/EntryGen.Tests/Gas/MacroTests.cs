using EntryGen.Asm.Gas;
using static EntryGen.Tests.Gas.GasHarness;

namespace EntryGen.Tests.Gas;

public class MacroTests
{
    private const string Show = ".macro SHOW a b=DEF c\n .ascii \"\\a|\\b|\\c\"\n.endm\n";

    [Theory]
    [InlineData("SHOW 1 2 3", "1|2|3")]
    [InlineData("SHOW 1, 2, 3", "1|2|3")]
    [InlineData("SHOW 1 , 2", "1|2|")]
    [InlineData("SHOW ,,5", "|DEF|5")]
    [InlineData("SHOW", "|DEF|")]
    [InlineData("SHOW a + b, c", "a+b|c|")]
    [InlineData("SHOW a -b, c", "a|-b|c")]
    [InlineData("SHOW 1 - 2", "1|-|2")]
    [InlineData("SHOW %rax %rbx", "%rax|%rbx|")]
    [InlineData("SHOW $1 $2", "$1|$2|")]
    [InlineData("SHOW (1 - 2) 3", "(1 - 2)3|DEF|")]
    [InlineData("SHOW 8(%rsp) %rdi", "8(%rsp)%rdi|DEF|")]
    [InlineData("SHOW ( 7*32+11)", "( 7*32+11)|DEF|")]
    [InlineData("SHOW (a,b)", "(a|b)|")]
    [InlineData("SHOW a (b)", "a|(b)|")]
    [InlineData("SHOW \"a, b; c\" d", "a, b; c|d|")]
    [InlineData("SHOW \"a\\\"b\" c", "a\\\"b|c|")]
    [InlineData("SHOW(zz)", "(zz)|DEF|")]
    [InlineData("SHOW c=3 a=1", "1|DEF|3")]
    [InlineData("SHOW 1, c=9", "1|DEF|9")]
    [InlineData("SHOW b=, a=4", "4|DEF|")]
    [InlineData("show 1", "1|DEF|")]
    public void Arguments_are_split_as_GNU_as_does(string call, string arguments) =>
        Assert.Equal($".ascii \"{arguments}\"", Expand(Show + call));

    [Fact]
    public void A_keyword_value_may_be_the_keyword_itself() =>
        Assert.Equal("mov type", Expand(".macro HINT type\n mov \\type\n.endm\nHINT type=type"));

    [Fact]
    public void The_longest_parameter_name_counts() =>
        Assert.Equal("mov %rbx,%rax", Expand(".macro M reg reg2\n mov \\reg2, \\reg\n.endm\nM %rax %rbx"));

    [Theory]
    [InlineData("\\zz", "\\zz")]
    [InlineData("\\a\\()b", "1b")]
    [InlineData("\\(a b)", "a b")]
    [InlineData("x&a y", "x1 y")]
    [InlineData("&zz", "&zz")]
    [InlineData("\\\\a", "\\1")]
    [InlineData("\\a.b \\a", "\\a.b 1")]
    public void Substitution_is_textual_even_in_strings(string body, string result) =>
        Assert.Equal($".ascii \"{result}\"", Expand($".macro M a\n .ascii \"{body}\"\n.endm\nM 1"));

    [Fact]
    public void Parameters_may_be_separated_by_commas_and_have_defaults_with_blanks() => Assert.Equal(
        ".ascii \"1,%rsp,(1+2),x y\"",
        Expand(".macro M, one, reg=%rsp sum = (1 + 2), text=\"x y\"\n .ascii \"\\one,\\reg,\\sum,\\text\"\n.endm\nM 1"));

    [Fact]
    public void A_vararg_takes_the_rest_of_the_line() =>
        Assert.Equal(".ascii \"1/2,3 4\"", Expand(".macro M a rest:vararg\n .ascii \"\\a/\\rest\"\n.endm\nM 1 2, 3 4"));

    [Fact]
    public void The_counter_counts_macro_calls_and_is_fixed_for_a_body() => Assert.Equal(
        ".L1:\n.byte 0\n.L2:\n.ascii \"0\"\n.L3:",
        Expand(".macro INNER\n.L\\@:\n.endm\n.macro OUTER\nINNER\n.rept 1\n.byte \\@\n.endr\nINNER\n.ascii \"\\@\"\n.endm\nOUTER\nINNER"));

    [Fact]
    public void Strings_bring_statements_labels_and_sections() => Assert.Equal(
        "771:\n999:\n.pushsection .notes\n.long 999b\n.popsection\ncall 772f",
        Expand(".macro RUN insns\n \\insns\n.endm\nRUN \"771: 999: .pushsection .notes; .long 999b; .popsection;; call 772f\""));

    [Fact]
    public void A_macro_may_define_macros() =>
        Assert.Equal(".byte 1\n.byte 2", Expand(".macro DEF n\n.macro GET_\\n\n .byte \\n\n.endm\n.endm\nDEF 1\nDEF 2\nGET_1\nget_2"));

    [Fact]
    public void A_body_that_is_never_used_may_be_anything() =>
        Assert.Equal("nop", Expand(".macro NEVER\n )(*& .if \"\n.endm\nnop"));

    [Fact]
    public void Exitm_leaves_the_macro_and_its_conditionals() =>
        Assert.Equal("nop\ncli\nnop\nsti\ncli", Expand(".macro M a\n nop\n.if \\a\n.exitm\n.endif\n sti\n.endm\nM 1\ncli\nM 0\ncli"));

    [Fact]
    public void Purgem_frees_the_name() =>
        Assert.Equal("nop\nsti", Expand(".macro M\nnop\n.endm\nM\n.purgem m\n.macro M\nsti\n.endm\nM"));

    [Fact]
    public void Repetitions_nest_and_rebind_labels() => Assert.Equal(
        "0:\n.byte v\nv =v+1\n0:\n.byte v\nv =v+1",
        Expand(".rept 2\n0 : .byte v\n v = v + 1\n.endr"));

    [Theory]
    [InlineData(".irp r, %rax, %rbx\npush \\r\n.endr", "push %rax\npush %rbx")]
    [InlineData(".irp r\npush \\r\n.endr", "push")]
    [InlineData(".irpc c, abc\n.byte \\c\n.endr", ".byte a\n.byte b\n.byte c")]
    [InlineData(".irpc c, a b\n.byte \\c\n.endr", ".byte a\n.byte b")]
    [InlineData(".rept 0\nnop\n.endr", "")]
    [InlineData(".rept 3\nnop\n.exitm\n.endr", "nop")]
    public void Repetitions(string text, string statements) => Assert.Equal(statements, Expand(text));

    [Fact]
    public void Alternate_syntax_replaces_bare_names_and_makes_local_ones() => Assert.Equal(
        ".LL0001:\n.byte 7,a\n.long .LL0001\n.LL0002:\n.byte 5,x,y\n.long .LL0002",
        Expand("""
            .altmacro
            .macro M v, text
            LOCAL here
            here: .byte v,text
            .long here
            .endm
            M %3+4, <a>
            M 5 <x,y>
            .noaltmacro
            """));

    [Fact]
    public void Frames_tell_who_called_from_where()
    {
        var listing = Assemble(".macro INNER\nnop\n.endm\n.macro OUTER\n INNER\n.endm\n\n OUTER");
        var statement = Assert.Single(listing.Statements);
        Assert.Equal(8, statement.Line);
        Assert.Equal(2, statement.Depth);
        Assert.Equal(["OUTER@t.S:8", "INNER@t.S:5"], statement.MacroStack());
    }

    [Fact]
    public void An_operand_that_came_through_an_argument_points_at_the_call()
    {
        const string text = ".macro M reg\n movq $5, \\reg\n.endm\n M reg=%rbx";
        var operands = Assert.Single(Assemble(text).Statements).Operands;
        var register = operands.SpanOf(operands.Text.IndexOf('%', StringComparison.Ordinal), 4)!.Value;
        Assert.Equal((4, 8), (register.Line, register.Column));
        Assert.Equal("%rbx", text.Substring(register.Start, register.Length));
        var immediate = operands.SpanOf(0, 2)!.Value;
        Assert.Equal((2, 7), (immediate.Line, immediate.Column));
    }

    [Fact]
    public void Macros_are_listed_with_parameters()
    {
        var macro = Assemble(".macro M a:req b=1 c:vararg\n.endm").Macros["m"];
        Assert.Equal("M", macro.Name);
        Assert.Equal([("a", MacroParameterKind.Required, ""), ("b", MacroParameterKind.Optional, "1"), ("c", MacroParameterKind.VarArg, "")],
            macro.Parameters.Select(parameter => (parameter.Name, parameter.Kind, parameter.Default.Text)));
    }
}
