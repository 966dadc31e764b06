using EntryGen.Asm;

namespace EntryGen.Tests.Programs;

/// <summary>A finding can underline one operand, whatever way its characters took.</summary>
public sealed class OperandSpanTests
{
    // The operand meant is between [| and |]; it is that of the last instruction that has it.
    [Theory]
    [InlineData("mov [|%rax|], %rbx\n", "%rax")]
    [InlineData("mov %rax, [|8 + 4(%rsp)|]\n", "8+4(%rsp)")]
    [InlineData("testl $(1 << 3)|(1 << 2), [|0x90(%rsp)|]\n", "0x90(%rsp)")]
    [InlineData("testl [|$(1 << 3)+(1 << 2)|], 0x90(%rsp)\n", "$(1<<3)+(1<<2)")]
    [InlineData("1: nop; jmp [|1b|]\n", "1b")]

    // Through an argument: the argument at the call.
    [InlineData(".macro M reg\n mov \\reg, %rbx\n.endm\nM [|%rax|]\n", "%rax")]
    [InlineData(".macro M reg other\n mov \\reg, \\other\n.endm\nM other=%rcx reg=[|%rax|]\n", "%rax")]
    [InlineData(".macro M reg=[|%rdx|]\n mov \\reg, %rbx\n.endm\nM\n", "%rdx")]
    [InlineData(".macro IN r\n mov %cr3, \\r\n.endm\n.macro OUT reg\n IN r=\\reg\n.endm\nOUT reg=[|%r14|]\n", "%r14")]
    [InlineData(".irp r, %rax, [|%rbx|]\n push \\r\n.endr\n", "%rbx")]

    // What is written in the body is shown there, parameters and all.
    [InlineData(".macro M reg\n mov [|%rbx|], \\reg\n.endm\nM %rax\n", "%rbx")]
    [InlineData(".macro M reg off\n mov [|8+\\off(\\reg)|], %rbx\n.endm\nM %rsp, 16\n", "8+16(%rsp)")]
    [InlineData(".macro M value\n mov [|$\\value|], %eax\n.endm\nM 5\n", "$5")]
    [InlineData(".macro M off\n mov \\off(%rsp), %rbx\n.endm\nM [|16|]\n", "16(%rsp)")]

    // In quotes for ALTERNATIVE.
    [InlineData("ALTERNATIVE \"\", \"mov %rax, [|%cr3|]\", X86_FEATURE_PTI\nret\n", "%cr3")]
    [InlineData("ALTERNATIVE \"nop\", \"lfence; mov 8(%rsp), [|%rdi|]\", X86_FEATURE_PTI\nret\n", "%rdi")]
    [InlineData(".macro SET reg\n bts $63, \\reg\n.endm\n.macro M reg\n ALTERNATIVE \"\", \"SET \\reg\", X86_FEATURE_PCID\n.endm\nM [|%rax|]\nret\n", "%rax")]

    // Through the preprocessor: an argument where it is given, a replacement where it is defined.
    [InlineData("#define PUSH(reg) push reg\nPUSH([|%rdx|])\n", "%rdx")]
    [InlineData("#define SCRATCH [|%rdx|]\npush SCRATCH\n", "%rdx")]
    [InlineData("#define RIP 128\nmov [|RIP|]+8(%rsp), %rax\n", "128+8(%rsp)", "128")]
    [InlineData("#define BOTH(reg) ALTERNATIVE \"\", __stringify(mov reg, %cr3), X86_FEATURE_PTI\n#define __stringify_1(x...) #x\n#define __stringify(x...) __stringify_1(x)\nBOTH([|%rax|])\nret\n", "%rax")]
    public void An_operand_is_underlined_where_it_was_written(string marked, string operand, string? definition = null)
    {
        const string Open = "[|", Close = "|]";
        var start = marked.IndexOf(Open, StringComparison.Ordinal);
        var end = marked.LastIndexOf(Close, StringComparison.Ordinal);
        var expected = marked[(start + Open.Length)..end];
        var program = Assembled.Program(marked[..start] + expected + marked[(end + Close.Length)..]);

        var span = program.Instructions().SelectMany(instruction => instruction.Operands).Last(candidate => candidate.Text.Text == operand).Text.Span!.Value;
        Assert.Equal(definition ?? expected, span.Source.Text.Substring(span.Start, span.Length));
        if (definition is null)
        {
            Assert.Equal(("test.S", start), (span.Source.Path, span.Start));
        }
    }
}
