using EntryGen.Asm.Diagnostics;
using EntryGen.Testing;

namespace EntryGen.Tests.Rules;

/// <summary>The rules about speculation and hardening, on small entries with the kernel's names.</summary>
public class HardeningRuleTests
{
    // ALT old, new, feature; the site is one of three NOPs when the old code is empty.
    private const string Macros = """
        #define X86_FEATURE_PTI (7*32+11)
        #define X86_FEATURE_FENCE_SWAPGS_USER (11*32+4)
        #define X86_FEATURE_FENCE_SWAPGS_KERNEL (11*32+5)
        #define X86_FEATURE_UNRET (11*32+15)
        #define X86_FEATURE_CLEAR_CPU_BUF (11*32+18)
        #define X86_FEATURE_KERNEL_IBRS (7*32+12)
        #define X86_FEATURE_SMAP (9*32+20)
        .macro ALT new, feature
        661: nop; nop; nop
        662: .pushsection .altinstructions, "a"
        .long 661b - ., 663f - .
        .4byte \feature
        .byte 662b - 661b, 664f - 663f
        .popsection
        .pushsection .altinstr_replacement, "ax"
        663: \new
        664: .popsection
        .endm
        .macro KERNEL_STACK
        movq %gs:cpu_current_top_of_stack, %rsp
        .endm
        .macro IBRS value
        movl $0x48, %ecx
        movl \value, %eax
        xorl %edx, %edx
        wrmsr
        .endm

        """;

    private const string Syscall = ".globl entry_SYSCALL_64\nentry_SYSCALL_64: swapgs\nKERNEL_STACK\n";
    private const string Compat = ".globl entry_SYSCALL_compat\nentry_SYSCALL_compat: swapgs\nKERNEL_STACK\n";
    private const string Ignore = ".globl entry_SYSCALL32_ignore\nentry_SYSCALL32_ignore: movl $-38, %eax\n";
    private const string Dead = "call make_task_dead\n";
    private const string Fault = ".globl asm_exc_page_fault\nasm_exc_page_fault: cld\ntestb $3, 16(%rsp)\njz 1f\n";
    private const string ToKernelCr3 = "movq %cr3, %rax\nandq $~0x1800, %rax\nmovq %rax, %cr3\n";

