using EntryGen.Asm;
using EntryGen.Asm.Instructions;

namespace EntryGen.Tests.Programs;

public sealed class RawCodeTests
{
    [Theory]
    [InlineData(".byte 0x0f,0x01,0xca", Op.Clac)]
    [InlineData(".byte 0x0f,0x01,0xcb", Op.Stac)]
    [InlineData(".byte 0xf3,0x0f,0x01,0xca", Op.Eretu)]
    [InlineData(".byte 0xf2,0x0f,0x01,0xca", Op.Erets)]
    [InlineData(".byte 0xf3; .byte 0x90", Op.Pause)]
    [InlineData(".byte 0x48,0xcf", Op.Iret)]
    [InlineData(".byte 0x0f,0x0b", Op.Ud2)]
    public void Bytes_are_the_instruction_they_encode(string text, Op op) => Assert.Equal(op, Assembled.Instruction(text).Info.Op);

    [Theory]
    [InlineData(".byte 0x6a, 0x20", 0x20)]
    [InlineData(".byte 0x6a, 0xec", -20)]
    [InlineData(".byte 0x68; .long 0x80000000", int.MinValue)]
    public void A_pushed_number_is_sign_extended(string text, long value)
    {
        var instruction = Assembled.Instruction(text);
        Assert.Equal((Op.Push, 8), (instruction.Info.Op, instruction.Width));
        Assert.Equal(value, Assert.IsType<ImmediateOperand>(instruction.Operands[0]).Value);
    }

    [Theory]
    [InlineData(".byte 0xe9\n.long target - (. + 4)", Op.Jmp)]
    [InlineData(".byte 0xe8\n.long target - . - 4", Op.Call)]
    [InlineData(".byte 0xeb, target - . - 1", Op.Jmp)]
    public void A_branch_goes_to_its_label(string text, Op op)
    {
        var program = Assembled.Program($"nop\n{text}\nud2\ntarget: ret\n");
        var branch = program.Instructions()[1];
        Assert.Equal(op, branch.Info.Op);
        Assert.Same(program.At("target"), branch.Target!.Item);
    }

    [Fact]
    public void A_register_is_part_of_the_code()
    {
        var instruction = Assembled.Instruction(".byte 0xf3,0x49,0x0f,0xae,0xd8 + 3");
        Assert.Equal(Op.Wrgsbase, instruction.Info.Op);
        Assert.Equal(RegisterNames.Find("r11"), Assert.IsType<RegisterOperand>(instruction.Operands[0]).Register);
    }

    [Fact]
    public void A_prefix_byte_belongs_to_what_follows()
    {
        Assert.Equal("call", Assembled.Instruction(".byte 0x2e\ncall f").Mnemonic);
        Assert.Equal(InstructionPrefixes.Lock, Assembled.Instruction(".byte 0xf0\naddl $1, (%rax)").Prefixes);
    }

    [Fact]
    public void Unknown_bytes_in_the_way_of_control_are_reported()
    {
        var result = Assembled.Result("nop\n.byte 0x0f, 0xff\nret");
        Assert.Equal("EG0069", Assert.Single(result.Diagnostics).Id);
        Assert.Equal([Op.Nop, Op.Unmodelled, Op.Ret], result.Program.Instructions().Select(instruction => instruction.Info.Op));
    }

    [Fact]
    public void Bytes_behind_a_return_are_data()
    {
        var program = Assembled.Program("movb bytes(%rip), %al\nret\nbytes: .byte 0x0f, 0xff\n");
        Assert.Equal([0x0f, 0xff], Assert.Single(program.Sections).Data);
    }
}
