# What happens, case by case: each ends by itself or by an event, whose handler writes down what it finds and goes on behind the case.
#include "layout.inc"

# ---- records: 16 words, the first says of what kind
        .set    NOTE_RECORD, 0x100              # a value
        .set    CASE_RECORD, 0x200              # a case begins: its address
        .set    SYSCALL_RECORD, 0x300           # SYSCALL or SYSENTER arrived

.macro NOTE value
        movq    %rdi, SAVED_RDI
        movq    LOG_NEXT, %rdi
        movq    $NOTE_RECORD, (%rdi)
        movq    \value, 8(%rdi)
        addq    $RECORD, LOG_NEXT
        movq    SAVED_RDI, %rdi
.endm

.macro CASE name
        .globl  \name, end_\name
\name:  movq    $KERNEL_STACK, %rsp
        movq    LOG_NEXT, %rdi
        leaq    \name(%rip), %rax
        movq    $CASE_RECORD, (%rdi)
        movq    %rax, 8(%rdi)
        addq    $RECORD, LOG_NEXT
        leaq    end_\name(%rip), %rax
        movq    %rax, RESUME
        movq    %rsp, RESUME_STACK
.endm

.macro END name
end_\name:
.endm

# An instruction that an event can name.
.macro AT name
        .globl  \name
\name:
.endm

.macro USER target, flags=2
        pushq   $0x2b
        pushq   $USER_STACK - 0x100
        pushq   $\flags
        pushq   $0x33
        leaq    \target(%rip), %rax
        pushq   %rax
        iretq
.endm

.macro RETURN_FRAME ss, cs, rip, flags=2
        pushq   $\ss
        pushq   $USER_STACK - 0x100
        pushq   $\flags
        pushq   $\cs
        leaq    \rip(%rip), %rax
        pushq   %rax
.endm

.macro WRITE_MSR number, high, low
        movl    $\number, %ecx
        movl    $\high, %edx
        movl    $\low, %eax
.endm

.macro READ_MSR number
        movl    $\number, %ecx
        rdmsr
        shlq    $32, %rdx
        orq     %rdx, %rax
.endm

.macro SET_CR4 bits
        movq    %cr4, %rax
        orq     $\bits, %rax
        movq    %rax, %cr4
.endm

.macro CLEAR_CR4 bits
        movq    %cr4, %rax
        andq    $~(\bits), %rax
        movq    %rax, %cr4
.endm

# The entry that maps WINDOW: a frame and flags.
.macro MAP_WINDOW entry
        movq    WINDOW_ENTRY, %rbx
        movq    $\entry, %rax
        movq    %rax, (%rbx)
        invlpg  WINDOW
.endm

        .set    SMEP, 1 << 20
        .set    SMAP, 1 << 21
        .set    PCIDE, 1 << 17
        .set    PGE, 1 << 7
        .set    FSGSBASE, 1 << 16
        .set    NO_EXECUTE, 1 << 63
        .set    UMIP, 1 << 11
        .set    OSXSAVE, 1 << 18
        .set    CET, 1 << 23
        .set    U_CET, 0x6a0
        .set    S_CET, 0x6a2

# Tracking of indirect branches for the supervisor and the user, with the bits of IA32_S_CET and IA32_U_CET.
.macro TRACK supervisor=0, user=0
        WRITE_MSR S_CET, 0, \supervisor
        wrmsr
        WRITE_MSR U_CET, 0, \user
        wrmsr
        SET_CR4 CET
.endm

# What has become of the trackers; every way out of a case turns tracking off.
.macro NOTE_TRACKERS
        READ_MSR S_CET
        NOTE    %rax
        READ_MSR U_CET
        NOTE    %rax
.endm

# A far pointer to a label of this code, at WORDS.
.macro FAR_POINTER selector, label
        leaq    \label(%rip), %rax
        movq    %rax, WORDS
        movw    $\selector, WORDS + 8
.endm

        .text
        .globl  start
start:

# ---- delivery
        CASE    invalid_opcode
        AT      invalid_opcode_1
        ud2
        END     invalid_opcode

        CASE    divide
        xorl    %ecx, %ecx
        AT      divide_1
        divl    %ecx
        END     divide

        CASE    breakpoint
        int3
        AT      breakpoint_1
        nop
        END     breakpoint

        CASE    interrupt_gate
        sti
        nop
        int     $0x80
        AT      interrupt_gate_1
        cli
        END     interrupt_gate

        CASE    trap_gate
        sti
        nop
        int     $0x81
        AT      trap_gate_1
        cli
        END     trap_gate

        CASE    gate_not_present
        AT      gate_not_present_1
        int     $0x82
        END     gate_not_present

        CASE    gate_null_selector
        AT      gate_null_selector_1
        int     $0x83
        END     gate_null_selector

        CASE    gate_stack_table
        int     $0x84
        AT      gate_stack_table_1
        nop
        END     gate_stack_table

        CASE    gate_stack_not_canonical
        AT      gate_stack_not_canonical_1
        int     $0x85
        END     gate_stack_not_canonical

        CASE    gate_stack_not_mapped
        AT      gate_stack_not_mapped_1
        int     $0x86
        END     gate_stack_not_mapped

        CASE    gate_selector_beyond_limit
        AT      gate_selector_beyond_limit_1
        int     $0x87
        END     gate_selector_beyond_limit

        CASE    gate_data_segment
        AT      gate_data_segment_1
        int     $0x88
        END     gate_data_segment

        CASE    gate_segment_not_present
        AT      gate_segment_not_present_1
        int     $0x89
        END     gate_segment_not_present

        CASE    gate_of_no_type
        AT      gate_of_no_type_1
        int     $0x8a
        END     gate_of_no_type

        CASE    gate_not_canonical
        AT      gate_not_canonical_1
        int     $0x8b
        END     gate_not_canonical

        CASE    gate_outer_segment
        AT      gate_outer_segment_1
        int     $0x8c
        END     gate_outer_segment

        CASE    beyond_the_table
        AT      beyond_the_table_1
        int     $0x90
        END     beyond_the_table

        CASE    stack_is_aligned
        subq    $12, %rsp
        int     $0x80
        AT      stack_is_aligned_1
        nop
        END     stack_is_aligned

        CASE    double_fault
        movq    $WINDOW + 8, %rsp
        MAP_WINDOW 0
        AT      double_fault_1
        pushq   %rax
        END     double_fault

        CASE    stack_fault
        movabsq $0x8000000000000000, %rax
        movq    %rax, %rsp
        AT      stack_fault_1
        pushq   %rax
        END     stack_fault

        CASE    not_canonical
        movabsq $0x8000000000000000, %rax
        AT      not_canonical_1
        movq    (%rax), %rax
        END     not_canonical

        CASE    jump_not_canonical
        movabsq $0x800000000000, %rax
        AT      jump_not_canonical_1
        jmp     *%rax
        END     jump_not_canonical

