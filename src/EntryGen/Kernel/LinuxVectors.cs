namespace EntryGen.Kernel;

/// <summary>Linux's assignment of the vectors that are not exceptions (<c>irq_vectors.h</c>).</summary>
public static class LinuxVectors
{
    /// <summary>The first vector that is not an exception.</summary>
    public const byte FirstExternal = 0x20;

    /// <summary>The 32-bit system call, <c>INT $0x80</c>.</summary>
    public const byte Int80 = 0x80;

    /// <summary>A device interrupt, where any one does.</summary>
    public const byte Device = 0x21;

    /// <summary>The local APIC's timer: at or next to the first vector whose handler is fixed, depending on the kernel.</summary>
    public const byte FirstSystem = 0xec;

    /// <summary>The local APIC's spurious vector.</summary>
    public const byte Spurious = 0xff;
}
