using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EntryGen;

/// <summary>The host's own accesses by linear address: no rights are checked, no flag is set, no TLB entry is used or made, nobody observes them.</summary>
public sealed partial class Machine
{
    /// <summary>A value in guest memory, as <see cref="HostPageTable"/> maps it.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="address">Linear address.</param>
    /// <exception cref="ArgumentException">Nothing is mapped there.</exception>
    public T Peek<T>(VirtualAddress address)
        where T : unmanaged
    {
        Unsafe.SkipInit(out T value);
        Peek(address, MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return value;
    }

    /// <summary>Copies bytes out of guest memory, as <see cref="HostPageTable"/> maps it.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="destination">Where they go.</param>
    /// <exception cref="ArgumentException">Nothing is mapped there.</exception>
    public void Peek(VirtualAddress address, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var length = Math.Min(destination.Length, 4096 - address.PageOffset);
            Memory.Read(Translate(address), destination[..length]);
            destination = destination[length..];
            address += length;
        }
    }

    /// <summary>Changes a value in guest memory, as <see cref="HostPageTable"/> maps it.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The new value.</param>
    /// <exception cref="ArgumentException">Nothing is mapped there.</exception>
    public void Poke<T>(VirtualAddress address, T value)
        where T : unmanaged => Poke(address, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref value)));

    /// <summary>Copies bytes into guest memory, as <see cref="HostPageTable"/> maps it.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="source">The bytes.</param>
    /// <exception cref="ArgumentException">Nothing is mapped there.</exception>
    public void Poke(VirtualAddress address, ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            var length = Math.Min(source.Length, 4096 - address.PageOffset);
            Memory.Write(Translate(address), source[..length]);
            source = source[length..];
            address += length;
        }
    }

    /// <summary>Where <see cref="HostPageTable"/> maps an address to.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="physical">The physical address.</param>
    /// <returns>False when nothing is mapped there.</returns>
    public bool TryTranslate(VirtualAddress address, out PhysicalAddress physical) => Linear.TryPeek(EffectiveHostPageTable, address.Value, out physical);

    private PhysicalAddress EffectiveHostPageTable => HostPageTable ?? this[Emulation.Reg.Cr3];

    private PhysicalAddress Translate(VirtualAddress address) => TryTranslate(address, out var physical)
        ? physical
        : throw new ArgumentException(
            $"Nothing is mapped at {address} under the page table {EffectiveHostPageTable}. "
            + "Map it with PageTableBuilder, or set Machine.HostPageTable to the kernel's page table.",
            nameof(address));
}
