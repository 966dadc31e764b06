using EntryGen.Asm;
using EntryGen.Asm.Instructions;
using EntryGen.Tests.Programs;
using Kind = EntryGen.Asm.ExternalKind;

namespace EntryGen.Tests.Instructions;

public sealed class OperandParserTests
{
    [Theory]
    [InlineData("(%rdi)", null, "rdi", null, 1, 0)]
    [InlineData("8(%rsp)", null, "rsp", null, 1, 8)]
    [InlineData("-8(%rsp)", null, "rsp", null, 1, -8)]
    [InlineData("152 -112(%rdi)", null, "rdi", null, 1, 40)]
    [InlineData("136 -128 +8(%rsp)", null, "rsp", null, 1, 16)]
    [InlineData("(3*8 + 1)(%rsp)", null, "rsp", null, 1, 25)]
    [InlineData("( 160 -128 )( %rsp )", null, "rsp", null, 1, 32)]
    [InlineData("(%rax,%rbx)", null, "rax", "rbx", 1, 0)]
    [InlineData("4(%rax,%rbx,8)", null, "rax", "rbx", 8, 4)]
    [InlineData("0x100(, %rcx, 8)", null, null, "rcx", 8, 0x100)]
    [InlineData("%gs:16(%rax)", "gs", "rax", null, 1, 16)]
    [InlineData("%gs:40", "gs", null, null, 1, 40)]
    [InlineData("%fs:(%rax)", "fs", "rax", null, 1, 0)]
    [InlineData("%ds:(%rax)", null, "rax", null, 1, 0)]
    [InlineData("8(% rip)", null, "rip", null, 1, 8)]
    [InlineData("0x1000", null, null, null, 1, 0x1000)]
    public void A_memory_operand_has_its_parts(string text, string? segment, string? @base, string? index, int scale, long displacement)
    {
        var memory = Assert.IsType<MemoryOperand>(Assembled.Instruction($"movq {text}, %rdx").Operands[0]);
        Assert.Equal((Named(segment), Named(@base), Named(index), scale, displacement), (memory.Segment, memory.Base, memory.Index, memory.Scale, memory.Displacement));
        Assert.Null(memory.Symbol);
    }

    [Theory]
    [InlineData("sym(%rip)", 0)]
    [InlineData("sym (% rip)", 0)]
    [InlineData("sym+8(%rip)", 8)]
    [InlineData("%gs:(sym + 22)(%rip)", 22)]
    [InlineData("%gs:sym + 22", 22)]
    [InlineData("sym(, %rcx, 8)", 0)]
    [InlineData("sym - 4", -4)]
    public void A_symbol_keeps_its_name_and_an_addend(string text, long addend)
    {
        var program = Assembled.Program($"movq {text}, %rdx");
        var memory = Assert.IsType<MemoryOperand>(program.Instructions()[0].Operands[0]);
        var external = Assert.Single(program.Externals);
        Assert.Equal((new SymbolReference("sym", external.Address), addend), (memory.Symbol, memory.Displacement));
        Assert.Equal(text.StartsWith("%gs") ? Kind.PerCpu : Kind.Data, external.Kind);
    }

    [Theory]
    [InlineData("movl $0xffffffff, %eax", -1)]
    [InlineData("movb $0xff, %al", -1)]
    [InlineData("andq $~0xfff, %rsp", -4096)]
    [InlineData("andq $0xfffffffffffff000, %rsp", -4096)]
    [InlineData("testl $(1 << 14)|(1 << 18), 8(%rsp)", 0x44000)]
    [InlineData("movabs $0x8000000000000000, %rax", long.MinValue)]
    [InlineData("int $0x80", 0x80)]
    [InlineData("bts $63, %rax", 63)]
    [InlineData("push $-2", -2)]
    public void An_immediate_is_sign_extended_from_its_width(string text, long value) =>
        Assert.Equal(value, Assert.IsType<ImmediateOperand>(Assembled.Instruction(text).Operands[0]).Value);

    [Theory]
    [InlineData("mov %ah, %dl", "ah", "dl")]
    [InlineData("mov %spl, %r15b", "spl", "r15b")]
    [InlineData("mov %R10D, %EAX", "r10d", "eax")]
    public void Registers_have_a_width(string text, string source, string destination) =>
        Assert.Equal([Named(source), Named(destination)], Assembled.Instruction(text).Operands.Cast<RegisterOperand>().Select(operand => operand.Register));

    [Fact]
    public void Text_of_an_operand_is_exact()
    {
        var instruction = Assembled.Instruction("  movq   8(%rax, %rbx) , %rcx");
        var spans = instruction.Operands.Select(operand => operand.Text.Span!.Value).ToList();
        Assert.Equal(["8(%rax, %rbx)", "%rcx"], spans.Select(span => span.Source.Text.Substring(span.Start, span.Length)));
        Assert.Equal([10, 26], spans.Select(span => span.Column));
    }

    [Fact]
    public void An_argument_of_a_macro_is_where_the_call_writes_it()
    {
        var program = Assembled.Program(".macro SAVE to\n movq %rax, \\to\n.endm\n SAVE to=%rbx\n");
        var span = program.Instructions()[0].Operands[1].Text.Span!.Value;
        Assert.Equal((4, 10, "%rbx"), (span.Line, span.Column, span.Source.Text.Substring(span.Start, span.Length)));
    }

    private static Register? Named(string? name) => name is null ? null : RegisterNames.Find(name);
}
