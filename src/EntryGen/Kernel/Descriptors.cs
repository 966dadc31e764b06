namespace EntryGen.Kernel;

/// <summary>Encodes descriptors as the processor reads them (SDM vol. 3A, 3.4.5, 7.2.3 and 6.14.1).</summary>
internal static class Descriptors
{
    /// <summary>64-bit code, accessed, readable.</summary>
    public static ulong Code64(int dpl) => Segment(0, 0xfffff, type: 0xb, dpl, longMode: true, big: false, granular: true);

    /// <summary>Flat 32-bit code, accessed, readable.</summary>
    public static ulong Code32(int dpl) => Segment(0, 0xfffff, type: 0xb, dpl, longMode: false, big: true, granular: true);

    /// <summary>Flat data, accessed, writable.</summary>
    public static ulong Data(int dpl) => Segment(0, 0xfffff, type: 0x3, dpl, longMode: false, big: true, granular: true);

    /// <summary>16-bit data of 64 KiB, accessed, writable.</summary>
    public static ulong Data16(int dpl) => Segment(0, 0xffff, type: 0x3, dpl, longMode: false, big: false, granular: false);

    /// <summary>The CPUNODE segment: read-only data whose limit is a number for LSL.</summary>
    public static ulong CpuNode(int cpu, int node) => Segment(0, (uint)(node << 12 | cpu), type: 0x5, dpl: 3, longMode: false, big: true, granular: false);

    /// <summary>A system segment of long mode: two words.</summary>
    /// <param name="address">Base.</param>
    /// <param name="limit">Offset of the last byte.</param>
    /// <param name="type">9 available TSS, 11 busy TSS, 2 LDT.</param>
    public static (ulong Low, ulong High) System(VirtualAddress address, uint limit, int type)
    {
        var low = (ulong)(limit & 0xffff)
            | (address.Value & 0xff_ffff) << 16
            | (ulong)type << 40
            | 1ul << 47
            | (ulong)(limit >> 16 & 0xf) << 48
            | (address.Value >> 24 & 0xff) << 56;
        return (low, address.Value >> 32);
    }

    /// <summary>A 64-bit interrupt gate: two words.</summary>
    /// <param name="target">Where it leads.</param>
    /// <param name="ist">Interrupt stack table index, 0 for none.</param>
    /// <param name="dpl">Highest privilege number from which <c>INT n</c> may use it.</param>
    public static (ulong Low, ulong High) InterruptGate(VirtualAddress target, byte ist, int dpl)
    {
        var low = (target.Value & 0xffff)
            | (ulong)Selectors.KernelCode << 16
            | (ulong)(ist & 7) << 32
            | 0xeul << 40
            | (ulong)dpl << 45
            | 1ul << 47
            | (target.Value >> 16 & 0xffff) << 48;
        return (low, target.Value >> 32);
    }

    private static ulong Segment(uint address, uint limit, int type, int dpl, bool longMode, bool big, bool granular) =>
        limit & 0xffff
        | (ulong)(address & 0xff_ffff) << 16
        | (ulong)type << 40
        | 1ul << 44
        | (ulong)dpl << 45
        | 1ul << 47
        | (ulong)(limit >> 16 & 0xf) << 48
        | (longMode ? 1ul << 53 : 0)
        | (big ? 1ul << 54 : 0)
        | (granular ? 1ul << 55 : 0)
        | (ulong)(address >> 24) << 56;
}
