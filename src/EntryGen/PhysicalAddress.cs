namespace EntryGen;

/// <summary>An address in the guest's physical memory.</summary>
/// <param name="Value">The byte number.</param>
public readonly record struct PhysicalAddress(ulong Value) : IComparable<PhysicalAddress>
{
    /// <summary>MAXPHYADDR of the modelled processor: higher address bits are reserved in page-table entries and CR3.</summary>
    public const int Width = 46;

    /// <summary>The offset in the 4 KiB page.</summary>
    public int PageOffset => (int)(Value & 0xFFF);

    /// <summary>The start of the 4 KiB page.</summary>
    public PhysicalAddress Page => new(Value & ~0xFFFUL);

    /// <summary>The address <paramref name="bytes"/> further on.</summary>
    public static PhysicalAddress operator +(PhysicalAddress address, long bytes) => new(address.Value + (ulong)bytes);

    /// <summary>A number used as an address.</summary>
    public static implicit operator PhysicalAddress(ulong value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(PhysicalAddress other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => $"phys 0x{Value:x}";
}
