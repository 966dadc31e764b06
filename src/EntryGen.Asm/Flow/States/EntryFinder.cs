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
        ["asm_fred_entrypoint_user"] = (EntryShape.FredUser, StackObject.Thread),
        ["asm_fred_entrypoint_kernel"] = (EntryShape.FredKernel, StackObject.Interrupted),
        ["asm_fred_entry_from_kvm"] = (EntryShape.Call, StackObject.Thread),
        ["asm_load_gs_index"] = (EntryShape.Call, StackObject.Thread),
        ["__switch_to_asm"] = (EntryShape.Call, StackObject.Thread),
    };

    /// <summary>The entries, in the order of their addresses.</summary>
    public static IReadOnlyList<AnalyzedEntry> Find(Program program)
    {
        var entries = new List<AnalyzedEntry>();
        foreach (var symbol in program.Symbols.Values)
        {
            if (symbol.Item is { } item && ShapeOf(symbol.Name, symbol.IsGlobal) is var (shape, stack))
            {
                entries.Add(new AnalyzedEntry(symbol.Name, item, shape, stack, _withErrorCode.Contains(symbol.Name))
                {
                    IsCompatible = _compatible.Contains(symbol.Name),
                    IsCalledFromC = shape == EntryShape.Call,
                });
            }
        }

        return [.. entries.OrderBy(entry => entry.Item.Index).ThenBy(entry => entry.Symbol, StringComparer.Ordinal)];
    }

    /// <summary>An entry that is declared as one.</summary>
    /// <param name="name">Its symbol.</param>
    /// <param name="item">Its first item.</param>
    /// <param name="kind">How it is reached: a name of <c>EntryGen.EntryKind</c>; <c>Call</c> for what its name says, and by a call when that says nothing.</param>
    /// <param name="vector">The vector through which it is reached; null for what its name says.</param>
    public static AnalyzedEntry Describe(string name, CodeItem item, string kind, byte? vector = null)
    {
        var shape = ShapeOf(kind, vector);
        var known = ShapeOf(name, isGlobal: true) ?? (EntryShape.Call, StackObject.Thread);

        // An exception is an interrupt that can hit more places.
        var isAsNamed = shape is null || shape == known.Shape || (shape == EntryShape.Interrupt && known.Shape == EntryShape.Exception);
        var (actual, stack) = isAsNamed ? known : (shape!.Value, StackOf(shape.Value, vector));
        return new AnalyzedEntry(name, item, actual, stack, vector is null ? _withErrorCode.Contains(name) : HasErrorCode(vector.Value))
        {
            IsCompatible = _compatible.Contains(name) || actual is EntryShape.Sysenter or EntryShape.SoftwareInterrupt,
        };
    }

    // Vectors below 32 are exceptions (SDM vol. 3A, table 6-1).
    private static EntryShape? ShapeOf(string kind, byte? vector) => kind switch
    {
        "Syscall" => EntryShape.Syscall,
        "Sysenter" => EntryShape.Sysenter,
        "Int80" => EntryShape.SoftwareInterrupt,
        "Interrupt" => vector < 32 ? EntryShape.Exception : EntryShape.Interrupt,
        "Paranoid" => EntryShape.Paranoid,
        "Nmi" => EntryShape.Nmi,
        _ => null,
    };

    private static StackObject StackOf(EntryShape shape, byte? vector) => shape switch
    {
        EntryShape.Call => StackObject.Thread,
        EntryShape.Syscall => StackObject.User,
        EntryShape.Nmi => StackObject.Nmi,
        EntryShape.Paranoid => vector switch
        {
            8 => StackObject.DoubleFault,
            18 => StackObject.MachineCheck,
            29 => StackObject.VmmCommunication,
            _ => StackObject.Debug,
        },
        _ => StackObject.Entry,
    };

    /// <summary>Whether the processor pushes an error code with an exception (SDM vol. 3A, 6.13; AMD APM vol. 2, 8.4).</summary>
    /// <param name="vector">Its vector.</param>
    public static bool HasErrorCode(byte vector) => vector is 8 or (>= 10 and <= 14) or 17 or 21 or 29 or 30;

    private static (EntryShape Shape, StackObject Stack)? ShapeOf(string name, bool isGlobal)
    {
        if (_known.TryGetValue(name, out var known))
        {
            return known;
        }

        // The entries of Xen's paravirtualized guests run in another world: no SWAPGS, no CR3.
        if (!isGlobal || name.IndexOf("xen", StringComparison.Ordinal) >= 0)
        {
            return null;
        }

        return name.StartsWith("asm_exc_", StringComparison.Ordinal) ? (EntryShape.Exception, StackObject.Entry)
            : name.StartsWith("asm_sysvec_", StringComparison.Ordinal) || name is "asm_common_interrupt" or "asm_spurious_interrupt" ? (EntryShape.Interrupt, StackObject.Entry)
            : null;
    }
}