# ---- debug exceptions
        CASE    single_step
        pushq   $0x102
        popfq
        nop
        AT      single_step_1
        nop
        END     single_step

        CASE    single_step_into_interrupt
        pushq   $0x102
        popfq
        int     $0x80
        AT      single_step_into_interrupt_1
        nop
        END     single_step_into_interrupt

        CASE    watch_write
        movq    $WORDS, %rax
        movq    %rax, %dr0
        movl    $0x90401, %eax
        movq    %rax, %dr7
        movq    %rcx, WORDS
        AT      watch_write_1
        nop
        END     watch_write

        CASE    watch_read_of_a_neighbour
        movq    $WORDS, %rax
        movq    %rax, %dr0
        movl    $0x30401, %eax
        movq    %rax, %dr7
        movq    WORDS + 1, %rcx
        movb    WORDS, %cl
        AT      watch_read_of_a_neighbour_1
        nop
        END     watch_read_of_a_neighbour

        CASE    watch_execution
        leaq    watch_execution_1(%rip), %rax
        movq    %rax, %dr1
        movl    $0x404, %eax
        movq    %rax, %dr7
        nop
        AT      watch_execution_1
        nop
        END     watch_execution

        CASE    resume_flag
        leaq    resume_flag_1(%rip), %rax
        movq    %rax, %dr1
        movl    $0x404, %eax
        movq    %rax, %dr7
        RETURN_FRAME 0x18, 0x10, resume_flag_1, 0x10002
        iretq
        AT      resume_flag_1
        nop
        AT      resume_flag_2
        ud2
        END     resume_flag

        CASE    stack_segment_shadow
        movq    $0x18, WORDS
        movq    $WORDS, %rax
        movq    %rax, %dr0
        movl    $0x70401, %eax
        movq    %rax, %dr7
        movw    WORDS, %ss
        nop
        AT      stack_segment_shadow_1
        nop
        END     stack_segment_shadow

        CASE    stack_segment_shadow_before_interrupt
        movq    $0x18, WORDS
        movq    $WORDS, %rax
        movq    %rax, %dr0
        movl    $0x70401, %eax
        movq    %rax, %dr7
        movw    WORDS, %ss
        int     $0x80
        AT      stack_segment_shadow_before_interrupt_1
        nop
        END     stack_segment_shadow_before_interrupt

        CASE    general_detect
        movl    $0x2400, %eax
        movq    %rax, %dr7
        AT      general_detect_1
        movq    %dr0, %rax
        END     general_detect

# ---- IRET
        CASE    iret_cs_null
        RETURN_FRAME 0x18, 0, start
        AT      iret_cs_null_1
        iretq
        END     iret_cs_null

        CASE    iret_cs_data
        RETURN_FRAME 0x18, 0x18, start
        AT      iret_cs_data_1
        iretq
        END     iret_cs_data

        CASE    iret_cs_beyond_limit
        RETURN_FRAME 0x18, 0x100, start
        AT      iret_cs_beyond_limit_1
        iretq
        END     iret_cs_beyond_limit

        CASE    iret_cs_not_present
        RETURN_FRAME 0x18, 0x50, start
        AT      iret_cs_not_present_1
        iretq
        END     iret_cs_not_present

        CASE    iret_cs_wrong_level
        RETURN_FRAME 0x18, 0x13, start
        AT      iret_cs_wrong_level_1
        iretq
        END     iret_cs_wrong_level

        CASE    iret_ss_null_for_user
        RETURN_FRAME 0, 0x33, user_traps
        AT      iret_ss_null_for_user_1
        iretq
        END     iret_ss_null_for_user

        CASE    iret_ss_wrong_level
        RETURN_FRAME 0x28, 0x33, user_traps
        AT      iret_ss_wrong_level_1
        iretq
        END     iret_ss_wrong_level

        CASE    iret_ss_not_present
        RETURN_FRAME 0x3b, 0x33, user_traps
        AT      iret_ss_not_present_1
        iretq
        END     iret_ss_not_present

        CASE    iret_ss_code
        RETURN_FRAME 0x33, 0x33, user_traps
        AT      iret_ss_code_1
        iretq
        END     iret_ss_code

        CASE    iret_nested_task
        RETURN_FRAME 0x18, 0x10, iret_nested_task_1
        pushq   $0x4002
        popfq
        AT      iret_nested_task_1
        iretq
        END     iret_nested_task

        CASE    iret_not_canonical
        RETURN_FRAME 0x18, 0x10, start
        movabsq $0x800000000000, %rax
        movq    %rax, (%rsp)
        AT      iret_not_canonical_1
        iretq
        END     iret_not_canonical

        CASE    iret_to_kernel_without_ss
        RETURN_FRAME 0, 0x10, iret_to_kernel_without_ss_1
        iretq
        AT      iret_to_kernel_without_ss_1
        movl    %ss, %eax
        movl    %eax, %eax
        NOTE    %rax
        NOTE    %rsp
        END     iret_to_kernel_without_ss

        CASE    iret_to_user
        USER    user_traps, 0x3ed7
        END     iret_to_user

        CASE    iret_from_user
        USER    user_iret
        END     iret_from_user

