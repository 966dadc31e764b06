using EntryGen.Asm;
using EntryGen.Asm.Instructions;
using EntryGen.Generators.Emission;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>Who says that an operation's meaning is right: Unicorn, or tests named here with the reason why Unicorn 2.0.1 cannot.</summary>
/// <param name="Test">Class and method of the test.</param>
/// <param name="WhyNotUnicorn">The reason; empty when Unicorn judges.</param>
internal sealed record InstructionJudge(string Test, string WhyNotUnicorn)
{
    private const string WholePc = "BootTests.Bochs_finds_what_EntryGen_finds";
    private const string NoFeature = "its processor does not enumerate the instruction";
    private const string NotChecked = "it checks no reserved bits, and a wrong value ends the comparison; values that Linux gives CR3 are judged by `KernelPathTests`";
    private const string NotDelivered = "it calls a hook of the host instead of delivering the event";

    private static readonly InstructionJudge _unicorn = new("InstructionTests.Every_form_from_random_states", "");

    private static readonly Dictionary<Op, InstructionJudge> _others = new()
    {
        [Op.Popcnt] = new("HandCheckedInstructionTests.Set_bits_are_counted_one_by_one", NoFeature),
        [Op.Pause] = new("HandCheckedInstructionTests.Hints_change_nothing", "it ends its loop at PAUSE and does not count it"),
        [Op.Serialize] = new("HandCheckedInstructionTests.Hints_change_nothing", NoFeature),
        [Op.Rdpid] = new("HandCheckedInstructionTests.RDPID_reads_TSC_AUX", NoFeature),
        [Op.Rdfsbase] = new("SystemRegisterTests.FSGSBASE_instructions_need_their_bit_and_canonical_addresses", NoFeature),
        [Op.Rdgsbase] = new("SystemRegisterTests.FSGSBASE_instructions_need_their_bit_and_canonical_addresses", NoFeature),
        [Op.Wrfsbase] = new("SystemRegisterTests.FSGSBASE_instructions_need_their_bit_and_canonical_addresses", NoFeature),
        [Op.Wrgsbase] = new("SystemRegisterTests.FSGSBASE_instructions_need_their_bit_and_canonical_addresses", NoFeature),
        [Op.Invpcid] = new("SystemRegisterTests.INVPCID_checks_type_descriptor_and_PCIDE", NoFeature),
        [Op.Wrmsrns] = new("SystemRegisterTests.WRMSR_and_RDMSR_agree", NoFeature),
        [Op.Rdmsr] = new("SystemRegisterTests.WRMSR_and_RDMSR_agree", "it knows other registers, and reads 0 from those it does not know"),
        [Op.Wrmsr] = new("SystemRegisterTests.WRMSR_and_RDMSR_agree", "it knows other registers, and checks no values"),
        [Op.MovToControl] = new("SystemRegisterTests.Mov_to_control_register_checks_its_value", NotChecked),
        [Op.MovToDebug] = new("SystemRegisterTests.Debug_registers_read_back_with_their_fixed_bits", "a write to DR7 ends its process"),
        [Op.Syscall] = new("ReturnTests.SYSCALL_saves_in_registers_and_touches_no_memory", NotDelivered),
        [Op.Eretu] = new("FredTests.A_system_call_goes_to_the_entry_point_and_ERETU_back", NoFeature),
        [Op.Erets] = new("FredTests.An_exception_in_the_kernel_takes_the_stack_of_its_level_and_ERETS_gives_it_back", NoFeature),
        [Op.Sysret] = new("ReturnTests.SYSRET_returns_to_64_and_32_bit_code", "EFER.SCE cannot be set: its processor does not enumerate SYSCALL"),
        [Op.Sysenter] = new("ReturnTests.SYSENTER_leaves_NT_AC_DF_and_TF_to_the_user", NoFeature),
        [Op.Iret] = new("ReturnTests.IRETQ_faults_with_the_stack_as_it_was", "it does not check the return address, and to another level it needs tables that ReturnTests have"),
        [Op.Int] = new("DeliveryTests.INT_n_needs_a_gate_that_the_level_may_use", NotDelivered),
        [Op.FarCall] = new(WholePc, "it cuts RSP to 32 bits for operands of 16 and 32 bits"),
        [Op.Cpuid] = new("PlatformTests.CPUID_is_what_the_platform_says", "it is another processor"),
        [Op.Rdtsc] = new("PlatformTests.Time_is_counted_in_instructions", "its counter is the host's"),
        [Op.Rdtscp] = new("PlatformTests.Time_is_counted_in_instructions", "its counter is the host's"),
        [Op.Rdpmc] = new("PlatformTests.A_performance_counter_needs_the_right_and_has_to_be_there", NoFeature),
        [Op.In] = new("PlatformTests.IN_and_OUT_go_to_the_platform", "it calls a hook of the host"),
        [Op.Out] = new("PlatformTests.IN_and_OUT_go_to_the_platform", "it calls a hook of the host"),
        [Op.Rdpkru] = new("PlatformTests.Protection_keys_are_not_there", NoFeature),
        [Op.Wrpkru] = new("PlatformTests.Protection_keys_are_not_there", NoFeature),
        [Op.Xgetbv] = new(WholePc, NoFeature),
        [Op.Xsetbv] = new(WholePc, NoFeature),
        [Op.Lkgs] = new("FredTests.LKGS_loads_the_base_that_SWAPGS_would_have_exchanged", NoFeature),
        [Op.Sysexit] = new(WholePc, NoFeature),
        [Op.Int3] = new("DeliveryTests.A_trap_gate_keeps_IF_and_both_clear_TF_and_NT", NotDelivered),
    };

    /// <summary>Whether Unicorn runs it, in every form.</summary>
    public bool IsUnicorn => this == _unicorn;

    /// <summary>The judge of an operation: one of those listed, Unicorn for all others.</summary>
    public static InstructionJudge Of(Op op) => _others.TryGetValue(op, out var other) ? other : _unicorn;

    /// <summary>Whether an instruction changes or shows system registers, which are then compared too.</summary>
    public static bool IsSystem(Instruction instruction) => instruction.Info.Op is >= Op.MovFromControl and <= Op.Xsetbv
        || (instruction.Info.Op == Op.Pop && instruction.Operands is [RegisterOperand { Register.Class: RegisterClass.Segment }]);
}
