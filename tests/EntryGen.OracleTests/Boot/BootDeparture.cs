namespace EntryGen.OracleTests.Boot;

/// <summary>A case in which an emulator departs from the SDM, which EntryGen follows.</summary>
/// <param name="Case">The case's name.</param>
/// <param name="Sdm">What the SDM says.</param>
/// <param name="Emulator">What the emulator does.</param>
internal sealed record BootDeparture(string Case, string Sdm, string Emulator)
{
    /// <summary>Those of Bochs 2.7.</summary>
    public static IReadOnlyList<BootDeparture> OfBochs { get; } =
    [
        new("gate_stack_not_canonical", "SDM vol. 2, INT n: the error code of #SS names the new stack segment, which is none", "it names the old one"),
        new("double_fault", "SDM vol. 3B 17.3.1.1: RF is pushed as it is but for faults; #DF is an abort", "RF is set in the frame"),
        new("stack_segment_shadow_before_interrupt", "SDM vol. 3A 6.8.3: a debug trap that MOV SS holds back comes after the next instruction, before the first of the handler that INT enters", "the trap is lost"),
        new("iret_ss_not_present", "SDM vol. 2, IRET: #SS(selector) when the stack segment is not present", "#NP(selector)"),
        new("syscall_single_stepped", "SDM vol. 2, SYSCALL: IA32_FMASK clears TF before a trap would be taken", "a single-step trap before the first instruction of the kernel"),
    ];
}