# ---- user code
        CASE    user_breakpoint
        USER    user_int3
        END     user_breakpoint

        CASE    user_gate_of_the_kernel
        USER    user_int_81
        END     user_gate_of_the_kernel

        CASE    user_halt
        USER    user_hlt
        END     user_halt

        CASE    user_interrupt_flag
        USER    user_sti
        END     user_interrupt_flag

        CASE    user_flags
        USER    user_popf
        END     user_flags

        CASE    user_swapgs
        USER    user_swaps_gs
        END     user_swapgs

        CASE    user_writes_cr3
        USER    user_cr3
        END     user_writes_cr3

        CASE    user_writes_msr
        USER    user_wrmsr
        END     user_writes_msr

        CASE    user_reads_kernel
        USER    user_reads_words
        END     user_reads_kernel

        CASE    user_writes_constant
        USER    user_writes_constants
        END     user_writes_constant

        CASE    user_runs_kernel
        USER    user_jumps_to_kernel
        END     user_runs_kernel

        CASE    user_alignment_check
        movq    %cr0, %rax
        orq     $1 << 18, %rax
        movq    %rax, %cr0
        USER    user_misaligned, 0x40002
        END     user_alignment_check

        CASE    user_single_step
        USER    user_nops, 0x102
        END     user_single_step

# ---- SYSCALL, SYSRET, SYSENTER
        CASE    syscall_disabled
        WRITE_MSR 0xc0000080, 0, 0xd00
        wrmsr
        AT      syscall_disabled_1
        syscall
        END     syscall_disabled
        WRITE_MSR 0xc0000080, 0, 0xd01
        wrmsr
        WRITE_MSR 0xc0000081, 0x00230010, 0
        wrmsr
        leaq    system_call(%rip), %rax
        movq    %rax, %rdx
        shrq    $32, %rdx
        movl    $0xc0000082, %ecx
        wrmsr
        WRITE_MSR 0xc0000084, 0, 0x47700
        wrmsr

        CASE    syscall_from_kernel
        pushq   $0xad7
        popfq
        syscall
        AT      syscall_from_kernel_1
        nop
        END     syscall_from_kernel

        CASE    syscall_from_user
        USER    user_syscall, 0x3ed7
        END     syscall_from_user

        CASE    syscall_single_stepped
        USER    user_syscall, 0x102
        END     syscall_single_stepped

        CASE    sysret_to_user
        movq    %rsp, %rbp
        leaq    user_traps(%rip), %rcx
        movq    $-1, %r11
        andq    $~(0x100 | 0x4000), %r11        # neither single step nor nested task
        movq    $USER_STACK - 64, %rsp
        sysretq
        END     sysret_to_user

        CASE    sysret_not_canonical
        movabsq $0x800000000000, %rcx
        movl    $2, %r11d
        AT      sysret_not_canonical_1
        sysretq
        END     sysret_not_canonical

        CASE    sysret_from_user
        USER    user_sysret
        END     sysret_from_user

        CASE    sysenter_disabled
        WRITE_MSR 0x174, 0, 0
        wrmsr
        AT      sysenter_disabled_1
        sysenter
        END     sysenter_disabled

        CASE    sysenter_from_user
        WRITE_MSR 0x174, 0, 0x10
        wrmsr
        movq    $KERNEL_STACK - 0x100, %rax
        movq    %rax, %rdx
        shrq    $32, %rdx
        movl    $0x175, %ecx
        wrmsr
        leaq    system_call(%rip), %rax
        movq    %rax, %rdx
        shrq    $32, %rdx
        movl    $0x176, %ecx
        wrmsr
        USER    user_sysenter, 0x3ed7
        END     sysenter_from_user

