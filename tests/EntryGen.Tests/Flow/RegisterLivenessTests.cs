using EntryGen.Asm;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.States;
using EntryGen.Tests.Programs;

namespace EntryGen.Tests.Flow;

/// <summary>What a later instruction needs of a register, and how many states that leaves.</summary>
public sealed class RegisterLivenessTests
{
    private const int Rax = 1, Rcx = 2;

    [Theory]
    [InlineData("mov $16, %eax\n1: dec %eax\njnz 1b\nmov $1, %eax\nud2", 0)]
    [InlineData("mov $16, %eax\n1: sub $1, %rax\njnz 1b\nmov $1, %eax\nud2", 0)]
    [InlineData("mov $16, %eax\n1: dec %eax\njnz 1b\nmov %rax, %rcx\nud2", Rax)]
    [InlineData("mov $16, %eax\n1: mov %rax, %rcx\ndec %eax\njnz 1b\nmov $1, %eax\nud2", Rax)]
    [InlineData("mov $16, %eax\n1: push %rcx\ndec %eax\njnz 1b\nmov $1, %eax\nud2", Rax | Rcx)]
    [InlineData("mov $16, %eax\n1: call 2f\nint3\n2: call 3f\nint3\n3: add $16, %rsp\ndec %eax\njnz 1b\nmov $1, %eax\nud2", 0)]
    [InlineData("mov $16, %eax\n1: call 2f\nint3\n2: dec %eax\njnz 1b\nmov $1, %eax\nud2", Rax)]
    [InlineData("nop\n1: dec %eax\njnz 2f\n2: mov $1, %eax\nud2", Rax)]
    [InlineData("nop\nmov $1, %al\nshl $63, %rax\nmov %rax, %rcx\nud2", 0)]
    [InlineData("nop\nmov $1, %al\nshl $55, %rax\nmov %rax, %rcx\nud2", Rax)]
    [InlineData("nop\nmov $1, %ah\nshl $63, %rax\nmov %rax, %rcx\nud2", Rax)]
    [InlineData("nop\nshl $63, %rax\nmov %rax, %rcx\nud2", Rax)]
    [InlineData("nop\nshl $63, %rax\nud2", 0)]
    public void A_register_is_live_where_its_value_matters(string text, int live)
    {
        var graph = FlowGraph.Create(Assembled.Program(text));
        Assert.Equal(live, RegisterLiveness.Create(graph, [graph.Program.Items[0]]).LiveBefore(graph.Program.Items[1]) & (Rax | Rcx));
    }

    [Fact]
    public void A_tail_call_of_a_C_function_leaves_live_what_is_read_where_it_comes_back_to()
    {
        var graph = FlowGraph.Create(Assembled.Program("call helper\nmov %rbx, %rcx\nud2\nhelper: jmp exc_a"));
        const int Rbx = 1 << 3, Arguments = 1 << 7 | 1 << 6;
        Assert.Equal(Rbx | Arguments, RegisterLiveness.Create(graph, [graph.Program.Items[0]]).LiveBefore(graph.Program.Items[3]));
    }

    [Theory]
    [InlineData("mov $16, %eax\n1: dec %eax\njnz 1b\nud2", 3)]
    [InlineData("mov $16, %eax\n1: dec %eax\njnz 1b\nmov %eax, %ecx\ncall f\nud2", 19)]
    [InlineData("ALTERNATIVE \"\", \"clac\", X86_FEATURE_SMAP\nnop\nud2", 3)]
    [InlineData("ALTERNATIVE \"\", \"clac\", X86_FEATURE_SMAP\npushf\npop %rcx\ncall f\nud2", 5)]
    public void What_nobody_needs_tells_no_states_apart(string text, int nodes)
    {
        var program = Assembled.Program(text);
        var graph = FlowGraph.Create(program);
        var space = new FeatureSpace(program.Features);
        var entry = new AnalyzedEntry("start", program.Items[0], EntryShape.Interrupt);
        var user = new ScenarioFactory(program, space).Of(entry).Where(scenario => scenario.Name == "from user mode").Take(1);
        Assert.Equal(nodes, AbstractInterpreter.Run(graph, space, space.Everything, user).Nodes.Count);
    }
}
