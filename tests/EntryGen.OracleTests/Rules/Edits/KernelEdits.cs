namespace EntryGen.OracleTests.Rules.Edits;

/// <summary>Mistakes of the classes that rules are for: a step left out, a test turned round, another register or word.</summary>
public static class KernelEdits
{
    private const string Main = "entry_64.S", Compatible = "entry_64_compat.S", Macros = "calling.h";

    /// <summary>The edits; each can be made in both trees.</summary>
    public static IReadOnlyList<KernelEdit> All { get; } =
    [
        // NMI from user mode.
        new(Main, "asm_exc_nmi", @"^\s*swapgs", 0, null, "EG2001"),
        new(Main, "asm_exc_nmi", @"movq\s+%rsp, %rdx", 0, null, "EG2011|EG2015"),
        new(Main, "asm_exc_nmi", @"PER_CPU_VAR\(\w+.*%rsp", 0, null, "EG2014"),
        new(Main, "asm_exc_nmi", @"pushq\s+5\*8\(%rdx\)", 0, null, "EG2011|EG2015"),
        new(Main, "asm_exc_nmi", @"pushq\s+1\*8\(%rdx\)", 0, null, "EG2011|EG2015"),
        new(Main, "asm_exc_nmi", @"pushq\s+4\*8\(%rdx\)", 0, "pushq 3*8(%rdx)", "EG2011|EG2015"),

        // NMI on NMI.
        new(Main, "asm_exc_nmi", @"ja\s+1f", 0, null, "EG2020"),
        new(Main, "asm_exc_nmi", @"cmpq\s+8\(%rsp\), %rdx", 1, null, "EG2020"),
        new(Main, "asm_exc_nmi", @"ja\s+nested_nmi_out", 0, "jae nested_nmi_out", "EG2020"),
        new(Main, "asm_exc_nmi", @"cmpl\s+\$1, -8\(%rsp\)", 0, null, "EG2020"),
        new(Main, "asm_exc_nmi", @"je\s+nested_nmi", 0, null, "EG2020"),
        new(Main, "asm_exc_nmi", @"lea\s+6\*8", 0, null, "EG2020"),
        new(Main, "asm_exc_nmi", @"ja\s+first_nmi", 0, null, "EG2020"),
        new(Main, "asm_exc_nmi", @"jb\s+first_nmi", 0, null, "EG2020"),
        new(Main, "asm_exc_nmi", @"jz\s+first_nmi", 0, null, "EG2020"),
        new(Main, "asm_exc_nmi", @"subq\s+\$EXCEPTION_STKSZ", 0, null, "EG2020"),
        new(Main, "nested_nmi", @"pushq\s+\$repeat_nmi", 0, null, "EG2020"),
        new(Main, "nested_nmi", @"pushq\s+\$__KERNEL_CS", 0, null, "EG2020"),
        new(Main, "nested_nmi", @"addq\s+\$\(6\*8\)", 0, null, "EG2015"),
        new(Main, "repeat_nmi", @"movq\s+\$1, 10\*8", 0, "movq $$1, 9*8", "EG2020"),
        new(Main, "repeat_nmi", @"pushq\s+-6\*8", 0, "pushq -5*8", "EG2011|EG2015"),
        new(Main, "repeat_nmi", @"subq\s+\$\(5\*8\)", 0, null, "EG2015|EG2020"),
        new(Main, "end_repeat_nmi", @"pushq\s+\$-1", 0, null, "EG2015|EG2027"),
        new(Main, "end_repeat_nmi", @"movq\s+\$0, 5\*8", 0, null, "EG2020"),
        new(Main, "end_repeat_nmi", @"wrgsbase", 0, null, "EG2006"),
        new(Main, "end_repeat_nmi", @"jnz\s+nmi_restore", 0, "jz nmi_restore", "EG2006"),

        // Events that can hit anywhere.
        new(Main, "paranoid_entry", @"movl\s+\$1, %ebx", 0, null, "EG2006"),
        new(Main, "paranoid_entry", @"xorl\s+%ebx, %ebx", 0, null, "EG2006"),
        new(Main, "paranoid_entry", @"\bjs\b", 0, "jns", "EG2003"),
        new(Main, "paranoid_exit", @"wrgsbase", 0, null, "EG2006"),
        new(Main, "paranoid_exit", @"testl", 0, null, "EG2006"),
        new(Main, "paranoid_exit", @"RESTORE_CR3", 0, null, "EG2005"),
        new(Main, "idtentry_mce_db", @"jnz\s+\.Lfrom_usermode", 0, "jz .Lfrom_usermode", "EG2013|EG2014"),

        // Exceptions and interrupts.
        new(Main, "error_entry", @"leaq\s+8\(%rsp\), %rdi", 0, null, "EG2015|EG2027"),
        new(Main, "error_entry", @"leaq\s+8\(%rsp\), %rax", 0, null, "EG2015"),
        new(Main, "error_entry", @"cmpq\s+%rcx, RIP", 0, null, "EG2003"),
        new(Main, "error_entry", @"^\s*swapgs", 2, null, "EG2003"),
        new(Main, "idtentry_body", @"movq\s+\$-1, ORIG_RAX", 0, null, "EG2027"),
        new(Main, "idtentry_body", @"movq\s+ORIG_RAX\(%rsp\), %rsi", 0, null, "EG2027"),
        new(Main, "idtentry_body", @"movq\s+%rsp, %rdi", 0, null, "EG2026|EG2027"),
        new(Main, "idtentry", @"^\s*cld", 0, null, "EG2009"),

        // System calls.
        new(Main, "entry_SYSCALL_64", @"^\s*swapgs", 0, null, "EG2001"),
        new(Main, "entry_SYSCALL_64", @"SWITCH_TO_KERNEL_CR3", 0, null, "EG2002|EG2007"),
        new(Main, "entry_SYSCALL_64", @"pushq\s+%r11", 0, null, "EG2010|EG2011|EG2015"),
        new(Main, "entry_SYSCALL_64", @"pushq\s+%rcx", 0, "pushq %r11", "EG2011"),
        new(Main, "entry_SYSCALL_64", @"movq\s+%rsp, %rdi", 0, null, "EG2026|EG2027"),
        new(Main, "syscall_return_via_sysret", @"RSP-RDI\(%rdi\)", 0, "RSP-RDI-8(%rdi)", "EG2010"),
        new(Main, "syscall_return_via_sysret", @"SWITCH_TO_USER_CR3_STACK", 0, null, "EG2004"),
        new(Main, "syscall_return_via_sysret", @"^\s*swapgs", 0, null, "EG2006"),
        new(Compatible, "entry_SYSCALL_compat", @"^\s*swapgs", 0, null, "EG2001"),
        new(Compatible, "entry_SYSENTER_compat", @"SWITCH_TO_KERNEL_CR3", 0, null, "EG2002|EG2007"),

        new(Main, "entry_SYSCALL_64", @"movslq\s+%eax, %rsi", 0, null, "EG2027"),
        new(Main, "entry_SYSCALL_64", @"call\s+do_syscall_64", 0, null, "EG2031"),
        new(Main, "entry_SYSCALL_64", @"pushq\s+%rax", 0, "pushq %rbx", "EG2011"),
        new(Compatible, "entry_SYSCALL_compat", @"call\s+do_fast_syscall_32", 0, null, "EG2031"),
        new(Compatible, "entry_SYSCALL_compat", @"movl\s+%esp, %r8d", 0, null, "EG2011"),
        new(Compatible, "entry_SYSCALL_compat", @"popq\s+%rdx", 0, null, "EG2010"),
        new(Compatible, "entry_SYSCALL_compat", @"xorl\s+%r8d", 0, null, "EG2010"),
        new(Compatible, "entry_SYSCALL_compat", @"RSP-ORIG_RAX", 0, null, "EG2010"),
        new(Compatible, "entry_SYSCALL_compat", @"^\s*sysretl", 0, null, "EG2032"),

        // The way back.
        new(Main, "restore_regs_and_return_to_kernel", @"addq\s+\$8, %rsp", 0, null, "EG2015"),
        new(Main, "common_interrupt_return|swapgs_restore_regs_and_return_to_usermode", @"pushq\s+6\*8\(%rdi\)", 0, "pushq 5*8(%rdi)", "EG2015"),

        new(Main, "native_irq_return_ldt", @"movq\s+%rax, \(3\*8\)\(%rdi\)", 0, null, "EG2015"),
        new(Main, "native_irq_return_ldt", @"movq\s+%rax, \(0\*8\)\(%rdi\)", 0, null, "EG2010"),
        new(Main, "native_irq_return_ldt", @"SWITCH_TO_USER_CR3_STACK", 0, null, "EG2004"),
        new(Main, "native_irq_return_ldt", @"popq\s+%rax", 0, null, "EG2010|EG2015"),

        // What stands in functions that C code calls, or that the others call.
        new(Main, "__switch_to_asm", @"pushq\s+%r12", 0, null, "EG2034"),
        new(Main, "__switch_to_asm", @"popq\s+%r14", 0, "popq %r13", "EG2034"),
        new(Main, "__switch_to_asm", @"movq\s+%rsp, TASK_threadsp", 0, null, "EG2034"),
        new(Main, "__switch_to_asm", @"TASK_threadsp\(%rsi\), %rsp", 0, null, "EG2034"),
        new(Main, "__switch_to_asm", @"TASK_stack_canary", 0, null, "EG2034"),
        new(Main, "asm_load_gs_index", @"^\s*RET\b", 0, null, "EG2032"),
        new(Main, "error_entry", @"je\s+\.Lbstep_iret", 0, null, "EG2002|EG2003"),
        new(Main, "error_entry", @"movq\s+%rcx, RIP", 0, null, "EG2011"),
        new(Main, "idtentry_vc", @"movq\s+%rax, %rsp", 0, null, "EG2014"),

        // Macros.
        new(Macros, "PUSH_REGS", @"pushq\s+%r12", 0, null, "EG2011"),
        new(Macros, "PUSH_REGS", @"pushq\s+%r8", 0, "pushq %r9", "EG2011"),
        new(Macros, "CLEAR_REGS", @"xorl\s+%r10d", 0, null, "EG2026"),
        new(Macros, "POP_REGS", @"popq %r12", 0, "popq %r13", "EG2010"),
        new(Macros, "SWITCH_TO_USER_CR3(_NOSTACK)?", @"\bbtr\b", 0, null, "EG2018"),
        new(Macros, "SWITCH_TO_USER_CR3(_NOSTACK)?", @"andq\s+\$\(0x7FF\)", 0, null, "EG2018"),
        new(Macros, "SWITCH_TO_USER_CR3(_NOSTACK)?", @"movq\s+\\scratch_reg, \\scratch_reg2", 0, null, "EG2030"),
        new(Macros, "IBRS_ENTER", @"\bjz\b", 0, "jnz", "EG3005"),
        new(Macros, "IBRS_ENTER", @"MSR_IA32_SPEC_CTRL", 0, null, "EG2033"),
        new(Macros, "IBRS_EXIT", @"shr\s+\$32, %rdx", 0, null, "EG2017"),
        new(Macros, "SAVE_AND_SWITCH_TO_KERNEL_CR3", @"movq\s+\\scratch_reg, \\save_reg", 0, null, "EG2005"),
    ];