# ---- registers
        CASE    msr_not_there
        movl    $0x12345, %ecx
        AT      msr_not_there_1
        rdmsr
        END     msr_not_there

        CASE    efer_reserved
        WRITE_MSR 0xc0000080, 0, 0xd03
        AT      efer_reserved_1
        wrmsr
        END     efer_reserved

        CASE    efer_long_mode
        WRITE_MSR 0xc0000080, 0, 0xc01
        AT      efer_long_mode_1
        wrmsr
        END     efer_long_mode

        CASE    lstar_not_canonical
        WRITE_MSR 0xc0000082, 0x8000, 0
        AT      lstar_not_canonical_1
        wrmsr
        END     lstar_not_canonical

        CASE    cr0_paging_off
        movq    %cr0, %rax
        btrq    $31, %rax
        AT      cr0_paging_off_1
        movq    %rax, %cr0
        END     cr0_paging_off

        CASE    cr0_write_through_without_cache_disable
        movq    %cr0, %rax
        btsq    $29, %rax
        AT      cr0_write_through_without_cache_disable_1
        movq    %rax, %cr0
        END     cr0_write_through_without_cache_disable
        movq    %cr0, %rax
        btrq    $29, %rax
        movq    %rax, %cr0

        CASE    cr3_reserved
        movq    %cr3, %rax
        btsq    $60, %rax
        AT      cr3_reserved_1
        movq    %rax, %cr3
        END     cr3_reserved

        CASE    cr3_keep_without_pcid
        movq    %cr3, %rax
        btsq    $63, %rax
        AT      cr3_keep_without_pcid_1
        movq    %rax, %cr3
        END     cr3_keep_without_pcid

        CASE    cr4_without_pae
        movq    %cr4, %rax
        btrq    $5, %rax
        AT      cr4_without_pae_1
        movq    %rax, %cr4
        END     cr4_without_pae

        CASE    cr4_reserved
        movq    %cr4, %rax
        btsq    $30, %rax
        AT      cr4_reserved_1
        movq    %rax, %cr4
        END     cr4_reserved

        CASE    cr8_reserved
        movl    $16, %eax
        AT      cr8_reserved_1
        movq    %rax, %cr8
        END     cr8_reserved

        CASE    dr7_reserved
        movl    $0x400, %eax
        btsq    $32, %rax
        AT      dr7_reserved_1
        movq    %rax, %dr7
        END     dr7_reserved

        CASE    dr6_reads_ones
        xorl    %eax, %eax
        movq    %rax, %dr6
        movq    %dr6, %rax
        NOTE    %rax
        END     dr6_reads_ones

        CASE    segments
        xorl    %eax, %eax
        movl    %eax, %ss
        movl    %ss, %eax
        movl    %eax, %eax
        NOTE    %rax
        movl    $0x18, %eax
        movl    %eax, %ss
        movl    $0x2b, %eax
        movl    %eax, %ds
        movl    %ds, %eax
        movl    %eax, %eax
        NOTE    %rax
        movl    $0x2b, %eax
        AT      segments_1
        movl    %eax, %ss
        END     segments

        CASE    segment_not_present
        movl    $0x38, %eax
        AT      segment_not_present_1
        movl    %eax, %es
        END     segment_not_present

        CASE    segment_beyond_limit
        movl    $0x1000, %eax
        AT      segment_beyond_limit_1
        movl    %eax, %fs
        END     segment_beyond_limit

        CASE    segment_limits
        movl    $0x18, %ecx
        xorl    %eax, %eax
        lsl     %ecx, %eax
        NOTE    %rax
        movl    $0x50, %ecx
        movl    $77, %eax
        lsl     %ecx, %eax
        NOTE    %rax
        movl    $0x1000, %ecx
        movl    $77, %eax
        lsl     %ecx, %eax
        NOTE    %rax
        END     segment_limits

        CASE    exchange_gs
        WRITE_MSR 0xc0000101, 0xffff8000, 0x1000
        wrmsr
        WRITE_MSR 0xc0000102, 0, 0x2000
        wrmsr
        swapgs
        READ_MSR 0xc0000101
        NOTE    %rax
        READ_MSR 0xc0000102
        NOTE    %rax
        swapgs
        xorl    %eax, %eax
        movl    %eax, %gs
        READ_MSR 0xc0000101
        NOTE    %rax
        END     exchange_gs

        CASE    base_instructions
        AT      base_instructions_1
        rdgsbase %rax
        END     base_instructions

        CASE    base_instructions_enabled
        SET_CR4 FSGSBASE
        movabsq $0x123456789abc, %rax
        wrfsbase %rax
        rdfsbase %rcx
        NOTE    %rcx
        READ_MSR 0xc0000100
        NOTE    %rax
        movabsq $0x800000000000, %rax
        AT      base_instructions_enabled_1
        wrgsbase %rax
        END     base_instructions_enabled
        CLEAR_CR4 FSGSBASE

# ---- paging
        CASE    page_not_present
        MAP_WINDOW 0
        AT      page_not_present_1
        movq    WINDOW + 8, %rax
        END     page_not_present

        CASE    page_not_present_write
        MAP_WINDOW 0
        AT      page_not_present_write_1
        movq    %rax, WINDOW + 16
        END     page_not_present_write

        CASE    page_crossed
        MAP_WINDOW 0
        AT      page_crossed_1
        movq    WINDOW - 4, %rax
        END     page_crossed

        CASE    page_read_only
        MAP_WINDOW FRAME1 + 1
        movq    WINDOW, %rax
        AT      page_read_only_1
        movq    %rax, WINDOW
        END     page_read_only

        CASE    page_read_only_without_write_protect
        MAP_WINDOW FRAME1 + 1
        movq    %cr0, %rcx
        movq    %rcx, %rax
        btrq    $16, %rax
        movq    %rax, %cr0
        movq    %rcx, WINDOW
        movq    %rcx, %cr0
        movq    (%rbx), %rax
        NOTE    %rax
        END     page_read_only_without_write_protect

        CASE    page_accessed_and_dirty
        MAP_WINDOW FRAME1 + 3
        movq    (%rbx), %rax
        NOTE    %rax
        movq    WINDOW, %rax
        movq    (%rbx), %rax
        NOTE    %rax
        movq    %rax, WINDOW
        movq    (%rbx), %rax
        NOTE    %rax
        END     page_accessed_and_dirty

        CASE    page_reserved
        MAP_WINDOW FRAME1 + 3 + (1 << 51)
        AT      page_reserved_1
        movq    WINDOW, %rax
        END     page_reserved

        CASE    page_not_executable
        MAP_WINDOW FRAME1 + 3 + NO_EXECUTE
        movq    $WINDOW, %rax
        jmp     *%rax
        END     page_not_executable

        CASE    supervisor_execution
        SET_CR4 SMEP
        leaq    user_traps(%rip), %rax
        jmp     *%rax
        END     supervisor_execution
        CLEAR_CR4 SMEP

        CASE    supervisor_access
        SET_CR4 SMAP
        stac
        movq    USER_WORDS, %rax
        NOTE    %rax
        clac
        AT      supervisor_access_1
        movq    USER_WORDS, %rax
        END     supervisor_access
        CLEAR_CR4 SMAP

        CASE    stac_without_smap
        stac
        pushfq
        popq    %rax
        NOTE    %rax
        END     stac_without_smap

