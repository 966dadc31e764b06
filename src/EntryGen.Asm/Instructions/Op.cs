namespace EntryGen.Asm.Instructions;

/// <summary>Operations the table knows; <see cref="InstructionTable"/> has one row for each and says what it does.</summary>
/// <remarks>An operation is a meaning, not a mnemonic: <c>mov</c> is one of seven operations by its operands, <c>jz</c> and <c>je</c> are one.</remarks>
public enum Op
{
    /// <summary>An instruction that is read but not modelled: running it stops the machine.</summary>
    Unmodelled,

#pragma warning disable CS1591 // the names are the SDM's; the rows have a summary each

    // Data movement
    Mov, Movnti, Movsx, Movzx, Lea, Xchg, Xadd, Cmpxchg,
    /// <summary>CMPXCHG8B with width 8, CMPXCHG16B with width 16.</summary>
    Cmpxchg16b,
    Bswap, Cmov,
    /// <summary>CBW, CWDE, CDQE by width of the result.</summary>
    Cdqe,
    /// <summary>CWD, CDQ, CQO by width of the source.</summary>
    Cqo,
    Movs, Stos, Lods, Scas, Cmps,

    // Arithmetic and logic
    Add, Adc, Sub, Sbb, Cmp, Neg, Inc, Dec, Mul,
    /// <summary>IMUL with two register or memory operands.</summary>
    Imul,
    /// <summary>IMUL with an immediate.</summary>
    ImulImmediate,
    /// <summary>IMUL with one operand, result in RDX:RAX.</summary>
    ImulWide,
    Div, Idiv, And, Or, Xor, Not, Test,

    // Bits
    Bt, Bts, Btr, Btc, Bsf, Bsr, Popcnt, Set,

    // Shifts
    Shl, Shr, Sar, Rol, Ror, Rcl, Rcr, Shld, Shrd,

    // Control flow
    Jmp, Jcc, Jrcxz, Loop, Call, Ret, FarJmp, FarCall, FarRet,
    Iret, Sysret, Sysexit, Syscall, Sysenter, Eretu, Erets, Int, Int3, Ud2, Hlt,

    // Stack
    Push, Pop, Pushf, Popf, Leave,

    // System
    MovFromControl, MovToControl, MovFromDebug, MovToDebug, MovFromSegment, MovToSegment,
    Swapgs, Rdfsbase, Rdgsbase, Wrfsbase, Wrgsbase, Rdmsr, Wrmsr, Wrmsrns,
    Lsl, Lar, Sldt, Lldt, Str, Ltr, Lkgs, Sgdt, Lgdt, Sidt, Lidt, Smsw, Lmsw, Clts, Verr, Verw,
    Invlpg, Invpcid, Invd, Wbinvd, In, Out, Cpuid, Rdtsc, Rdtscp, Rdpmc, Rdpid, Rdpkru, Wrpkru, Xgetbv, Xsetbv,

    // Flags
    Clac, Stac, Cli, Sti, Cld, Std, Clc, Stc, Cmc, Lahf, Sahf,

    // Fences and hints
    Lfence, Mfence, Sfence, Serialize, Nop, Pause, Endbr64, Endbr32,
#pragma warning restore CS1591
}
