using EntryGen.Asm;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Instructions;
using EntryGen.Tests.Programs;

namespace EntryGen.Tests.Flow;

public sealed class FlowTests
{
    private const int Rax = 1, Rcx = 2, Rdi = 1 << 7;

    [Fact]
    public void Blocks_start_where_control_can_arrive()
    {
        var graph = Graph("f: nop\n1: nop\njz 1b\nnop\ncall ext\nnop\nret");
        Assert.Equal([[0], [1, 2], [3, 4], [5, 6]], graph.Blocks.Select(block => block.Items.Select(item => item.Index)));
        Assert.Same(graph.Blocks[1], graph.BlockAt(graph.Program.Items[1]));
        Assert.Null(graph.BlockAt(graph.Program.Items[2]));
    }

    [Fact]
    public void A_site_ends_a_block_and_each_choice_starts_one()
    {
        var graph = Graph("nop\nALTERNATIVE \"nop\", \"lfence; lfence\", X86_FEATURE_PTI\nret");
        Assert.Equal([[0, 1], [2], [3, 4], [5]], graph.Blocks.Select(block => block.Items.Select(item => item.Index)));
        Assert.Equal([2, 3], graph.Successors(graph.Program.Items[1]).Select(item => item.Index));
    }

    [Fact]
    public void A_call_goes_to_its_target_and_comes_back_from_its_returns()
    {
        var graph = Graph("call helper\nnop\nret\nhelper: jz 1f\nret\n1: ret");
        var items = graph.Program.Items;
        Assert.Equal([3], graph.Successors(items[0]).Select(item => item.Index));
        Assert.Equal([1], graph.Successors(items[4]).Select(item => item.Index));
        Assert.Equal([4, 5], graph.Predecessors(items[1]).Select(item => item.Index).Order());
        Assert.Empty(graph.Successors(items[2]));
    }

    [Fact]
    public void A_jump_to_a_function_outside_comes_back_as_well()
    {
        var graph = Graph("call helper\nmov %rax, %rsp\nret\nhelper: jmp sync_regs");
        Assert.Equal([1], graph.Successors(graph.Program.Items[3]).Select(item => item.Index));
        Assert.Equal(Rax, PoisonFlow.Create(graph).SuspectUses((Instruction)graph.Program.Items[1]));
    }

    [Fact]
    public void A_fault_has_an_edge_to_its_handler()
    {
        var graph = Graph("1: movl %edi, %gs\nret\nfix: ret\n_ASM_EXTABLE(1b, fix)");
        Assert.Equal([1, 2], graph.Successors(graph.Program.Items[0]).Select(item => item.Index).Order());
    }

    [Fact]
    public void Control_can_come_from_anywhere_to_an_address_that_is_used()
    {
        var graph = Graph("pushq $again\nnop\nagain: nop\nleaq last(%rip), %rax\nlast: call helper\nret\n");
        Assert.Equal([2, 4], graph.Program.Items.Where(graph.IsAddressTaken).Select(item => item.Index));
        Assert.Equal(PoisonFlow.CallerSaved, PoisonFlow.Create(graph).MayBePoisoned(graph.Program.Items[2]));
    }

    [Fact]
    public void Where_no_function_is_called_nothing_is_left_undefined()
    {
        var graph = Graph("leaq last(%rip), %rax\nlast: push %rax\nret\n");
        Assert.Equal(0, PoisonFlow.Create(graph).MayBePoisoned(graph.Program.Items[1]));
    }

