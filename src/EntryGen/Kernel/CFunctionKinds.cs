using EntryGen.Kernel.CFunctions;

namespace EntryGen.Kernel;

/// <summary>What sort of code an external function of entry code is.</summary>
internal enum CFunctionKind
{
    /// <summary>C code: it needs the kernel's page tables, GS base, stack and flags.</summary>
    C,

    /// <summary>C code that moves pt_regs to the stack on which an event is handled: called on the entry or exception stack.</summary>
    StackSwitch,

    /// <summary>Assembly of other files: barriers, thunks, parts of paths.</summary>
    Thunk,
}

/// <summary>Tells them apart, by Linux's names.</summary>
internal static class CFunctionKinds
{
    /// <summary>The kind of a function.</summary>
    public static CFunctionKind Of(string name) => name is "sync_regs" or "fixup_bad_iret" or "vc_switch_off_ist" ? CFunctionKind.StackSwitch
        : KernelFunctions.IsAssembly(name) ? CFunctionKind.Thunk
        : CFunctionKind.C;
}