    /// <summary>Edits that change nothing: other instructions for the same effect. No rule may find anything.</summary>
    public static IReadOnlyList<KernelEdit> Harmless { get; } =
    [
        new(Main, "asm_exc_nmi", @"^\s*std", 0, "nop; std", ""),
        new(Main, "nested_nmi", @"leaq\s+-10\*8\(%rsp\), %rdx", 0, "movq %rsp, %rdx; subq $$(10*8), %rdx", ""),
        new(Main, "paranoid_entry", @"xorl\s+%ebx, %ebx", 0, "movl $$0, %ebx", ""),
        new(Main, "paranoid_exit", @"testl\s+%ebx, %ebx", 0, "cmpl $$0, %ebx", ""),
        new(Main, "error_entry", @"testb\s+\$3, CS", 0, "testl $$3, CS", ""),
        new(Main, "error_entry", @"leaq\s+8\(%rsp\), %rax", 0, "movq %rsp, %rax; addq $$8, %rax", ""),
        new(Main, "entry_SYSCALL_64", @"movq\s+%rsp, %rdi", 0, "leaq (%rsp), %rdi", ""),
        new(Main, "restore_regs_and_return_to_kernel", @"addq\s+\$8, %rsp", 0, "subq $$-8, %rsp", ""),
        new(Main, "idtentry_body", @"movq\s+%rsp, %rdi", 0, "pushq %rsp; popq %rdi", ""),
        new(Macros, "PUSH_REGS", @"pushq\s+%r8", 0, "subq $$8, %rsp; movq %r8, (%rsp)", ""),
        new(Macros, "CLEAR_REGS", @"xorl\s+%r10d,\s*%r10d", 0, "movl $$0, %r10d", ""),
        new(Macros, "POP_REGS", @"popq %r12", 0, "movq (%rsp), %r12; addq $$8, %rsp", ""),
        new(Macros, "ADJUST_KERNEL_CR3", @"andq\s+\$\(~PTI_USER_PGTABLE_AND_PCID_MASK\), \\reg", 0, @"btrq $$PTI_USER_PCID_BIT, \reg; btrq $$PTI_USER_PGTABLE_BIT, \reg", ""),
        new(Macros, "SAVE_AND_SWITCH_TO_KERNEL_CR3", @"bt\s+\$PTI_USER_PGTABLE_BIT, \\scratch_reg", 0, @"bt $$PTI_USER_PGTABLE_BIT, \save_reg", ""),
    ];
}
