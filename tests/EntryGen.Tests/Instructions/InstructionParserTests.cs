using EntryGen.Asm;
using EntryGen.Asm.Instructions;
using EntryGen.Tests.Programs;

namespace EntryGen.Tests.Instructions;

public sealed class InstructionParserTests
{
    [Theory]
    [InlineData("mov %rax, %rbx", Op.Mov, 8)]
    [InlineData("movb $1, (%rax)", Op.Mov, 1)]
    [InlineData("movabs $0x1234567890abcdef, %rax", Op.Mov, 8)]
    [InlineData(".set arg, %rdi; mov arg, %rax", Op.Mov, 8)]
    [InlineData(".set arg, %rdi; movl 8(arg, %rcx), %eax", Op.Mov, 4)]
    [InlineData("{load} mov %rax, %rbx", Op.Mov, 8)]
    [InlineData("movabsq $0x1234567890abcdef, %rax", Op.Mov, 8)]
    [InlineData("mov $0x1234567890abcdef, %rax", Op.Mov, 8)]
    [InlineData("mov %cr3, %rax", Op.MovFromControl, 8)]
    [InlineData("movq %rax, %cr3", Op.MovToControl, 8)]
    [InlineData("mov %rax, %db7", Op.MovToDebug, 8)]
    [InlineData("mov %dr6, %rax", Op.MovFromDebug, 8)]
    [InlineData("mov %ds, %eax", Op.MovFromSegment, 4)]
    [InlineData("movl %edi, %gs", Op.MovToSegment, 4)]
    [InlineData("mov %es, 8(%rsp)", Op.MovFromSegment, 2)]
    [InlineData("pushq $-1", Op.Push, 8)]
    [InlineData("push %fs", Op.Push, 8)]
    [InlineData("popfq", Op.Popf, 8)]
    [InlineData("pushf", Op.Pushf, 8)]
    [InlineData("ret", Op.Ret, 8)]
    [InlineData("retq", Op.Ret, 8)]
    [InlineData("rep; ret", Op.Ret, 8)]
    [InlineData("iretq", Op.Iret, 8)]
    [InlineData("iret", Op.Iret, 4)]
    [InlineData("sysretl", Op.Sysret, 4)]
    [InlineData("sysretq", Op.Sysret, 8)]
    [InlineData("leaveq", Op.Leave, 8)]
    [InlineData("cltq", Op.Cdqe, 8)]
    [InlineData("cqto", Op.Cqo, 8)]
    [InlineData("sal $2, %eax", Op.Shl, 4)]
    [InlineData("shr %cl, %rdx", Op.Shr, 8)]
    [InlineData("shr %rdx", Op.Shr, 8)]
    [InlineData("btl $3, (%rax)", Op.Bt, 4)]
    [InlineData("imul %rax, %rbx", Op.Imul, 8)]
    [InlineData("imul $3, %rax, %rbx", Op.ImulImmediate, 8)]
    [InlineData("imulq %rbx", Op.ImulWide, 8)]
    [InlineData("lsl %eax, %ebx", Op.Lsl, 4)]
    [InlineData("verw (%rax)", Op.Verw, 2)]
    [InlineData("lldt %ax", Op.Lldt, 2)]
    [InlineData("in (%dx), %al", Op.In, 1)]
    [InlineData("outb %al, $0x80", Op.Out, 1)]
    [InlineData("invpcid (%rax), %rbx", Op.Invpcid, 8)]
    [InlineData("wrgsbase %rbx", Op.Wrgsbase, 8)]
    [InlineData("nopw 0(%rax,%rax,1)", Op.Nop, 2)]
    [InlineData("rep nop", Op.Pause, 8)]
    [InlineData("stosq", Op.Stos, 8)]
    [InlineData("movsl", Op.Movs, 4)]
    [InlineData("xchg %ax, %ax", Op.Xchg, 2)]
    [InlineData("jmp *%rax", Op.Jmp, 8)]
    [InlineData("callq *8(%rax)", Op.Call, 8)]
    [InlineData("ljmp *(%rax)", Op.FarJmp, 4)]
    [InlineData("ljmpw *(%rax)", Op.FarJmp, 2)]
    [InlineData("rex.w ljmp *(%rax)", Op.FarJmp, 8)]
    [InlineData("rex64 lcall *8(%rax)", Op.FarCall, 8)]
    [InlineData("lretq", Op.FarRet, 8)]
    [InlineData("lkgs %di", Op.Lkgs, 2)]
    [InlineData("INT $0x80", Op.Int, 8)]
    public void Mnemonic_and_operands_select_the_operation(string text, Op op, int width)
    {
        var instruction = Assembled.Instruction(text);
        Assert.Equal((op, width), (instruction.Info.Op, instruction.Width));
    }

