using EntryGen.Asm.Diagnostics;

namespace EntryGen.Tests.Rules.Macros;

/// <summary>EG1005, EG1006 and EG1007: what a macro does with the registers that a call gives it.</summary>
public class RegisterArgumentRuleTests
{
    private const string Macros = """
        .macro SAVE scratch_reg:req save_reg:req
        	mov	%cr3, \scratch_reg
        	mov	\scratch_reg, \save_reg
        	btr	$12, \scratch_reg
        	mov	\scratch_reg, %cr3
        .endm
        .macro SWITCH scratch_reg:req
        	mov	%cr3, \scratch_reg
        	btr	$12, \scratch_reg
        	mov	\scratch_reg, %cr3
        .endm
        .macro SWITCH_STACK scratch_reg:req
        	push	%rax
        	SWITCH scratch_reg=\scratch_reg
        	pop	%rax
        .endm
        .macro SWITCH_KEEPING tmp:req
        	push	\tmp
        	SWITCH	scratch_reg=\tmp
        	pop	\tmp
        .endm
        .macro TWO a:req b:req
        	mov	$1, \a
        	mov	\a, %gs:one
        	mov	$2, \b
        	mov	\b, %gs:two
        .endm
        .macro BARE scratch_reg:req save_reg:req
        	mov	%cr3, %r\scratch_reg
        	mov	%r\scratch_reg, %r\save_reg
        	btr	$12, %r\scratch_reg
        	mov	%r\scratch_reg, %cr3
        .endm
        .macro ADDRESS scratch_reg:req base:req
        	xor	%r\scratch_reg, %r\scratch_reg
        	mov	(%r\base, %r\scratch_reg), %r\scratch_reg
        .endm
        .macro SUM from=%rcx to:req
        	add	\from, \to
        .endm
        	.globl	start
        start:

        """;

    [Theory]
    [InlineData("\tSAVE scratch_reg=%r14 save_reg=%r14\n\tmov %r14, %cr3\n\tret\n", "EG1005 %r14")]
    [InlineData("\tSAVE %r14, save_reg=%r14\n\tmov %r14, %cr3\n\tret\n", "EG1005 %r14")]
    [InlineData("\tBARE scratch_reg=ax save_reg=ax\n\tret\n", "EG1005 ax")]
    [InlineData("\tADDRESS scratch_reg=di base=di\n\tret\n", "EG1005 di")]
    [InlineData("\tmov %rdi, %rcx\n\tSWITCH scratch_reg=%rcx\n\tmov %rcx, %rax\n\tret\n", "EG1006 %rcx")]
    [InlineData("\tSWITCH scratch_reg=%rdi\n\tcall 1f\n\tret\n1:\tmov %rdi, %rax\n\tret\n", "EG1006 %rdi")]
    [InlineData("\tSWITCH scratch_reg=%rdi\n\tjz 1f\n\txor %edi, %edi\n1:\tpush %rdi\n\tpop %rax\n\tret\n", "EG1006 %rdi")]
    [InlineData("\tSWITCH_STACK scratch_reg=%rsp\n\tud2\n", "EG1007 %rsp")]
    [InlineData("\tSWITCH_KEEPING tmp=%rsp\n\tud2\n", "EG1007 %rsp")]
    [InlineData("\tSWITCH scratch_reg=%rsp\n\tpush %rax\n\tud2\n", "EG1006 %rsp")]
    public void Found(string code, string expected) => Assert.Equal([expected], MacroRuleHarness.Marks(Macros + code).Where(mark => mark[..6] is not "EG1001" and not "EG1002"));

    [Theory]
    [InlineData("\tSAVE scratch_reg=%rax save_reg=%rcx\n\tmov %rcx, %cr3\n\tret\n")]
    [InlineData("\tBARE scratch_reg=ax save_reg=cx\n\tmov %rcx, %cr3\n\tret\n")]
    [InlineData("\tTWO a=%rax b=%rax\n\tret\n")]
    [InlineData("\tSUM to=%rcx\n\tret\n")]
    [InlineData("\tSWITCH scratch_reg=%rcx\n\txor %ecx, %ecx\n\tmov %rcx, %rax\n\tret\n")]
    [InlineData("\tSWITCH scratch_reg=%rcx\n\tcall some_c_function\n\tmov %rcx, %rax\n\tret\n")]
    [InlineData("\tSWITCH scratch_reg=%rax\n\tmov $1, %al\n\tshl $56, %rax\n\tret\n")]
    [InlineData("\tSWITCH_KEEPING tmp=%rcx\n\tmov %rcx, %rax\n\tret\n")]
    [InlineData("\tSWITCH scratch_reg=%rsp\n\tmov %gs:top, %rsp\n\tpush %rax\n\tud2\n")]
    [InlineData("\tSWITCH_STACK scratch_reg=%rcx\n\tret\n")]
    public void Silent(string code) => Assert.Empty(MacroRuleHarness.Marks(Macros + code));

    [Fact]
    public void A_finding_leads_from_the_entry_to_the_call_by_what_makes_it_one()
    {
        var text = Macros.Replace("start", "entry_SYSCALL_64", StringComparison.Ordinal) + "\tswapgs\n\tSWITCH scratch_reg=%rdi\n\tmov %rdi, %rax\n\tud2\n";
        var found = Assert.Single(MacroRuleHarness.Check(text));
        Assert.Equal(MacroDiagnostics.LiveScratch, found.Descriptor);
        Assert.Equal(["entry_SYSCALL_64"], found.Detail!.Entries);
        Assert.Equal(["entry_SYSCALL_64 from user mode: swapgs", "mov %cr3,%rdi", "mov %rdi,%rax", "SWITCH scratch_reg=%rdi"], found.Detail.Path.Select(step => step.Text));
    }
}