# ---- what is invalidated: FRAME1 holds 1, FRAME2 holds 2
        CASE    invalidate_page
        MAP_WINDOW FRAME1 + 3
        movq    WINDOW, %rax
        NOTE    %rax
        MAP_WINDOW FRAME2 + 3
        movq    WINDOW, %rax
        NOTE    %rax
        END     invalidate_page

        CASE    invalidate_by_cr3
        MAP_WINDOW FRAME1 + 3
        movq    WINDOW, %rax
        movq    $FRAME2 + 3, (%rbx)
        movq    %cr3, %rax
        movq    %rax, %cr3
        movq    WINDOW, %rax
        NOTE    %rax
        END     invalidate_by_cr3

        CASE    invalidate_global_by_cr4
        MAP_WINDOW FRAME1 + 0x103
        movq    WINDOW, %rax
        movq    $FRAME2 + 0x103, (%rbx)
        CLEAR_CR4 PGE
        SET_CR4 PGE
        movq    WINDOW, %rax
        NOTE    %rax
        END     invalidate_global_by_cr4

        CASE    invpcid_without_pcid
        movq    $1, WORDS
        movq    $0, WORDS + 8
        movl    $1, %eax
        AT      invpcid_without_pcid_1
        invpcid WORDS, %rax
        END     invpcid_without_pcid

        CASE    invpcid_type
        movq    $0, WORDS
        movl    $4, %eax
        AT      invpcid_type_1
        invpcid WORDS, %rax
        END     invpcid_type

        CASE    invpcid_reserved
        movq    $0x1000, WORDS
        movl    $2, %eax
        AT      invpcid_reserved_1
        invpcid WORDS, %rax
        END     invpcid_reserved

        CASE    invpcid_not_canonical
        movq    $0, WORDS
        movabsq $0x800000000000, %rax
        movq    %rax, WORDS + 8
        xorl    %eax, %eax
        AT      invpcid_not_canonical_1
        invpcid WORDS, %rax
        END     invpcid_not_canonical

        CASE    pcid_with_low_bits_set
        movq    %cr3, %rax
        orq     $8, %rax
        movq    %rax, %cr3
        movq    %cr4, %rax
        orq     $PCIDE, %rax
        AT      pcid_with_low_bits_set_1
        movq    %rax, %cr4
        END     pcid_with_low_bits_set
        movq    %cr3, %rax
        andq    $~0xfff, %rax
        movq    %rax, %cr3

        CASE    pcid_enable
        movq    %cr4, %rax
        orq     $PCIDE, %rax
        AT      pcid_enable_1
        movq    %rax, %cr4
        END     pcid_enable

        CASE    pcid_keep
        movq    %cr3, %rcx
        movq    %rcx, %rax
        orq     $5, %rax
        btsq    $63, %rax
        movq    %rax, %cr3
        movq    %cr3, %rax
        subq    %rcx, %rax
        NOTE    %rax
        movq    %rcx, %cr3
        END     pcid_keep

        CASE    pcid_switch_flushes
        MAP_WINDOW FRAME1 + 3
        movq    WINDOW, %rax
        movq    $FRAME2 + 3, (%rbx)
        movq    %cr3, %rcx
        movq    %rcx, %rax
        orq     $5, %rax
        movq    %rax, %cr3
        movq    WINDOW, %rax
        NOTE    %rax
        movq    $FRAME1 + 3, (%rbx)
        movq    %rcx, %cr3
        movq    WINDOW, %rax
        NOTE    %rax
        END     pcid_switch_flushes

        CASE    pcid_invalidate_by_type
        MAP_WINDOW FRAME1 + 3
        movq    WINDOW, %rax
        movq    $FRAME2 + 3, (%rbx)
        movq    $0, WORDS
        movq    $WINDOW, WORDS + 8
        xorl    %eax, %eax
        invpcid WORDS, %rax
        movq    WINDOW, %rax
        NOTE    %rax
        movq    $FRAME1 + 3, (%rbx)
        movl    $1, %eax
        invpcid WORDS, %rax
        movq    WINDOW, %rax
        NOTE    %rax
        movq    $FRAME2 + 0x103, (%rbx)
        movl    $2, %eax
        invpcid WORDS, %rax
        movq    WINDOW, %rax
        NOTE    %rax
        movq    $FRAME1 + 0x103, (%rbx)
        movl    $2, %eax
        invpcid WORDS, %rax
        movq    WINDOW, %rax
        NOTE    %rax
        movq    $FRAME2 + 3, (%rbx)
        movl    $2, %eax
        invpcid WORDS, %rax
        movq    WINDOW, %rax
        movq    $FRAME1 + 3, (%rbx)
        movl    $3, %eax
        invpcid WORDS, %rax
        movq    WINDOW, %rax
        NOTE    %rax
        END     pcid_invalidate_by_type

        CASE    pcid_disable
        MAP_WINDOW FRAME1 + 3
        movq    WINDOW, %rax
        movq    $FRAME2 + 3, (%rbx)
        CLEAR_CR4 PCIDE
        movq    WINDOW, %rax
        NOTE    %rax
        movq    %cr4, %rax
        NOTE    %rax
        END     pcid_disable