    [Theory]
    [InlineData("movslq %eax, %rbx", Op.Movsx, 4, 8)]
    [InlineData("movzbl (%rax), %ecx", Op.Movzx, 1, 4)]
    [InlineData("movzwl %ax, %ecx", Op.Movzx, 2, 4)]
    [InlineData("movsbq %al, %rcx", Op.Movsx, 1, 8)]
    [InlineData("movzx %al, %ecx", Op.Movzx, 1, 4)]
    [InlineData("movzb %al, %ecx", Op.Movzx, 1, 4)]
    [InlineData("movsxd %eax, %rcx", Op.Movsx, 4, 8)]
    public void An_extension_has_two_widths(string text, Op op, int source, int width)
    {
        var instruction = Assembled.Instruction(text);
        Assert.Equal((op, source, width), (instruction.Info.Op, instruction.SourceWidth, instruction.Width));
    }

    [Theory]
    [InlineData("setc %al", Condition.B)]
    [InlineData("setnae %al", Condition.B)]
    [InlineData("cmovnzq %rax, %rbx", Condition.NE)]
    [InlineData("cmovl %rax, %rbx", Condition.L)]
    [InlineData("setnbe (%rax)", Condition.A)]
    public void A_condition_has_many_names(string text, Condition condition) => Assert.Equal(condition, Assembled.Instruction(text).Condition);

    [Theory]
    [InlineData("lock addl $1, (%rax)", InstructionPrefixes.Lock)]
    [InlineData("{disp32} lock addl $1, 8(%rax)", InstructionPrefixes.Lock)]
    [InlineData("{disp32} cs lock addl $1, 8(%rax)", InstructionPrefixes.Lock)]
    [InlineData("lock; addl $1, (%rax)", InstructionPrefixes.Lock)]
    [InlineData("rep stosq", InstructionPrefixes.Repeat)]
    [InlineData("repne scasb", InstructionPrefixes.RepeatNotEqual)]
    [InlineData("notrack jmp *%rax", InstructionPrefixes.NoTrack)]
    [InlineData("ds call *8(%rax)", InstructionPrefixes.NoTrack)]
    [InlineData("ds movl %eax, 8(%rax)", InstructionPrefixes.None)]
    public void Prefixes_are_kept_where_they_matter(string text, InstructionPrefixes prefixes) => Assert.Equal(prefixes, Assembled.Instruction(text).Prefixes);

