namespace EntryGen;

/// <summary>A linear address of the guest (SDM vol. 3A, 3.3.7).</summary>
/// <param name="Value">The 64 bits.</param>
public readonly record struct VirtualAddress(ulong Value) : IComparable<VirtualAddress>
{
    /// <summary>Whether bits 63:47 are all equal: the only addresses that 4-level paging translates.</summary>
    public bool IsCanonical => (ulong)((long)(Value << 16) >> 16) == Value;

    /// <summary>The offset in the 4 KiB page.</summary>
    public int PageOffset => (int)(Value & 0xFFF);

    /// <summary>The start of the 4 KiB page.</summary>
    public VirtualAddress Page => new(Value & ~0xFFFUL);

    /// <summary>The address <paramref name="bytes"/> further on.</summary>
    public static VirtualAddress operator +(VirtualAddress address, long bytes) => new(address.Value + (ulong)bytes);

    /// <summary>A number used as an address.</summary>
    public static implicit operator VirtualAddress(ulong value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(VirtualAddress other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:x}";
}
