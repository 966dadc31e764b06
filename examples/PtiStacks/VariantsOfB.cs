using EntryGen;

// They sleep where the analyzer says that one must not: on the stack of the entry, and one of them on the user half.
#pragma warning disable EG2002, EG2013

namespace PtiStacks;

/// <summary>B and B1 as proposed: CR3 is switched at the very beginning and the very end of C code, and what the user half maps has a canary of its own.</summary>
[EntryCode(Include = [typeof(EntryInCMacros)], Defines = ["CANARY=pti_canary"])]
public static partial class DesignB
{
    [Macro("regs:req")]
    private const string ESCAPE = """
            ESCAPE_BY_CS regs=\regs
        """;

    [Macro("regs:req")]
    private const string RETURN = """
            RETURN_BY_CS regs=\regs
        """;

    [Macro("regs:req")]
    private const string EXIT_WORK = """
            // Nothing: exit work is done on the kernel half, as a part of the body.
        """;

    [Entry("SYSCALL_IN_C", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [Entry("INTERRUPT handler=c_interrupt", Kind = EntryKind.Interrupt)]
    public static partial Stop asm_sysvec_apic_timer_interrupt(ref Cpu cpu);

    [Entry("PARANOID user_handler=c_user_nmi kernel_handler=c_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID user_handler=c_user_machine_check kernel_handler=c_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);
}

/// <summary>The same without the last patch of the series: one canary for all code, which the user half must map.</summary>
[EntryCode(Include = [typeof(EntryInCMacros)], Defines = ["CANARY=fixed_percpu_data+FIXED_stack_canary"])]
public static partial class DesignBOneCanary
{
    [Macro("regs:req")]
    private const string ESCAPE = """
            ESCAPE_BY_CS regs=\regs
        """;

    [Macro("regs:req")]
    private const string RETURN = """
            RETURN_BY_CS regs=\regs
        """;

    [Macro("regs:req")]
    private const string EXIT_WORK = """
            // Nothing, as before.
        """;

    [Entry("SYSCALL_IN_C", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [Entry("INTERRUPT handler=c_interrupt", Kind = EntryKind.Interrupt)]
    public static partial Stop asm_sysvec_apic_timer_interrupt(ref Cpu cpu);

    [Entry("PARANOID user_handler=c_user_nmi kernel_handler=c_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID user_handler=c_user_machine_check kernel_handler=c_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);
}

/// <summary>The half is told from CR3 instead of the saved CS.</summary>
[EntryCode(Include = [typeof(EntryInCMacros)], Defines = ["CANARY=pti_canary"])]
public static partial class DesignBByCr3
{
    [Macro("regs:req")]
    private const string ESCAPE = """
            ESCAPE_BY_CR3
        """;

    [Macro("regs:req")]
    private const string RETURN = """
            RETURN_BY_CR3
        """;

    [Macro("regs:req")]
    private const string EXIT_WORK = """
            // Nothing, as before.
        """;

    [Entry("SYSCALL_IN_C", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [Entry("INTERRUPT handler=c_interrupt", Kind = EntryKind.Interrupt)]
    public static partial Stop asm_sysvec_apic_timer_interrupt(ref Cpu cpu);

    [Entry("PARANOID user_handler=c_user_nmi kernel_handler=c_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID user_handler=c_user_machine_check kernel_handler=c_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);
}

/// <summary>Besides, GS is looked at, as paranoid entries do: nothing is told from CS but which way the frame was built.</summary>
[EntryCode(Include = [typeof(EntryInCMacros)], Defines = ["CANARY=pti_canary"])]
public static partial class DesignBByState
{
    [Macro("regs:req")]
    private const string ESCAPE = """
            ESCAPE_BY_CR3
        """;

    [Macro("regs:req")]
    private const string RETURN = """
            RETURN_BY_CR3
        """;

    [Macro("regs:req")]
    private const string EXIT_WORK = """
            // Nothing, as before.
        """;

    [Entry("SYSCALL_IN_C", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [Entry("INTERRUPT handler=c_interrupt looks_at_gs=1", Kind = EntryKind.Interrupt)]
    public static partial Stop asm_sysvec_apic_timer_interrupt(ref Cpu cpu);

    [Entry("PARANOID user_handler=c_user_nmi kernel_handler=c_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID user_handler=c_user_machine_check kernel_handler=c_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);
}

/// <summary>What the stacks are for: the switch to the user half is made before exit work that may sleep. Here the scheduler is simply called.</summary>
[EntryCode(Include = [typeof(EntryInCMacros)], Defines = ["CANARY=pti_canary"])]
public static partial class DesignBSleepsOnUserHalf
{
    [Macro("regs:req")]
    private const string ESCAPE = """
            ESCAPE_BY_CS regs=\regs
        """;

    [Macro("regs:req")]
    private const string RETURN = """
            RETURN_BY_CS regs=\regs
        """;

    [Macro("regs:req")]
    private const string EXIT_WORK = """
            testb   $3, CS(\regs)
            jz      .Lno_exit_work_\@
            sti
            call    schedule
            cli
        .Lno_exit_work_\@:
        """;

    [Entry("SYSCALL_IN_C", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [Entry("INTERRUPT handler=c_interrupt", Kind = EntryKind.Interrupt)]
    public static partial Stop asm_sysvec_apic_timer_interrupt(ref Cpu cpu);

    [Entry("PARANOID user_handler=c_user_nmi kernel_handler=c_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID user_handler=c_user_machine_check kernel_handler=c_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);
}

/// <summary>The scheduler is called on the kernel half, and CR3 put back as it was found.</summary>
[EntryCode(Include = [typeof(EntryInCMacros)], Defines = ["CANARY=pti_canary"])]
public static partial class DesignBSleepsAndRestores
{
    [Macro("regs:req")]
    private const string ESCAPE = """
            ESCAPE_BY_CS regs=\regs
        """;

    [Macro("regs:req")]
    private const string RETURN = """
            RETURN_BY_CS regs=\regs
        """;

    [Macro("regs:req")]
    private const string EXIT_WORK = """
            testb   $3, CS(\regs)
            jz      .Lno_exit_work_\@
            SAVE_AND_SWITCH_TO_KERNEL_CR3 scratch_reg=%rax save_reg=%r13
            sti
            call    schedule
            cli
            RESTORE_CR3 scratch_reg=%rax save_reg=%r13
        .Lno_exit_work_\@:
        """;

    [Entry("SYSCALL_IN_C", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [Entry("INTERRUPT handler=c_interrupt", Kind = EntryKind.Interrupt)]
    public static partial Stop asm_sysvec_apic_timer_interrupt(ref Cpu cpu);

    [Entry("PARANOID user_handler=c_user_nmi kernel_handler=c_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID user_handler=c_user_machine_check kernel_handler=c_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);
}

/// <summary>The scheduler is called on the kernel half, and CR3 made the user half of the page tables that are live then.</summary>
[EntryCode(Include = [typeof(EntryInCMacros)], Defines = ["CANARY=pti_canary"])]
public static partial class DesignBSleepsAndSwitches
{
    [Macro("regs:req")]
    private const string ESCAPE = """
            ESCAPE_BY_CS regs=\regs
        """;

    [Macro("regs:req")]
    private const string RETURN = """
            RETURN_BY_CS regs=\regs
        """;

    [Macro("regs:req")]
    private const string EXIT_WORK = """
            testb   $3, CS(\regs)
            jz      .Lno_exit_work_\@
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rax
            sti
            call    schedule
            cli
            SWITCH_TO_USER_CR3 scratch_reg=%rax scratch_reg2=%rcx
        .Lno_exit_work_\@:
        """;

    [Entry("SYSCALL_IN_C", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [Entry("INTERRUPT handler=c_interrupt", Kind = EntryKind.Interrupt)]
    public static partial Stop asm_sysvec_apic_timer_interrupt(ref Cpu cpu);

    [Entry("PARANOID user_handler=c_user_nmi kernel_handler=c_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID user_handler=c_user_machine_check kernel_handler=c_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);
}