    [Theory]
    [InlineData("addq $1, %rax\njz 1f\nxorl %eax, %eax\n1: xorl %eax, %eax\nret", StatusFlags.ZF)]
    [InlineData("addq $1, %rax\nxorl %eax, %eax\nret", StatusFlags.None)]
    [InlineData("addq $1, %rax\nincq %rax\nxorl %eax, %eax\nret", StatusFlags.None)]
    [InlineData("addq $1, %rax\nincq %rax\nret", StatusFlags.CF)]
    [InlineData("addq $1, %rax\nret", StatusFlags.Arithmetic)]
    [InlineData("addq $1, %rax\nshl %cl, %rax\nret", StatusFlags.Arithmetic)]
    [InlineData("addq $1, %rax\nshl $0, %rax\nxorl %eax, %eax\nret", StatusFlags.None)]
    [InlineData("addq $1, %rax\nadcq $1, %rax\nret", StatusFlags.CF)]
    [InlineData("addq $1, %rax\njmp *%rax", StatusFlags.Arithmetic)]
    [InlineData("addq $1, %rax\nALTERNATIVE \"xorl %eax, %eax\", \"setc %al; xorl %eax, %eax\", X86_FEATURE_PTI\nret", StatusFlags.CF)]
    [InlineData("addq $1, %rax\nbt $1, %rax\njc 1f\n1: xorl %eax, %eax\nret", StatusFlags.None)]
    public void Only_flags_that_are_read_are_needed(string text, StatusFlags needed)
    {
        var graph = Graph(text);
        Assert.Equal(needed, FlagLiveness.Create(graph).Needed(graph.Program.Instructions()[0]));
    }

    [Theory]
    [InlineData("xorl %eax, %eax", 0, Rax, Rax)]
    [InlineData("subq %rax, %rax", 0, Rax, Rax)]
    [InlineData("xorl %ecx, %eax", Rax | Rcx, Rax, Rax)]
    [InlineData("movb $1, %al", 0, Rax, 0)]
    [InlineData("movl $1, %eax", 0, Rax, Rax)]
    [InlineData("movq (%rcx,%rdi), %rax", Rcx | Rdi, Rax, Rax)]
    [InlineData("movq %rax, (%rcx)", Rax | Rcx, 0, 0)]
    [InlineData("leaq (%rcx), %rax", Rcx, Rax, Rax)]
    [InlineData("cmovzq %rcx, %rax", Rax | Rcx, Rax, Rax)]
    [InlineData("testq %rax, %rcx", Rax | Rcx, 0, 0)]
    [InlineData("rep stosb", Rax | Rcx | Rdi, Rcx | Rdi, Rcx | Rdi)]
    [InlineData("wrmsr", Rax | Rcx | 4, 0, 0)]
    [InlineData("jmp *8(%rcx)", Rcx, 0, 0)]
    [InlineData("nopl 0(%rax)", 0, 0, 0)]
    [InlineData("shlq %cl, %rax", Rax | Rcx, Rax, Rax)]
    [InlineData("mulb %cl", Rax | Rcx, Rax | 4, 0)]
    public void Registers_are_read_and_written(string text, int read, int written, int overwritten) =>
        Assert.Equal(new RegisterEffects(read, written, overwritten), RegisterEffects.Of(Assembled.Instruction(text)));

    [Fact]
    public void An_undefined_value_is_suspect_until_it_is_overwritten_or_checked()
    {
        var graph = Graph("call ext\nmovl $1, %ecx\nmovq %rcx, %rbx\nmovq %rax, %rbx\nmovq %rax, %rbx\nxorl %edi, %edi\nmovq %rdi, %rbx\nret");
        var poison = PoisonFlow.Create(graph);
        Assert.Equal([0, 0, 0, Rax, 0, 0, 0, 0], graph.Program.Instructions().Select(poison.SuspectUses));
    }

    [Fact]
    public void An_undefined_value_survives_the_return_of_a_function_in_the_Program()
    {
        var graph = Graph("call helper\nmovq %rax, %rbx\nret\nhelper: call ext\nret\nother: call clean\nmovq %rax, %rbx\nret\nclean: ret");
        var poison = PoisonFlow.Create(graph);
        Assert.Equal((Rax, 0), (poison.SuspectUses(graph.Program.Instructions()[1]), poison.SuspectUses(graph.Program.Instructions()[6])));
    }

    private static FlowGraph Graph(string text) => FlowGraph.Create(Assembled.Program(text));
}
