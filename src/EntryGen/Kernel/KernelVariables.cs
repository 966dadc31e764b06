using EntryGen.Emulation;

namespace EntryGen.Kernel;

/// <summary>The kernel's variables that entry code reads: what they hold on a running system. A variable that the unit does not use is not there.</summary>
internal sealed class KernelVariables(EntryUnit unit, KernelOptions options, AddressSpace space)
{
    /// <summary>The per-CPU <c>struct tss_struct</c>.</summary>
    public const string Tss = "cpu_tss_rw";

    /// <summary>The per-CPU <c>struct tlb_state</c>.</summary>
    public const string TlbState = "cpu_tlbstate";

    /// <summary>The stack protector's secret.</summary>
    public const ulong StackCanary = 0xc0de_ca4a_4700_0000;
    private const ulong SpecCtrlIbrs = 1;
    private const uint PredCmdIbpb = 1;

    private KernelLayout _layout = options.Layout;

    /// <summary>What changes when a CPU switches to another task: where the task's stacks are.</summary>
    /// <param name="layout">The address space as they see it.</param>
    /// <param name="tss">The CPU's TSS.</param>
    public void SwitchTo(KernelLayout layout, VirtualAddress tss)
    {
        _layout = layout;
        var threadTop = layout.Stack(StackKind.Thread).Top.Value;
        PerCpu("cpu_current_top_of_stack", threadTop);
        PerCpu("pcpu_hot", threadTop, "X86_top_of_stack");
        if (options.PtiStacks)
        {
            var ptiTop = (layout.PtiStack + KernelLayout.PtiStackSize).Value;
            PerCpu("cpu_current_pti_stack", ptiTop);
            if (options.EntersOnPtiStack)
            {
                space.Write(tss + DescriptorTables.TssRsp0, ptiTop);
            }
        }
    }

    /// <summary>Writes those of a CPU, and what all have together.</summary>
    /// <param name="layout">The address space as the CPU sees it.</param>
    public void Write(KernelLayout layout)
    {
        _layout = layout;
        PerCpu("fixed_percpu_data", StackCanary, "FIXED_stack_canary", "stack_canary_offset");
        PerCpu("__stack_chk_guard", StackCanary);
        PerCpu("this_cpu_off", _layout.PerCpuBase.Value);
        PerCpu("x86_spec_ctrl_current", options.Features.Contains("KERNEL_IBRS") ? SpecCtrlIbrs : 0);

        var espfix = space.Translate(_layout.Espfix);
        PerCpu("espfix_waddr", (_layout.DirectMap + (long)espfix.Value).Value);
        PerCpu("espfix_stack", _layout.Espfix.Value);

        if (options.UserFlushPending)
        {
            var mask = (ushort)(1 << (options.Asid + 1));
            PerCpu(TlbState, mask, "TLB_STATE_user_pcid_flush_mask");
            PerCpu("user_pcid_flush_mask", mask);
        }

        Data("__per_cpu_offset", _layout.PerCpuBase.Value, offset: _layout.Cpu * 8);
        Data("pcpu_unit_offsets", _layout.PerCpuBase.Value, offset: (_layout.Cpu - options.Layout.Cpu) * 8);
        Data("x86_pred_cmd", PredCmdIbpb);
        Data("x86_verw_sel", Selectors.KernelData);
        Data("mds_verw_sel", Selectors.KernelData);
    }

    /// <summary>Writes a per-CPU variable, at the offset that a constant of the unit gives (the first of the names it has).</summary>
    private void PerCpu<T>(string name, T value, params ReadOnlySpan<string> offsetNames)
        where T : unmanaged
    {
        if (unit.Externals.GetValueOrDefault(name) is { Kind: ExternalKind.PerCpu } variable && Offset(offsetNames) is { } offset)
        {
            space.Write(_layout.PerCpuBase + ((long)variable.Address + offset), value);
        }
    }

    private void Data<T>(string name, T value, int offset = 0)
        where T : unmanaged
    {
        if (unit.Externals.GetValueOrDefault(name) is { Kind: ExternalKind.Data } variable)
        {
            space.Write(new VirtualAddress(variable.Address) + offset, value);
        }
    }

    private long? Offset(ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (unit.Constants.TryGetValue(name, out var offset))
            {
                return offset;
            }
        }

        return names.IsEmpty ? 0 : null;
    }
}