# ---- far transfers, and the registers of descriptor tables
        CASE    far_return
        pushq   $0x10
        leaq    far_return_1(%rip), %rax
        pushq   %rax
        lretq
        ud2
        AT      far_return_1
        NOTE    %rsp
        END     far_return

        CASE    far_return_releases
        subq    $24, %rsp
        pushq   $0x10
        leaq    far_return_releases_1(%rip), %rax
        pushq   %rax
        lretq   $24
        AT      far_return_releases_1
        NOTE    %rsp
        END     far_return_releases

        CASE    far_return_to_user
        pushq   $0x2b
        pushq   $USER_STACK - 0x100
        pushq   $0x33
        leaq    user_traps(%rip), %rax
        pushq   %rax
        lretq
        END     far_return_to_user

        CASE    far_return_null
        pushq   $0
        pushq   $0
        AT      far_return_null_1
        lretq
        END     far_return_null

        CASE    far_return_data
        pushq   $0x18
        pushq   $0
        AT      far_return_data_1
        lretq
        END     far_return_data

        CASE    far_return_not_present
        pushq   $0x50
        pushq   $0
        AT      far_return_not_present_1
        lretq
        END     far_return_not_present

        CASE    far_return_not_canonical
        pushq   $0x10
        movabsq $0x800000000000, %rax
        pushq   %rax
        AT      far_return_not_canonical_1
        lretq
        END     far_return_not_canonical

        CASE    far_return_to_user_without_stack
        pushq   $0
        pushq   $0
        pushq   $0x33
        leaq    user_traps(%rip), %rax
        pushq   %rax
        AT      far_return_to_user_without_stack_1
        lretq
        END     far_return_to_user_without_stack

        CASE    far_jump
        FAR_POINTER 0x10, far_jump_1
        rex.w ljmp *WORDS
        ud2
        AT      far_jump_1
        movl    %cs, %eax
        movl    %eax, %eax
        NOTE    %rax
        END     far_jump

        CASE    far_call
        FAR_POINTER 0x10, far_call_1
        rex.w lcall *WORDS
        ud2
        AT      far_call_1
        NOTE    %rsp
        movq    8(%rsp), %rax
        NOTE    %rax
        END     far_call

        CASE    far_jump_to_user_code
        FAR_POINTER 0x33, start
        AT      far_jump_to_user_code_1
        rex.w ljmp *WORDS
        END     far_jump_to_user_code

        CASE    far_call_data
        FAR_POINTER 0x18, start
        AT      far_call_data_1
        rex.w lcall *WORDS
        END     far_call_data

        CASE    far_jump_to_task
        FAR_POINTER 0x40, start
        AT      far_jump_to_task_1
        rex.w ljmp *WORDS
        END     far_jump_to_task

        CASE    far_call_null
        FAR_POINTER 0, start
        AT      far_call_null_1
        rex.w lcall *WORDS
        END     far_call_null

        CASE    far_call_not_present
        FAR_POINTER 0x50, start
        AT      far_call_not_present_1
        rex.w lcall *WORDS
        END     far_call_not_present

        CASE    task_is_busy
        str     %eax
        NOTE    %rax
        movl    $0x40, %eax
        AT      task_is_busy_1
        ltr     %ax
        END     task_is_busy

        CASE    task_null
        xorl    %eax, %eax
        AT      task_null_1
        ltr     %ax
        END     task_null

        CASE    task_of_data
        movl    $0x18, %eax
        AT      task_of_data_1
        ltr     %ax
        END     task_of_data

        CASE    tables_are_stored
        sgdt    WORDS
        movzwl  WORDS, %eax
        NOTE    %rax
        movq    WORDS + 2, %rax
        NOTE    %rax
        sidt    WORDS
        movzwl  WORDS, %eax
        NOTE    %rax
        movq    WORDS + 2, %rax
        NOTE    %rax
        END     tables_are_stored

        CASE    table_not_canonical
        movw    $0x57, WORDS
        movabsq $0x800000000000, %rax
        movq    %rax, WORDS + 2
        AT      table_not_canonical_1
        lgdt    WORDS
        END     table_not_canonical

        CASE    status_word
        movl    $0xfffe, %eax
        lmsw    %ax
        smsw    %rax
        NOTE    %rax
        clts
        smsw    %rax
        NOTE    %rax
        movl    $0x0003, %eax
        lmsw    %ax
        smsw    %rax
        NOTE    %rax
        END     status_word

        CASE    access_rights
        movl    $0x10, %ecx
        xorl    %eax, %eax
        lar     %ecx, %eax
        andl    $~0xf0000, %eax                 # four bits are undefined
        NOTE    %rax
        movl    $0x40, %ecx
        lar     %ecx, %eax
        NOTE    %rax
        movl    $0x48, %ecx
        movl    $77, %eax
        lar     %ecx, %eax
        NOTE    %rax
        END     access_rights

