namespace EntryGen.Emulation;

/// <summary>A segment descriptor as the processor reads it (SDM vol. 3A, 3.4.5).</summary>
/// <param name="Bits">Its 8 bytes.</param>
internal readonly record struct SegmentDescriptor(ulong Bits)
{
    /// <summary>In the descriptor of a TSS: it is in use.</summary>
    public const ulong Busy = 1UL << 41;

    /// <summary>Type of a descriptor of an LDT.</summary>
    public const int Ldt = 2;

    /// <summary>Type of a descriptor of a TSS that is not busy.</summary>
    public const int AvailableTss = 9;

    /// <summary>Type of a call gate.</summary>
    public const int CallGate = 12;

    public uint Base => (uint)((Bits >> 16) & 0xFF_FFFF) | ((uint)(Bits >> 56) << 24);

    /// <summary>The offset of the last byte.</summary>
    public uint Limit
    {
        get
        {
            var limit = (uint)(Bits & 0xFFFF) | ((uint)(Bits >> 32) & 0xF_0000);
            return (Bits & (1UL << 55)) != 0 ? (limit << 12) | 0xFFF : limit;
        }
    }

    public int Type => (int)(Bits >> 40) & 0xF;

    public bool IsSystem => (Bits & (1UL << 44)) == 0;

    public int Dpl => (int)(Bits >> 45) & 3;

    public bool IsPresent => (Bits & (1UL << 47)) != 0;

    public bool IsLong => (Bits & (1UL << 53)) != 0;

    /// <summary>D/B.</summary>
    public bool IsBig => (Bits & (1UL << 54)) != 0;

    public bool IsCode => !IsSystem && (Type & 8) != 0;

    public bool IsConforming => IsCode && (Type & 4) != 0;

    public bool IsReadable => !IsSystem && ((Type & 8) == 0 || (Type & 2) != 0);

    public bool IsWritableData => !IsSystem && (Type & 0xA) == 2;

    /// <summary>Type, S, DPL, P, AVL, L, D/B and G at their places in the upper half: what LAR shows.</summary>
    public uint Rights => (uint)(Bits >> 32) & 0x00F0_FF00;

    /// <summary>An LDT, or an available or busy 64-bit TSS: the descriptors that have 16 bytes and that LSL accepts.</summary>
    public bool IsLdtOrTss => IsSystem && Type is 2 or 9 or 11;
}
