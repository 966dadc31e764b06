using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

/// <summary>What the kernel's own variables and C functions are known to give to entry code. Facts; whatever is not here is unknown.</summary>
public sealed class KernelModel
{
    /// <summary>The C function that finds another stack for a #VC.</summary>
    public const string SwitchesStack = "vc_switch_off_ist";

    private const ulong AliasBits = 0xFFFF_0000;
    private const long PtRegsSize = 21 * 8;
    private const long PtRegsBp = 4 * 8, PtRegsAx = 10 * 8, PtRegsIp = 16 * 8, PtRegsFlags = 18 * 8, PtRegsSp = 19 * 8;
    private static readonly HashSet<string> _movesFrame = new(StringComparer.Ordinal) { "sync_regs", "fixup_bad_iret" };

    // Words of pt_regs that a system call's C function writes (arch/x86/entry/common.c): the result; for the fast 32-bit calls also where user mode goes on.
    private static readonly long[] _result = [PtRegsAx];
    private static readonly long[] _resultAndReturn = [PtRegsBp, PtRegsAx, PtRegsIp, PtRegsFlags, PtRegsSp];
    private static readonly Dictionary<string, long[]> _writes = new(StringComparer.Ordinal)
    {
        ["do_syscall_64"] = _result,
        ["do_int80_emulation"] = _result,
        ["do_int80_syscall_32"] = _result,
        ["do_fast_syscall_32"] = _resultAndReturn,
        ["do_SYSENTER_32"] = _resultAndReturn,
    };

    private readonly Program _program;
    private readonly HashSet<ulong> _special = [];

    /// <summary>The model for a Program.</summary>
    public KernelModel(Program program)
    {
        _program = program;
        foreach (var name in SpecialPlaces)
        {
            if (program.Symbols.TryGetValue(name, out var symbol))
            {
                // Early K8s reported the RIP of a faulting IRET truncated: error_entry looks for that too.
                _special.Add(symbol.Address);
                _special.Add((uint)symbol.Address);
            }
        }
    }

    /// <summary>The value of a variable that entry code loads; null when nothing is known about it.</summary>
    /// <param name="operand">The operand that loads it.</param>
    public AbstractValue? Load(MemoryOperand operand) => operand.Symbol?.Name switch
    {
        "cpu_current_top_of_stack" => AbstractValue.OnStack(StackObject.Thread, 0),
        "pcpu_hot" when IsConstant("X86_top_of_stack", operand.Displacement) => AbstractValue.OnStack(StackObject.Thread, 0),
        "cpu_tss_rw" when IsConstant("TSS_sp0", operand.Displacement) => AbstractValue.OnStack(StackObject.Entry, 0),
        "cpu_tss_rw" when IsConstant("TSS_sp1", operand.Displacement) => AbstractValue.OnStack(StackObject.Thread, 0),
        "espfix_waddr" => AbstractValue.OnStack(StackObject.Espfix, 0),
        "__per_cpu_offset" => AbstractValue.Of(OriginKind.PerCpuBase),
        _ => null,
    };

    /// <summary>The place that a variable names together with bits of an address: espfix_stack has 65,536 aliases, which differ in bits 16 to 31. Null when it is no place.</summary>
    /// <param name="operand">The operand that loads the variable.</param>
    /// <param name="bits">What it is combined with by OR.</param>
    public AbstractValue? AliasOf(MemoryOperand operand, AbstractValue bits) =>
        operand.Symbol?.Name == "espfix_stack" && bits.KnownBits == 0 && (bits.KnownMask | AliasBits) == ulong.MaxValue ? AbstractValue.OnStack(StackObject.Espfix, 0) : null;

    /// <summary>Whether an operand is the mask of the PCIDs whose user half is to be flushed (THIS_CPU_user_pcid_flush_mask).</summary>
    /// <param name="operand">The operand.</param>
    public bool IsPendingFlush(MemoryOperand operand) => operand.Symbol?.Name switch
    {
        "user_pcid_flush_mask" => true,
        "cpu_tlbstate" => IsConstant("TLB_STATE_user_pcid_flush_mask", operand.Displacement),
        _ => false,
    };

    /// <summary>The places whose interruption is a scenario of its own: in every other one the interrupted RIP is none of these.</summary>
    public static IReadOnlyList<string> SpecialPlaces { get; } = [IretToUser, LoadOfGs];

    /// <summary>The IRET that returns to user mode, with the user's GS base and CR3 live.</summary>
    public const string IretToUser = "native_irq_return_iret";

    /// <summary>The same on processors that report the RIP of a faulting IRET without its upper half (early K8s): a name for it in <see cref="Scenario.SpecialPlace"/>.</summary>
    public const string IretToUserTruncated = IretToUser + ", RIP truncated";

    /// <summary>The load of GS between two SWAPGS.</summary>
    public const string LoadOfGs = ".Lgs_change";

    /// <summary>Whether an address is that of the load of GS.</summary>
    public bool IsLoadOfGs(ulong address) => _program.Symbols.TryGetValue(LoadOfGs, out var symbol) && symbol.Address == address;

    /// <summary>Whether an address is one of those.</summary>
    public bool IsSpecialPlace(ulong address) => _special.Contains(address);

    /// <summary>Whether one value is the interrupted RIP and the other a place that it is not.</summary>
    public bool AreDistinct(AbstractValue left, AbstractValue right) => IsOtherPlace(left, right) || IsOtherPlace(right, left);

    /// <summary>The stack on which a C function that moves pt_regs leaves them, and where; null for any other function.</summary>
    /// <param name="function">The function.</param>
    /// <param name="argument">Its first argument, the pt_regs it is given.</param>
    public AbstractValue? MovesFrameTo(string function, AbstractValue argument) =>
        _movesFrame.Contains(function) ? AbstractValue.OnStack(StackObject.Thread, -PtRegsSize)
        : function == SwitchesStack ? AbstractValue.OnStack(StackObject.Interrupted, argument.Offset)
        : null;

    /// <summary>Whether anything is known about a C function.</summary>
    public static bool Knows(string function) => _movesFrame.Contains(function) || function == SwitchesStack || _writes.ContainsKey(function);

    /// <summary>Whether a C function does no more than copy pt_regs to the task's stack, so that nothing of the kernel's own work has begun.</summary>
    public static bool MovesFrame(string function) => _movesFrame.Contains(function);

    /// <summary>Offsets of the words of pt_regs that a C function writes for the system call that it does; none for any other function.</summary>
    public static IReadOnlyList<long> WritesTo(string function) => _writes.TryGetValue(function, out var words) ? words : [];

    /// <summary>Whether a Program is the kernel's own entry code, made for every processor and all of the kernel's C code; a sketch of some entries need not be.</summary>
    public static bool IsWhole(Program program) => program.Symbols.ContainsKey("asm_load_gs_index");

    /// <summary>Whether a C function takes the number of the system call behind pt_regs.</summary>
    public static bool TakesNumber(string function) => function == "do_syscall_64";

    /// <summary>Bytes of struct pt_regs (arch/x86/include/asm/ptrace.h).</summary>
    public static long FrameSize => PtRegsSize;

    private bool IsOtherPlace(AbstractValue rip, AbstractValue place) =>
        rip is { Origin: { Kind: OriginKind.EntryFrame, Detail: (int)FrameField.Rip }, Offset: 0 } && place.IsConstant && _special.Contains(place.KnownBits);

    private bool IsConstant(string name, long value) => _program.Constants.TryGetValue(name, out var constant) && constant == value;
}
