using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;
using EntryGen.Tests.Harness;

namespace EntryGen.OracleTests.Fuzz;

/// <summary>Projects in which edits are made: classes with macros and entries, files with headers, right ones and wrong ones; and Linux 6.12 whole.</summary>
internal static class EditorProject
{
    private const string KernelVersion = "6.12";
    private const string ClassFile = "Entry.cs";

    private const string Class = """"
        using EntryGen;

        [EntryCode(Defines = ["CONFIG_MITIGATION=1"])]
        public static partial class Paranoid
        {
            const int PTI_USER_PGTABLE_BIT = 12;

            [PerCpu(Offset = 64, UserMapped = true)]
            public static partial PerCpu<ulong> scratch { get; }

            [Macro("scratch_reg:req save_reg:req")]
            const string SWITCH_TO_KERNEL = """
                    ALTERNATIVE "jmp .Ldone_\@", "", X86_FEATURE_PTI
                    movq    %cr3, \scratch_reg
                    movq    \scratch_reg, \save_reg
                    btrq    $PTI_USER_PGTABLE_BIT, \scratch_reg // entrygen-disable EG2012: there are no PCIDs here
                    movq    \scratch_reg, %cr3
                .Ldone_\@:
                """;

            [Macro("regs:vararg")]
            const string PUSH_ALL = ".irp reg, \\regs\n pushq \\reg\n.endr\n";

            [Entry("""
                    cld
                    PUSH_ALL %rdi, %rsi, %rdx
                    SWITCH_TO_KERNEL scratch_reg=%rax save_reg=%r14
                    swapgs
                    movq    PER_CPU_VAR(scratch), %rsp
                    call    exc_debug
                    jnc     1f
                    SWITCH_TO_KERNEL %rax, %r14
                1:  swapgs
                    movq    %r14, %cr3
                    iretq
                """, Kind = EntryKind.Paranoid)]
            public static partial Stop asm_exc_debug(ref Cpu cpu);

            [Entry("swapgs; jmp asm_exc_debug", Kind = EntryKind.Syscall)]
            public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

            [CFunction]
            static void exc_debug(ref Cpu cpu) => cpu.Rax = 0;
        }

        [EntryCode(Include = [typeof(Paranoid)])]
        static partial class Other
        {
            [Entry("SWITCH_TO_KERNEL %rcx, %rbx\n#include \"calling.h\"\nSAVE %rax\nret")]
            public static partial Stop called(ref Cpu cpu);
        }

        [EntryCode(Source = "entry.S", Entries = ["asm_exc_nmi", "asm_sysvec_reboot", "helper"])]
        static partial class File;
        """";

    private const string Assembly = """
        #include "calling.h"
        #define GS(name) %gs:name(%rip)
        .macro stub name:req, own:req, code=-1
        	.globl	asm_\name
        asm_\name:
        	.if \code == -1
        	pushq	$\code
        	.endif
        	SAVE	%rdi
        	movq	%rsp, %rdi
        	call	\own
        	jmp	leave
        .endm
        stub	exc_nmi exc_nmi
        stub	sysvec_reboot, sysvec_reboot /* entrygen-disable EG1002: short enough */
        leave:
        	testb	$3, 24(%rsp)
        	jz	1f
        	swapgs
        	ALTERNATIVE "", "lfence", X86_FEATURE_FENCE_SWAPGS_USER
        	movq	%rsp, GS(cpu_tss_rw + 20)
        1:	RESTORE	%rdi
        	addq	$8, %rsp
        2:	iretq
        	_ASM_EXTABLE(2b, leave)
        helper:
        	.rept	3
        	decq	%rcx
        	jnz	helper
        	.endr
        	call	stuff
        stuff:	addq	$8, %rsp
        	ret

        """;

    private const string Header = """
        .macro SAVE regs:vararg
        	.irp	reg, \regs
        	pushq	\reg
        	.endr
        .endm
        .macro RESTORE reg:req
        	popq	\reg
        .endm
        .macro ALTERNATIVE old, new, feature
        140:	\old
        141:	.skip	-((144f - 143f) - (141b - 140b) > 0) * ((144f - 143f) - (141b - 140b)), 0x90
        142:	.pushsection .altinstructions, "a"
        	.long	140b - ., 143f - .
        	.4byte	\feature
        	.byte	142b - 140b, 144f - 143f
        	.popsection
        	.pushsection .altinstr_replacement, "ax"
        143:	\new
        144:	.popsection
        .endm
        #define X86_FEATURE_FENCE_SWAPGS_USER (11*32+4)
        #define _ASM_EXTABLE(from, to) .pushsection "__ex_table", "a"; .balign 4; .long (from) - ., (to) - ., 1; .popsection

        """;

    private static readonly string[] _kernelEntries =
    [
        "entry_SYSCALL_64", "asm_exc_divide_error", "asm_exc_page_fault", "asm_exc_int3", "asm_exc_machine_check", "asm_exc_double_fault", "asm_exc_nmi", "asm_common_interrupt",
        "asm_sysvec_reboot", "asm_load_gs_index",
    ];

    private static readonly Lazy<string> _kernel = new(() =>
    {
        var (text, _) = SourceImport.Import(
            KernelTrees.ReadUnit(KernelVersion, "entry_64"), new ReaderOptions { Preprocessor = KernelTrees.Options(KernelVersion) }, new FileResolver(KernelTrees.Tree(KernelVersion)), "imported");
        return text!;
    });

    /// <summary>A project the size of a few macros, and what of it is edited.</summary>
    public static TestProject Small { get; } = TestProject.Of("").WithSource(ClassFile, Class).WithFile("/p/entry.S", Assembly).WithFile("/p/calling.h", Header);

    /// <summary>The whole of entry_64.S with everything that it includes, and a few of its entries.</summary>
    /// <param name="random">Chooses the entries.</param>
    public static TestProject Kernel(Random random)
    {
        var entries = string.Join(", ", random.GetItems(_kernelEntries, 4).Distinct().Select(entry => $"\"{entry}\""));
        return TestProject.Of("").WithSource(ClassFile, $"using EntryGen;\n[EntryCode(Source = \"entry_64.S\", Entries = [{entries}])]\nstatic partial class Kernel;\n").WithFile("/p/entry_64.S", _kernel.Value);
    }
}
