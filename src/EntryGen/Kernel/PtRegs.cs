namespace EntryGen.Kernel;

/// <summary>
/// Offsets of <c>struct pt_regs</c>, in bytes: 15 registers, orig_ax, and the five words of the hardware frame (<c>uapi/asm/ptrace-abi.h</c>).
/// </summary>
public static class PtRegs
{
#pragma warning disable CS1591 // the names are the registers'
    public const int R15 = 0;
    public const int R14 = 8;
    public const int R13 = 16;
    public const int R12 = 24;
    public const int Rbp = 32;
    public const int Rbx = 40;
    public const int R11 = 48;
    public const int R10 = 56;
    public const int R9 = 64;
    public const int R8 = 72;
    public const int Rax = 80;
    public const int Rcx = 88;
    public const int Rdx = 96;
    public const int Rsi = 104;
    public const int Rdi = 112;
    public const int OrigRax = 120;
    public const int Rip = 128;
    public const int Cs = 136;
    public const int Eflags = 144;
    public const int Rsp = 152;
    public const int Ss = 160;
    public const int FredEventData = 168;
#pragma warning restore CS1591

    /// <summary>Its size.</summary>
    public const int Size = 168;

    /// <summary>Its size in 8-byte words.</summary>
    public const int Words = Size / 8;

    /// <summary>Words of the hardware frame at its end: RIP, CS, RFLAGS, RSP, SS.</summary>
    public const int FrameWords = 5;
}