# ---- what is around the processor
        CASE    extended_control_disabled
        xorl    %ecx, %ecx
        AT      extended_control_disabled_1
        xgetbv
        END     extended_control_disabled

        CASE    extended_control
        SET_CR4 OSXSAVE
        xorl    %ecx, %ecx
        xorl    %edx, %edx
        movl    $7, %eax
        xsetbv
        xorl    %eax, %eax
        xgetbv
        NOTE    %rax
        NOTE    %rdx
        movl    $5, %eax
        AT      extended_control_1
        xsetbv
        END     extended_control

        CASE    extended_control_without_x87
        xorl    %ecx, %ecx
        xorl    %edx, %edx
        movl    $2, %eax
        AT      extended_control_without_x87_1
        xsetbv
        END     extended_control_without_x87

        CASE    extended_control_number
        movl    $2, %ecx
        xorl    %edx, %edx
        movl    $7, %eax
        AT      extended_control_number_1
        xsetbv
        END     extended_control_number
        xorl    %ecx, %ecx
        xorl    %edx, %edx
        movl    $1, %eax
        xsetbv
        CLEAR_CR4 OSXSAVE

        CASE    protection_keys_disabled
        xorl    %ecx, %ecx
        AT      protection_keys_disabled_1
        rdpkru
        END     protection_keys_disabled

        CASE    user_port
        USER    user_in
        END     user_port

        CASE    user_port_with_privilege
        USER    user_in_and_traps, 0x3002
        END     user_port_with_privilege

        CASE    user_clts
        USER    user_clears_ts
        END     user_clts

        CASE    user_time
        SET_CR4 1 << 2
        USER    user_rdtsc
        END     user_time
        CLEAR_CR4 1 << 2

        CASE    user_counter
        USER    user_rdpmc
        END     user_counter

        CASE    user_stores_table
        SET_CR4 UMIP
        USER    user_sgdt
        END     user_stores_table

        CASE    user_stores_task
        USER    user_str
        END     user_stores_task
        CLEAR_CR4 UMIP

        CASE    sysexit_without_segment
        WRITE_MSR 0x174, 0, 0
        wrmsr
        AT      sysexit_without_segment_1
        sysexitq
        END     sysexit_without_segment
        WRITE_MSR 0x174, 0, 0x10
        wrmsr

        CASE    sysexit_not_canonical
        movq    $USER_STACK - 0x100, %rcx
        movabsq $0x800000000000, %rdx
        AT      sysexit_not_canonical_1
        sysexitq
        END     sysexit_not_canonical

        CASE    sysexit_to_user
        movq    $USER_STACK - 0x100, %rcx
        leaq    user_traps(%rip), %rdx
        sysexitq
        END     sysexit_to_user

# ---- indirect-branch tracking
        CASE    tracked_jump
        TRACK   4
        leaq    tracked_jump_1(%rip), %rax
        jmp     *%rax
        ud2
        AT      tracked_jump_1
        nop
        END     tracked_jump
        NOTE_TRACKERS

        CASE    tracked_call
        TRACK   4
        leaq    tracked_call_1(%rip), %rax
        movq    %rax, WORDS
        call    *WORDS
        ud2
        AT      tracked_call_1
        nop
        END     tracked_call
        NOTE_TRACKERS

        CASE    tracked_to_endbr
        TRACK   4
        leaq    tracked_to_endbr_1(%rip), %rax
        call    *%rax
        ud2
        AT      tracked_to_endbr_1
        endbr64
        AT      tracked_to_endbr_2
        ud2
        END     tracked_to_endbr
        NOTE_TRACKERS

        CASE    tracked_to_endbr32
        TRACK   4
        leaq    tracked_to_endbr32_1(%rip), %rax
        jmp     *%rax
        AT      tracked_to_endbr32_1
        endbr32
        END     tracked_to_endbr32
        NOTE_TRACKERS

        CASE    untracked_return
        TRACK   4
        leaq    untracked_return_1(%rip), %rax
        pushq   %rax
        ret
        AT      untracked_return_1
        ud2
        END     untracked_return
        NOTE_TRACKERS

        CASE    notrack_disabled
        TRACK   4
        leaq    notrack_disabled_1(%rip), %rax
        notrack jmp *%rax
        AT      notrack_disabled_1
        nop
        END     notrack_disabled
        NOTE_TRACKERS

        CASE    notrack_enabled
        TRACK   0x14
        leaq    notrack_enabled_1(%rip), %rax
        notrack jmp *%rax
        AT      notrack_enabled_1
        ud2
        END     notrack_enabled
        NOTE_TRACKERS

        CASE    tracking_suppressed
        TRACK   0x404
        leaq    tracking_suppressed_1(%rip), %rax
        jmp     *%rax
        AT      tracking_suppressed_1
        nop
        endbr64
        leaq    tracking_suppressed_2(%rip), %rax
        jmp     *%rax
        AT      tracking_suppressed_2
        nop
        END     tracking_suppressed
        NOTE_TRACKERS

        CASE    tracked_to_breakpoint
        TRACK   4
        leaq    1f(%rip), %rax
        jmp     *%rax
