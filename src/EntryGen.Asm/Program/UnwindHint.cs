using EntryGen.Asm.Gas;

namespace EntryGen.Asm;

/// <summary>A record of .discard.unwind_hints (struct unwind_hint, include/linux/objtool_types.h): what the author says about the stack before an instruction.</summary>
/// <param name="Place">The instruction.</param>
/// <param name="Type">What is at the place that register and offset give.</param>
/// <param name="Register">The register to count from.</param>
/// <param name="Offset">Bytes from the register's value, or from the word it points to for the indirect ones.</param>
/// <param name="IsEnd">The stack ends here: the record says so (until 6.3), or its type does.</param>
/// <param name="IsSignal">The frame is that of an event and not of a call (since 6.4).</param>
/// <param name="Statement">The first statement of the record.</param>
public sealed record UnwindHint(
    RecordedPlace Place, UnwindHintType Type, UnwindRegister Register, int Offset, bool IsEnd, bool IsSignal, Statement Statement);

/// <summary>What an unwind hint describes. The kernel has renumbered these; the unit's own macros say which number is which.</summary>
public enum UnwindHintType
{
    /// <summary>A number that no macro names.</summary>
    Unknown,

    /// <summary>Nothing is known about the stack (UNDEFINED).</summary>
    Undefined,

    /// <summary>The last frame there is (END_OF_STACK; in 6.1 ENTRY, an entry from user mode).</summary>
    EndOfStack,

    /// <summary>The stack pointer of the caller before the call (CALL).</summary>
    Call,

    /// <summary>A complete struct pt_regs (REGS).</summary>
    Registers,

    /// <summary>The five words that the processor pushes (REGS_PARTIAL).</summary>
    PartialRegisters,

    /// <summary>As <see cref="Call"/>, at the start of something that is called (FUNC).</summary>
    Function,

    /// <summary>What is known here is to be remembered (SAVE).</summary>
    Save,

    /// <summary>What was remembered holds again (RESTORE).</summary>
    Restore,
}

/// <summary>The registers of ORC data, by their numbers (ORC_REG_, arch/x86/include/asm/orc_types.h).</summary>
public enum UnwindRegister
{
    /// <summary>None.</summary>
    Undefined = 0,

    /// <summary>The caller's stack pointer.</summary>
    PreviousSp = 1,

    /// <summary>RDX.</summary>
    Dx = 2,

    /// <summary>RDI.</summary>
    Di = 3,

    /// <summary>RBP.</summary>
    Bp = 4,

    /// <summary>RSP.</summary>
    Sp = 5,

    /// <summary>R10.</summary>
    R10 = 6,

    /// <summary>R13.</summary>
    R13 = 7,

    /// <summary>The word that RBP plus the offset points to.</summary>
    BpIndirect = 8,

    /// <summary>The word that RSP points to, plus the offset.</summary>
    SpIndirect = 9,
}
