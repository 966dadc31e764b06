namespace EntryGen.Kernel;

/// <summary>Segment selectors of Linux's 64-bit GDT (<c>segment.h</c>). SYSRET fixes the order of the three user segments.</summary>
public static class Selectors
{
    /// <summary>32-bit kernel code.</summary>
    public const ushort KernelCode32 = 0x08;

    /// <summary>64-bit kernel code.</summary>
    public const ushort KernelCode = 0x10;

    /// <summary>Kernel data and stack.</summary>
    public const ushort KernelData = 0x18;

    /// <summary>32-bit user code.</summary>
    public const ushort UserCode32 = 0x23;

    /// <summary>User data and stack.</summary>
    public const ushort UserData = 0x2b;

    /// <summary>64-bit user code.</summary>
    public const ushort UserCode = 0x33;

    /// <summary>The task state segment, a 16-byte descriptor.</summary>
    public const ushort Tss = 0x40;

    /// <summary>The LDT, a 16-byte descriptor.</summary>
    public const ushort Ldt = 0x50;

    /// <summary>A 16-bit stack segment in the LDT, entry 0, as DOS emulators use.</summary>
    public const ushort UserStack16 = 0x07;

    /// <summary>A data segment whose limit holds the CPU number in bits 11:0 and the node in 19:12; paranoid entry reads it with LSL.</summary>
    public const ushort CpuNode = 0x7b;
}