1:      int3
        AT      tracked_to_breakpoint_1
        nop
        END     tracked_to_breakpoint
        NOTE_TRACKERS

        CASE    tracker_is_written
        SET_CR4 CET
        WRITE_MSR S_CET, 0, 0x804
        wrmsr
        AT      tracker_is_written_1
        nop
        END     tracker_is_written
        NOTE_TRACKERS

        CASE    tracker_and_suppression
        WRITE_MSR S_CET, 0, 0xc04
        AT      tracker_and_suppression_1
        wrmsr
        END     tracker_and_suppression

        CASE    tracking_reserved
        WRITE_MSR U_CET, 0, 0x44
        AT      tracking_reserved_1
        wrmsr
        END     tracking_reserved

        CASE    tracking_not_canonical
        WRITE_MSR U_CET, 0x8000, 4
        AT      tracking_not_canonical_1
        wrmsr
        END     tracking_not_canonical

        CASE    tracked_far_jump
        TRACK   0x404
        FAR_POINTER 0x10, tracked_far_jump_1
        rex.w ljmp *WORDS
        AT      tracked_far_jump_1
        nop
        END     tracked_far_jump
        NOTE_TRACKERS

        CASE    tracked_event
        TRACK   0x404
        leaq    handler_without_endbr(%rip), %rax
        movw    %ax, IDT + 0x80 * 16
        int     $0x80
        END     tracked_event
        NOTE_TRACKERS
        leaq    vector_0x80(%rip), %rax
        movw    %ax, IDT + 0x80 * 16

        CASE    tracked_system_call
        TRACK   4
        USER    user_syscall
        END     tracked_system_call
        NOTE_TRACKERS

        CASE    user_tracked_jump
        TRACK   4, 4
        USER    user_jumps
        END     user_tracked_jump
        NOTE_TRACKERS

        CASE    user_not_tracked
        TRACK   4, 0
        USER    user_jumps
        END     user_not_tracked
        NOTE_TRACKERS

        CASE    user_tracker_is_kept
        TRACK   4, 0x804
        USER    user_nops
        END     user_tracker_is_kept
        NOTE_TRACKERS
        WRITE_MSR S_CET, 0, 0
        wrmsr
        WRITE_MSR U_CET, 0, 0
        wrmsr

        jmp     finish

# ---- where events and system calls arrive
.macro VECTOR number
        .globl  vector_\number
vector_\number:
        endbr64
        .if     (\number) != 8 && ((\number) < 10 || (\number) > 14) && (\number) != 17 && (\number) != 21
        pushq   $0
        .endif
        pushq   $\number
        jmp     record
.endm

        .irp    number, 0, 1, 3, 6, 8, 10, 11, 12, 13, 14, 17, 21, 0x80
        VECTOR  \number
        .endr

record: movq    %rax, SAVED_RAX
        movq    %rcx, SAVED_RCX
        pushfq
        popq    SAVED_FLAGS
        cld
        movq    %rdi, SAVED_RDI
        movq    LOG_NEXT, %rdi
        popq    (%rdi)
        popq    8(%rdi)
        movq    %rsp, 72(%rdi)
        popq    16(%rdi)                        # RIP
        popq    24(%rdi)                        # CS
        popq    32(%rdi)                        # RFLAGS
        popq    40(%rdi)                        # RSP
        popq    48(%rdi)                        # SS
        movq    %cr2, %rax
        movq    %rax, 56(%rdi)
        movq    %dr6, %rax
        movq    %rax, 64(%rdi)
        movq    %dr7, %rax
        movq    %rax, 80(%rdi)
        movq    SAVED_FLAGS, %rax
        movq    %rax, 88(%rdi)
        movl    %ss, %eax
        movl    %eax, %eax
        movq    %rax, 96(%rdi)

# Puts back what a case may have changed, and goes on behind it.
resume: addq    $RECORD, LOG_NEXT
        CLEAR_CR4 CET
        movl    $0xffff0ff0, %eax
        movq    %rax, %dr6
        movl    $0x400, %eax
        movq    %rax, %dr7
        movl    $0x18, %eax
        movl    %eax, %ss
        movq    RESUME_STACK, %rsp
        pushq   $2
        popfq
        movq    RESUME, %rax
        jmp     *%rax

        AT      handler_without_endbr
        nop
        ud2

        .globl  system_call
system_call:
        movq    LOG_NEXT, %rdi
        movq    $SYSCALL_RECORD, (%rdi)
        movq    %rcx, 16(%rdi)
        movq    %rsp, 40(%rdi)
        movq    $KERNEL_STACK - 0x200, %rsp
        pushfq
        popq    32(%rdi)
        movq    %r11, 8(%rdi)
        movl    %cs, %eax
        movl    %eax, %eax
        movq    %rax, 24(%rdi)
        movl    %ss, %eax
        movl    %eax, %eax
        movq    %rax, 48(%rdi)
        jmp     resume

# ---- user code
        .section .user.text, "ax"
        AT      user_in
        inb     $0x80, %al
        AT      user_in_and_traps
        inb     $0x80, %al
        int     $0x80
        AT      user_in_and_traps_1
        nop
        AT      user_clears_ts
        clts
        AT      user_rdtsc
        rdtsc
        AT      user_rdpmc
        rdpmc
        AT      user_sgdt
        sgdt    USER_WORDS
        AT      user_str
        str     %eax
        AT      user_jumps
        leaq    user_jumps_1(%rip), %rax
        jmp     *%rax
        AT      user_jumps_1
        int     $0x80
        AT      user_jumps_2
        nop
        AT      user_traps
        int     $0x80
        AT      user_traps_1
        nop
        AT      user_iret
        iretq
        AT      user_int3
        int3
        AT      user_int_81
        int     $0x81
        AT      user_hlt
        hlt
        AT      user_sti
        sti
        AT      user_popf
        pushq   $0x7fd7 & ~0x4100
        popfq
        int     $0x80
        AT      user_popf_1
        nop
        AT      user_swaps_gs
        swapgs
        AT      user_cr3
        movq    %rax, %cr3
        AT      user_wrmsr
        wrmsr
        AT      user_reads_words
        movq    WORDS, %rax
        AT      user_writes_constants
        movq    %rax, USER_CONSTANTS
        AT      user_jumps_to_kernel
        leaq    start(%rip), %rax
        jmp     *%rax
        AT      user_misaligned
        movq    USER_WORDS + 1, %rax
        AT      user_nops
        nop
        AT      user_nops_1
        nop
        AT      user_syscall
        syscall
        AT      user_syscall_1
        nop
        AT      user_sysret
        sysretq
        AT      user_sysenter
        sysenter
