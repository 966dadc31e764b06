namespace EntryGen.Kernel.CFunctions;

/// <summary>What models of C functions know about the kernel around them.</summary>
internal sealed class KernelContext
{
    private readonly EntryUnit _unit;
    private readonly ulong? _topOfStack;
    private readonly ulong? _entryStackTop;

    public KernelContext(EntryUnit unit, KernelLayout layout, StackMap stacks)
    {
        _unit = unit;
        Layout = layout;
        Stacks = stacks;
        _topOfStack = PerCpu("cpu_current_top_of_stack") ?? PerCpu("pcpu_hot", "X86_top_of_stack");
        _entryStackTop = PerCpu(KernelVariables.Tss) + DescriptorTables.TssRsp0;
    }

    public EntryUnit Unit => _unit;

    public KernelLayout Layout { get; }

    public StackMap Stacks { get; }

    /// <summary>Reads <c>current_top_of_stack()</c>, which is %gs-relative. A unit without the variable has it as a constant.</summary>
    public bool LoadTopOfStack(ref Cpu cpu, out ulong value) => Load(ref cpu, _topOfStack, Layout.Stack(StackKind.Thread).Top, out value);

    /// <summary>Reads <c>cpu_tss_rw.x86_tss.sp0</c>, %gs-relative too.</summary>
    public bool LoadEntryStackTop(ref Cpu cpu, out ulong value) => Load(ref cpu, _entryStackTop, Layout.Stack(StackKind.Entry).Top, out value);

    /// <summary>
    /// Whether RIP lies in SYSCALL entry before there is a stack, or in SYSRET exit after it is gone (the kernel's <c>ip_within_syscall_gap</c>).
    /// </summary>
    public bool IsInSyscallGap(ulong rip) =>
        Between(rip, "entry_SYSCALL_64", "entry_SYSCALL_64_safe_stack")
        || Between(rip, "entry_SYSRETQ_unsafe_stack", "entry_SYSRETQ_end")
        || Between(rip, "entry_SYSCALL_compat", "entry_SYSCALL_compat_safe_stack")
        || Between(rip, "entry_SYSRETL_compat_unsafe_stack", "entry_SYSRETL_compat_end");

    private bool Between(ulong rip, string first, string end) =>
        _unit.Symbols.TryGetValue(first, out var from) && _unit.Symbols.TryGetValue(end, out var to) && rip >= from && rip < to;

    private static bool Load(ref Cpu cpu, ulong? offset, VirtualAddress otherwise, out ulong value)
    {
        if (offset is null)
        {
            value = otherwise.Value;
            return true;
        }

        return cpu.TryRead(cpu.GsBase + offset.Value, out value);
    }

    private ulong? PerCpu(string name, string? offsetConstant = null)
    {
        if (_unit.Externals.GetValueOrDefault(name) is not { Kind: ExternalKind.PerCpu } variable)
        {
            return null;
        }

        return offsetConstant is null ? variable.Address
            : _unit.Constants.TryGetValue(offsetConstant, out var offset) ? variable.Address + (ulong)offset
            : null;
    }
}
