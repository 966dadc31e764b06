using EntryGen.Asm.Gas;

namespace EntryGen.Asm;

/// <summary>A record of __ex_table (struct exception_table_entry, arch/x86/include/asm/extable.h).</summary>
/// <param name="Fault">The instruction that may fault.</param>
/// <param name="Landing">Where control goes when it does.</param>
/// <param name="Data">The third word: type in bits 7 to 0, then register, flags and immediate; 0 where records have two words.</param>
/// <param name="Handler">The C function in the third word of kernels 4.6 to 5.15 (<c>ex_handler_default</c>); null otherwise.</param>
/// <param name="Statement">The first statement of the record.</param>
public sealed record ExceptionEntry(RecordedPlace Fault, RecordedPlace Landing, int Data, string? Handler, Statement Statement)
{
    /// <summary>The type of the plain fixup, EX_TYPE_DEFAULT.</summary>
    public const int DefaultType = 1;

    /// <summary>The type for ERETU, EX_TYPE_ERETU: the event frame of the fault replaces that of the return.</summary>
    public const int EretuType = 21;

    /// <summary>The kernel's EX_TYPE_ number.</summary>
    public int Type => Data & 0xFF;
}

/// <summary>A record of _kprobe_blacklist (<c>_ASM_NOKPROBE</c>, arch/x86/include/asm/asm.h).</summary>
/// <param name="Function">The function, from its symbol to the symbol's end.</param>
/// <param name="Statement">The statement of the record.</param>
public sealed record KprobeExclusion(RecordedPlace Function, Statement Statement);