    public static TheoryData<string> Ids => [.. typeof(HardeningDiagnostics).GetFields().Select(rule => ((AsmDiagnosticDescriptor)rule.GetValue(null)!).Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_example_of_a_page_shows_the_rule_and_the_fix_nothing(string id)
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "rules", id + ".md"));
        var blocks = page.Split("```asm\n").Skip(1).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]).ToList();
        Assert.Equal([id], RuleHarness.Check(blocks[0]).Select(found => found.Id).Distinct());
        Assert.Empty(RuleHarness.Check(blocks[1]));
    }

    [Theory]

    // SWAPGS that no branch decides on.
    [InlineData(Syscall + Dead)]

    // Fences before SWAPGS and behind it end the wrong leg alike, and CPUID is one.
    [InlineData(Fault + "lfence\nswapgs\nKERNEL_STACK\n" + Dead + "1: cpuid\n" + Dead)]

    // A write of CR3 is a fence on the leg that makes it; no access is one the leg may run.
    [InlineData(Fault + "swapgs\n" + ToKernelCr3 + "KERNEL_STACK\n" + Dead + "1: lfence\n" + Dead)]
    [InlineData(Fault + "swapgs\nlfence\nKERNEL_STACK\n" + Dead + "1: ud2\n")]

    // The kernel's pair of fences: with PTI the CR3 write, without it the user's fence.
    [InlineData(Fault + "swapgs\nALT lfence, X86_FEATURE_FENCE_SWAPGS_USER\nALT \"movq %rax, %cr3\", X86_FEATURE_PTI\nKERNEL_STACK\n" + Dead
        + "1: ALT lfence, X86_FEATURE_FENCE_SWAPGS_KERNEL\n" + Dead)]
    public void Nothing_is_found_where_no_access_runs_ahead(string code) =>
        Assert.DoesNotContain(RuleHarness.Check(Macros + code), found => found.Id is "EG3001" or "EG3002");

    [Theory]

    // Each leg by itself.
    [InlineData("EG3001 any", Fault + "swapgs\nlfence\nKERNEL_STACK\n" + Dead + "1: " + Dead)]
    [InlineData("EG3001 any", Fault + "swapgs\nKERNEL_STACK\n" + Dead + "1: lfence\n" + Dead)]

    // MFENCE and SFENCE do not stop speculation, RDMSR neither.
    [InlineData("EG3001 any", Fault + "swapgs\nmfence\nrdmsr\nsfence\nKERNEL_STACK\n" + Dead + "1: lfence\n" + Dead)]

    // The CR3 write of another leg, or one that is patched in, is none where it is not made.
    [InlineData("EG3001 !PTI", Fault + "swapgs\nALT \"movq %rax, %cr3\", X86_FEATURE_PTI\nKERNEL_STACK\n" + Dead + "1: lfence\n" + Dead)]
    [InlineData("EG3002 !FENCE_SWAPGS_USER", Fault + "swapgs\nlfence\nKERNEL_STACK\n" + Dead + "1: ALT lfence, X86_FEATURE_FENCE_SWAPGS_USER\n" + Dead)]

    // Untraining: by a call, with its feature, before what may return, on what may come from user mode.
    [InlineData("EG3003 UNRET", Syscall + "ALT \"call entry_untrain_ret\", X86_FEATURE_UNRET\n" + Dead + Compat + Dead)]
    [InlineData("EG3003 any", Syscall + "movl $0x49, %ecx\nmovl $1, %eax\nxorl %edx, %edx\nwrmsr\n" + Dead + Compat + Dead)]
    [InlineData("EG3003 any", Syscall + "call 1f\ncall entry_untrain_ret\n" + Dead + "1: ret\n")]
    [InlineData("EG3003 any", Syscall + "call entry_untrain_ret\n" + Dead + Compat + "jmp *%rax\n")]
    [InlineData("", Syscall + "call entry_untrain_ret\n" + Dead + ".globl asm_load_gs_index\nasm_load_gs_index: ret\n")]
    [InlineData("", Syscall + Dead + Compat + Dead)]

    // IBRS: on before, off behind, put back.
    [InlineData("EG3005 any", Syscall + "IBRS $1\nIBRS $0\n" + Dead)]
    [InlineData("", Syscall + "IBRS $1\n" + Dead + Compat + "IBRS $1\n" + Dead)]
    [InlineData("EG3006 KERNEL_IBRS", Ignore + "movq %rcx, %r9\nmovq %rdx, %r8\nALT \"IBRS $1\", X86_FEATURE_KERNEL_IBRS\nmovq %r8, %rdx\nmovq %r9, %rcx\nsysretl\n")]
    [InlineData("", Ignore + "movq %rcx, %r9\nmovq %rdx, %r8\nIBRS $1\nIBRS $0\nmovq %r8, %rdx\nmovq %r9, %rcx\nsysretl\n")]

    // VERW: with its feature, a memory operand, and nothing touched behind it but the frame.
    [InlineData("EG3008 CLEAR_CPU_BUF", Ignore + "ALT \"verw x86_verw_sel(%rip)\", X86_FEATURE_CLEAR_CPU_BUF\nsysretl\n.globl ignore_sysret\nignore_sysret: movl $-38, %eax\nsysretl\n")]
    [InlineData("EG3008 any", Ignore + "verw x86_verw_sel(%rip)\nsysretl\n.globl ignore_sysret\nignore_sysret: movl $-38, %eax\nverw %ax\nsysretl\n")]
    [InlineData("EG3008 any", Ignore + "verw x86_verw_sel(%rip)\nmovq x86_verw_sel(%rip), %rax\nsysretl\n")]
    [InlineData("", Ignore + "verw x86_verw_sel(%rip)\nnop\nlea 8(%rax), %rax\nsysretl\n")]
    [InlineData("", Ignore + "sysretl\n")]

    [InlineData("EG3008 any", Ignore + "verw %ax\nsysretl\n")]

    // The branch history: where a system call is made, not in what moves its frame.
    [InlineData("EG3009 any", Syscall + "call clear_bhb_loop\n" + Dead + ".globl entry_INT80_compat\nentry_INT80_compat: cld\nswapgs\nKERNEL_STACK\njmp do_int80_emulation\n")]

    // Flags: AC where CLAC is used, with its feature.
    [InlineData("EG3010 SMAP", ".globl asm_exc_overflow\nasm_exc_overflow: cld\nALT clac, X86_FEATURE_SMAP\n" + Dead + ".globl asm_exc_bounds\nasm_exc_bounds: cld\n" + Dead)]
    [InlineData("", ".globl asm_exc_overflow\nasm_exc_overflow: cld\nclac\n" + Dead + ".globl asm_exc_bounds\nasm_exc_bounds: clac\ncld\n" + Dead)]

    // SYSENTER: a test with a jump is as good as a load.
    [InlineData("", ".globl entry_SYSENTER_compat\nentry_SYSENTER_compat: swapgs\npushfq\ncld\ntestl $0x4100, (%rsp)\njnz 2f\n1: KERNEL_STACK\n" + Dead + "2: pushq $2\npopfq\njmp 1b\n")]
    [InlineData("EG3010 any", ".globl entry_SYSENTER_compat\nentry_SYSENTER_compat: swapgs\npushfq\ncld\ntestl $0x4000, (%rsp)\njnz 2f\n1: KERNEL_STACK\n" + Dead + "2: pushq $2\npopfq\njmp 1b\n")]

    // ENDBR: entries only, and where it is used at all.
    [InlineData("EG3011 any", ".globl asm_exc_overflow\nasm_exc_overflow: endbr64\nud2\n.globl entry_SYSCALL_64\nentry_SYSCALL_64: ud2\n")]
    [InlineData("", ".globl asm_exc_overflow\nasm_exc_overflow: endbr64\nud2\nhelper: ud2\n")]
    [InlineData("", ".globl asm_exc_overflow\nasm_exc_overflow: ud2\n")]

    // A return to the kernel gets back what was saved, not what user mode gets.
    [InlineData("EG3006 any", ".globl asm_exc_machine_check\nasm_exc_machine_check: cld\ntestb $3, 8(%rsp)\njnz 1f\npushq %rax\npushq %rcx\npushq %rdx\nIBRS $1\nIBRS $0\npopq %rdx\npopq %rcx\npopq %rax\niretq\n1: ud2\n")]

    // A saved value is put back before the handler: it runs with what was interrupted's.
    [InlineData("EG3005 any", ".globl asm_exc_debug\nasm_exc_debug: cld\nmovl $0x48, %ecx\nrdmsr\nmovl %eax, %ebx\nIBRS $1\nmovl %ebx, %eax\nwrmsr\n" + Dead)]
    public void What_is_found(string expected, string code) => Assert.Equal(
        expected.Length == 0 ? [] : [expected],
        Hardening(Macros + code).Select(found => $"{found.Id} {found.Detail!.Features}").Distinct());

    [Theory]
    [InlineData("movq %rdi, %rsp\nud2\n", true)]
    [InlineData("movq %rdi, %rsp\nHINT 4, 0\nud2\n", false)]
    [InlineData("pushq %rax\naddq $8, %rsp\nleaq -8(%rsp), %rsp\nud2\n", false)]
    [InlineData("movq 8(%rsp), %rsp\nud2\n", false)]
    public void A_hint_holds_until_RSP_is_lost(string code, bool isFound)
    {
        var found = Hardening(Macros + """
            .macro HINT type offset
            .Lhint_\@: .pushsection .discard.unwind_hints
            .long .Lhint_\@ - .
            .short \offset
            .byte 5, \type, 0
            .balign 4
            .popsection
            .endm
            .globl asm_exc_overflow
            asm_exc_overflow: ud2
            helper: HINT 4, 8

            """ + code).Select(finding => finding.Id);
        Assert.Equal(isFound ? ["EG3015"] : [], found);
    }

    [Fact]
    public void A_finding_shows_the_path_on_which_the_fact_is_missing()
    {
        // The shortest path to the call does untrain.
        var found = Assert.Single(RuleHarness.Check(Macros + Syscall + "testl %eax, %eax\njnz 2f\ncall entry_untrain_ret\n1: " + Dead + "2: nop\njmp 1b\n"));
        Assert.Equal(HardeningDiagnostics.TrainedReturn, found.Descriptor);
        Assert.Contains(found.Detail!.Path, step => step.Text == "nop");
        Assert.Equal("call make_task_dead", found.Detail.Path[^1].Text);
    }

    [Fact]
    public void The_path_of_a_missing_fence_ends_at_the_access()
    {
        var found = Assert.Single(RuleHarness.Check(Macros + Fault + "swapgs\nKERNEL_STACK\n" + Dead + "1: lfence\n" + Dead));
        Assert.Equal("swapgs", TextOf(found));
        Assert.StartsWith("asm_exc_page_fault from the kernel", found.Detail!.Path[0].Text, StringComparison.Ordinal);
        Assert.Contains("cpu_current_top_of_stack", found.Detail.Path[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_uses_of_a_macro_that_makes_entries_are_one_place()
    {
        var found = Assert.Single(RuleHarness.Check(Macros + """
            .macro ENTRY name
            .globl asm_\name
            asm_\name: cld
            call \name
            ud2
            .endm
            ENTRY exc_overflow
            ENTRY exc_bounds
            .globl asm_exc_debug
            asm_exc_debug: cld
            clac
            call make_task_dead
            """), finding => finding.Id == "EG3010");
        Assert.Equal(["asm_exc_bounds", "asm_exc_overflow"], found.Detail!.Entries);
    }

    [Theory]
    [InlineData("swapgs\nKERNEL_STACK\n" + Dead + "1: lfence\n" + Dead, "swapgs\nlfence\nKERNEL_STACK\n")]
    [InlineData("swapgs\nlfence\nKERNEL_STACK\n" + Dead + "1:\n" + Dead, "1:\nlfence\ncall")]
    public void A_fence_is_put_on_the_leg_that_lacks_it(string legs, string expected)
    {
        var code = Macros + Fault + legs;
        var found = Assert.Single(RuleHarness.Check(code));
        var text = SuggestedFixes.Apply(code, found.Fix!.Edits);
        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.Empty(RuleHarness.Check(text));
    }

    [Theory]
    [InlineData(Ignore + "verw x86_verw_sel(%rip)\nsysretl\n.globl ignore_sysret\nignore_sysret: movl $-38, %eax\nsysretl\n")]
    [InlineData(Syscall + "call clear_bhb_loop\n" + Dead + Compat + Dead)]
    [InlineData(".globl asm_exc_overflow\nasm_exc_overflow: cld\nclac\n" + Dead + ".globl asm_exc_bounds\nasm_exc_bounds: cld\n" + Dead)]
    [InlineData(".globl asm_exc_overflow\nasm_exc_overflow: endbr64\nud2\n.globl asm_exc_bounds\nasm_exc_bounds: ud2\n")]
    [InlineData(".globl asm_exc_overflow\nasm_exc_overflow: endbr64\nud2\n.globl asm_exc_bounds\nasm_exc_bounds: cld\nendbr64\nud2\n")]
    public void The_fix_removes_the_finding(string code)
    {
        var found = Assert.Single(Hardening(Macros + code));
        Assert.Empty(Hardening(SuggestedFixes.Apply(Macros + code, found.Fix!.Edits)));
    }

    [Theory]
    [InlineData(".macro CLEAR\nALT clac, X86_FEATURE_SMAP\n.endm\n", "CLEAR")]
    [InlineData("#define CLEAR ALT clac, X86_FEATURE_SMAP\n", "CLEAR")]
    [InlineData(".macro CLEAR\nALT clac, X86_FEATURE_SMAP\ncld\n.endm\n", null)]
    public void What_a_feature_decides_on_is_fixed_by_a_macro_that_does_nothing_else(string definition, string? added)
    {
        var code = Macros + definition + ".globl asm_exc_overflow\nasm_exc_overflow: cld\nCLEAR\n" + Dead + ".globl asm_exc_bounds\nasm_exc_bounds: cld\n" + Dead;
        var found = Assert.Single(Hardening(code));
        Assert.Equal(added is not null, found.Fix is not null);
        if (found.Fix is { } fix)
        {
            Assert.Equal($"Add '{added}' before 'call make_task_dead'", fix.Title);
            Assert.Empty(Hardening(SuggestedFixes.Apply(code, fix.Edits)));
        }
    }

    [Fact]
    public void What_a_feature_decides_on_is_not_fixed_by_an_instruction() => Assert.Null(Assert.Single(Hardening(
        Macros + ".globl asm_exc_overflow\nasm_exc_overflow: cld\nALT clac, X86_FEATURE_SMAP\n" + Dead + ".globl asm_exc_bounds\nasm_exc_bounds: cld\n" + Dead)).Fix);

    private static IEnumerable<AsmDiagnostic> Hardening(string code) => RuleHarness.Check(code).Where(found => found.Id[2] == '3');

    private static string TextOf(AsmDiagnostic found) => found.Span!.Value.Source.Text.Substring(found.Span.Value.Start, found.Span.Value.Length);
}
