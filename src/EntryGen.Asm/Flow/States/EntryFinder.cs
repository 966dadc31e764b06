using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

/// <summary>Finds the entries of a Program and how they are reached, by the kernel's names (arch/x86/include/asm/idtentry.h, kernel/cpu/common.c).</summary>
public static class EntryFinder
{
    private static readonly HashSet<string> _withErrorCode = new(StringComparer.Ordinal)
    {
        "asm_exc_double_fault", "asm_exc_invalid_tss", "asm_exc_segment_not_present", "asm_exc_stack_segment", "asm_exc_general_protection",
        "asm_exc_page_fault", "asm_exc_alignment_check", "asm_exc_control_protection", "asm_exc_vmm_communication",

        // The stub of a vector pushes its number in the place of an error code.
        "asm_common_interrupt", "asm_spurious_interrupt",
    };

    private static readonly HashSet<string> _compatible = new(StringComparer.Ordinal)
    {
        "entry_SYSCALL_compat", "entry_SYSCALL32_ignore", "ignore_sysret", "entry_SYSENTER_compat", "entry_INT80_compat", "asm_int80_emulation",
    };

    private static readonly Dictionary<string, (EntryShape Shape, StackObject Stack)> _known = new(StringComparer.Ordinal)
    {
        ["entry_SYSCALL_64"] = (EntryShape.Syscall, StackObject.User),
        ["entry_SYSCALL_compat"] = (EntryShape.Syscall, StackObject.User),
        ["entry_SYSCALL32_ignore"] = (EntryShape.Syscall, StackObject.User),
        ["ignore_sysret"] = (EntryShape.Syscall, StackObject.User),
        ["entry_SYSENTER_compat"] = (EntryShape.Sysenter, StackObject.Entry),
        ["entry_INT80_compat"] = (EntryShape.SoftwareInterrupt, StackObject.Entry),
        ["asm_int80_emulation"] = (EntryShape.SoftwareInterrupt, StackObject.Entry),

        // What the stub of that vector calls, with pt_regs in RDI.
        ["int80_emulation"] = (EntryShape.Call, StackObject.Thread),
        ["asm_exc_nmi"] = (EntryShape.Nmi, StackObject.Nmi),
        ["asm_exc_debug"] = (EntryShape.Paranoid, StackObject.Debug),
        ["asm_exc_machine_check"] = (EntryShape.Paranoid, StackObject.MachineCheck),
        ["asm_exc_double_fault"] = (EntryShape.Paranoid, StackObject.DoubleFault),
        ["asm_exc_vmm_communication"] = (EntryShape.Paranoid, StackObject.VmmCommunication),
        ["asm_load_gs_index"] = (EntryShape.Call, StackObject.Thread),
    };

    /// <summary>The entries, in the order of their addresses.</summary>
    public static IReadOnlyList<AnalyzedEntry> Find(Program program)
    {
        var called = new HashSet<CodeItem>(program.Items.OfType<Instruction>().Select(instruction => instruction.Target?.Item).OfType<CodeItem>());
        var entries = new List<AnalyzedEntry>();
        foreach (var symbol in program.Symbols.Values)
        {
            if (symbol.Item is { } item && ShapeOf(symbol, called) is var (shape, stack))
            {
                entries.Add(new AnalyzedEntry(symbol.Name, item, shape, stack, _withErrorCode.Contains(symbol.Name)) { IsCompatible = _compatible.Contains(symbol.Name) });
            }
        }

        return [.. entries.OrderBy(entry => entry.Item.Index).ThenBy(entry => entry.Symbol, StringComparer.Ordinal)];
    }

    private static (EntryShape Shape, StackObject Stack)? ShapeOf(ProgramSymbol symbol, HashSet<CodeItem> called)
    {
        var name = symbol.Name;
        if (_known.TryGetValue(name, out var known))
        {
            return known;
        }

        // The entries of Xen's paravirtualized guests run in another world: no SWAPGS, no CR3.
        if (!symbol.IsGlobal || name.IndexOf("xen", StringComparison.Ordinal) >= 0)
        {
            return null;
        }

        return name.StartsWith("asm_exc_", StringComparison.Ordinal) ? (EntryShape.Exception, StackObject.Entry)
            : name.StartsWith("asm_sysvec_", StringComparison.Ordinal) || name is "asm_common_interrupt" or "asm_spurious_interrupt" ? (EntryShape.Interrupt, StackObject.Entry)
            : null;
    }
}