    [Theory]
    [InlineData("mvoq %rax, %rbx", "EG0060", "Did you mean 'movq'?")]
    [InlineData("swapg", "EG0060", "Did you mean 'swapgs'?")]
    [InlineData("swapgs %rax", "EG0061", "takes no operand, not 1")]
    [InlineData("mov %rax", "EG0061", "takes 2 operands, not 1")]
    [InlineData("mov (%rax), (%rbx)", "EG0061", "At most one operand can be in memory")]
    [InlineData("mov %rax, $1", "EG0061", "The destination comes last")]
    [InlineData("jmp %rax", "EG0061", "'*'")]
    [InlineData("mov %eax, %rbx", "EG0062", "'%rbx' has 64 bits, but '%eax' says 32")]
    [InlineData("movq %eax, %rbx", "EG0062", "suffix 'q'")]
    [InlineData("push %eax", "EG0062", "no 32-bit form")]
    [InlineData("jmp *%eax", "EG0062", "64-bit register")]
    [InlineData("mov %ah, %r8b", "EG0062", "REX")]
    [InlineData("movzbl %ax, %ecx", "EG0062", "the mnemonic says 8")]
    [InlineData("mov $1, (%rax)", "EG0063", "write a suffix")]
    [InlineData("mov %rxa, %rbx", "EG0064", "Did you mean '%rax'?")]
    [InlineData("mov (%eax), %rbx", "EG0064", "64-bit registers")]
    [InlineData("mov (%rax,%rsp), %rbx", "EG0064", "cannot be an index")]
    [InlineData("mov 8(%rax,%rbx,3), %rbx", "EG0065", "1, 2, 4 or 8")]
    [InlineData("mov , %rbx", "EG0065", "missing")]
    [InlineData("mov 8(%rsp, %rax", "EG0065", "not closed")]
    [InlineData("mov (8(%rsp), %rax", "EG0065", "not closed")]
    [InlineData("mov $, %rbx", "EG0065", "missing")]
    [InlineData("mov rax, rbx", "EG0066", "Intel syntax")]
    [InlineData("mov [rax], %rbx", "EG0066", "displacement(base,index,scale)")]
    [InlineData("add $0x123456789, %rax", "EG0067", "sign-extended from 32 bits")]
    [InlineData("movb $0x100, %al", "EG0067", "does not fit")]
    [InlineData("shl $256, %eax", "EG0067", "does not fit")]
    [InlineData("lock mov %rax, (%rbx)", "EG0068", "LOCK")]
    [InlineData("data16 mov %eax, (%rbx)", "EG0068", "'data16'")]
    [InlineData("rex.w sysret", "EG0068", "'rex.w'")]
    [InlineData("{disp32} gs movl (%rax), %ebx", "EG0068", "'gs'")]
    public void A_mistake_gives_one_message(string text, string id, string part)
    {
        var diagnostic = Assert.Single(Assembled.Result(text).Diagnostics);
        Assert.Equal(id, diagnostic.Id);
        Assert.Contains(part, diagnostic.Message);
    }

    [Theory]
    [InlineData("mov %rxa, %rbx", "%rax")]
    [InlineData("swapg", "swapgs")]
    [InlineData(".Lend: jmp .Lendd", ".Lend")]
    [InlineData("jmp 1f", null)]
    public void The_nearest_name_can_replace_the_characters(string text, string? suggestion) =>
        Assert.Equal(suggestion, Assert.Single(Assembled.Result(text).Diagnostics).Suggestion);

    [Fact]
    public void What_cannot_be_read_stays_as_an_instruction_that_stops()
    {
        var program = Assembled.Result("nop\nfrobnicate %rax\nnop").Program;
        Assert.Equal([Op.Nop, Op.Unmodelled, Op.Nop], program.Instructions().Select(instruction => instruction.Info.Op));
    }

    [Theory]
    [InlineData("\tmov\t%rxa, %rbx", "%rxa", 6)]
    [InlineData("mov %eax, %rbx", "%rbx", 11)]
    [InlineData("  lea 8(%rax,%rbx,3), %rbx", "3", 19)]
    [InlineData("mvoq %rax, %rbx", "mvoq", 1)]
    public void A_message_points_at_the_characters(string text, string characters, int column)
    {
        var span = Assert.Single(Assembled.Result(text).Diagnostics).Span!.Value;
        Assert.Equal((characters, 1, column), (span.Source.Text.Substring(span.Start, span.Length), span.Line, span.Column));
    }
}
