using EntryGen.Asm;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.States;
using EntryGen.Tests.Programs;

namespace EntryGen.Tests.Flow;

public sealed class UnwindHintComparisonTests
{
    // Types by the numbers of 6.12; registers by those of ORC.
    private const string Macros = """
        .macro HINT type offset=0 reg=5
        .Lhint_\@:
        .pushsection .discard.unwind_hints
        .long .Lhint_\@ - .
        .short \offset
        .byte \reg, \type, 0
        .balign 4
        .popsection
        .endm
        .macro FRAME offset=0 reg=5
        HINT 4, \offset, \reg
        .endm
        .macro REGS offset=0
        HINT 3, \offset
        .endm
        .macro FUNC
        HINT 5, 8
        .endm
        .macro PUSH_ALL
        .irp r, %rdi, %rsi, %rdx, %rcx, %rax, %r8, %r9, %r10, %r11, %rbx, %rbp, %r12, %r13, %r14, %r15
        push \r
        .endr
        .endm

        """;

    [Fact]
    public void Pushes_of_an_interrupt_are_counted() => AssertVerdicts("asm_exc_overflow: FRAME\npush $-1\nFRAME 8\nPUSH_ALL\nREGS\nud2", "Equal Equal Equal");

    [Fact]
    public void An_error_code_lies_below_the_frame() => AssertVerdicts("asm_exc_page_fault: FRAME 8\nud2\n", "Equal");

    [Fact]
    public void A_wrong_hint_is_contradicted_with_the_depth_found()
    {
        var result = Assert.Single(Compare("asm_exc_page_fault: FRAME\nud2\n"));
        Assert.Equal((UnwindHintVerdict.Differs, 0L), (result.Verdict, result.Expected));
        Assert.All(result.Contradictions, state => Assert.Equal(8, state.Found));
    }

    [Fact]
    public void A_contradiction_names_the_features()
    {
        var result = Compare("asm_exc_overflow: push $0\nALTERNATIVE \"\", \"push %rax\", X86_FEATURE_SMAP\nFRAME 8\nud2\n").Single();
        Assert.Equal(UnwindHintVerdict.Differs, result.Verdict);
        Assert.All(result.Contradictions, state => Assert.Equal((16L, "SMAP"), (state.Found, state.Node.Condition.ToString())));
        Assert.Contains(result.States, state => state.Found == 8);
    }

    // PUSH_REGS save_ret=1: the return address is moved from under the registers to above them.
    [Fact]
    public void A_function_may_put_registers_under_its_return_address() => AssertVerdicts(
        """
        asm_exc_overflow:
            push $-1
            call save
            REGS
            ud2
        save:
            FUNC
            push %rsi
            mov 8(%rsp), %rsi
            mov %rdi, 8(%rsp)
            FRAME 3*8
            .irp r, %rdx, %rcx, %rax, %r8, %r9, %r10, %r11, %rbx, %rbp, %r12, %r13, %r14, %r15
            push \r
            .endr
            REGS
            push %rsi
            REGS 8
            ret
        """,
        "Equal Equal Equal Equal Equal");

    [Fact]
    public void Another_stack_is_told_by_its_register() => AssertVerdicts(
        """
        asm_exc_nmi:
            push %rdx
            mov %rsp, %rdx
            mov %gs:cpu_current_top_of_stack, %rsp
            FRAME 8, 2
            push 5*8(%rdx)
            push 4*8(%rdx)
            push 3*8(%rdx)
            push 2*8(%rdx)
            push 1*8(%rdx)
            FRAME
            ud2
        """,
        "Equal Equal");

    [Fact]
    public void The_stack_that_a_C_function_returns_is_known() => AssertVerdicts(
        "asm_exc_overflow: push $-1\nPUSH_ALL\nmov %rsp, %rdi\ncall sync_regs\nmov %rax, %rsp\nREGS\nud2\n", "Equal");

    // error_entry of 6.12 ends in a jump to the C function, which returns in its place.
    [Fact]
    public void A_tail_call_of_a_C_function_returns_to_the_caller() => AssertVerdicts(
        """
        asm_exc_overflow:
            push $-1
            PUSH_ALL
            call switch
            mov %rax, %rsp
            REGS
            ud2
        switch:
            REGS 8
            lea 8(%rsp), %rdi
            jmp sync_regs
        """,
        "Equal Equal");

    [Fact]
    public void IRET_through_a_frame_of_its_own_goes_on() => AssertVerdicts(
        """
        asm_exc_nmi:
            push $0
            push %rsp
            addq $8, (%rsp)
            pushfq
            push $0x10
            push $1f
            iretq
        1:  FRAME
            ud2
        """,
        "Equal");

    [Fact]
    public void What_cannot_be_compared_says_why() => AssertVerdicts(
        "asm_exc_overflow: HINT 1, 0, 0\nmov somewhere(%rip), %rsp\nFRAME\nud2\nnowhere: FRAME\nud2\n", "NoDepthStated DepthNotKnown NotReached");

    private static void AssertVerdicts(string text, string verdicts) =>
        Assert.Equal(verdicts.Split(' '), Compare(text).Select(result => result.Verdict.ToString()));

    private static IReadOnlyList<UnwindHintResult> Compare(string text)
    {
        var program = Assembled.Program(Macros + ".section .entry.text, \"ax\"\n.globl asm_exc_overflow, asm_exc_page_fault, asm_exc_nmi\n" + text + "\n");
        var flow = FlowGraph.Create(program);
        var space = new FeatureSpace(program.Features);
        var factory = new ScenarioFactory(program, space);
        var graph = AbstractInterpreter.Run(flow, space, space.Everything, EntryFinder.Find(program).SelectMany(factory.Of));
        return UnwindHintComparison.Compare(graph, flow);
    }
}
