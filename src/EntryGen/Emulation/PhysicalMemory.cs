using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EntryGen.Emulation;

/// <summary>The guest's RAM, from physical address 0. Beyond it reads give ones and writes are lost, as on a bus where nothing answers.</summary>
public sealed partial class PhysicalMemory
{
    /// <summary>Size of a page frame in bytes.</summary>
    public const int PageSize = 4096;

    /// <summary>Size in bytes of the blocks by which snapshots know what was written. Entry code writes a few hundred bytes of a few stacks.</summary>
    public const int BlockSize = 1 << BlockShift;

    internal const int BlockShift = 10;

    internal PhysicalMemory(int size)
    {
        if (size <= 0 || size % PageSize != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "The size of physical memory must be a positive multiple of 4096 bytes.");
        }

        // The operating system gives zeroed pages when they are first touched. Windows hold host addresses, so the array must stay where it is.
        Bytes = GC.AllocateArray<byte>(size, pinned: true);
        HostAddress = (ulong)Marshal.UnsafeAddrOfPinnedArrayElement(Bytes, 0);
        _touched = new int[size / BlockSize];
    }

    /// <summary>Size in bytes.</summary>
    public int Size => Bytes.Length;

    internal byte[] Bytes { get; }

    /// <summary>Where the host has physical address 0.</summary>
    internal ulong HostAddress { get; }

    /// <summary>A value, little-endian.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="address">Where it starts.</param>
    public T Read<T>(PhysicalAddress address)
        where T : unmanaged
    {
        Unsafe.SkipInit(out T value);
        Read(address, MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return value;
    }

    /// <summary>As <see cref="Read{T}"/>, for walks: they read four in a row.</summary>
    internal ulong ReadWord(ulong address) => address <= (ulong)(Bytes.Length - sizeof(ulong))
        ? Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Bytes), (nint)address))
        : Read<ulong>(address);

    /// <summary>Copies bytes out of memory.</summary>
    /// <param name="address">Where they start.</param>
    /// <param name="destination">Where they go.</param>
    public void Read(PhysicalAddress address, Span<byte> destination)
    {
        var present = Present(address, destination.Length);
        Bytes.AsSpan((int)(present == 0 ? 0 : address.Value), present).CopyTo(destination);
        destination[present..].Fill(0xFF);
    }

    /// <summary>Whether memory holds certain bytes.</summary>
    /// <param name="address">Where they would start.</param>
    /// <param name="bytes">The bytes.</param>
    public bool Holds(PhysicalAddress address, ReadOnlySpan<byte> bytes) =>
        Contains(address, bytes.Length) && Bytes.AsSpan((int)address.Value, bytes.Length).SequenceEqual(bytes);

    /// <summary>Changes a value, little-endian.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="address">Where it starts.</param>
    /// <param name="value">The new value.</param>
    public void Write<T>(PhysicalAddress address, T value)
        where T : unmanaged => Write(address, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref value)));

    /// <summary>Copies bytes into memory.</summary>
    /// <param name="address">Where they go.</param>
    /// <param name="source">The bytes.</param>
    public void Write(PhysicalAddress address, ReadOnlySpan<byte> source)
    {
        var present = Present(address, source.Length);
        if (present == 0)
        {
            return;
        }

        Writing?.Invoke(address.Value, source[..present]);
        WriteUnseen(address, source[..present]);
    }

    /// <summary>Called before bytes are written; null while nobody wants to know, which is when the windows can be written through.</summary>
    internal WriteObserver? Writing { get; set; }

    /// <summary>Is told of a write.</summary>
    /// <param name="address">Where.</param>
    /// <param name="bytes">What.</param>
    internal delegate void WriteObserver(ulong address, ReadOnlySpan<byte> bytes);

    /// <summary>Changes an entry of a page table to what it is but for its accessed and dirty flags.</summary>
    internal void WriteFlags(PhysicalAddress address, ulong entry)
    {
        if (Contains(address, sizeof(ulong)))
        {
            WriteUnseen(address, MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(ref entry)));
        }
    }

    private void WriteUnseen(PhysicalAddress address, ReadOnlySpan<byte> source)
    {
        var present = source.Length;
        for (var block = (int)(address.Value / BlockSize); block <= (int)((address.Value + (ulong)present - 1) / BlockSize); block++)
        {
            Touch(block);
        }

        source.CopyTo(Bytes.AsSpan((int)address.Value));
    }

    /// <summary>Whether RAM is there.</summary>
    /// <param name="address">The first byte.</param>
    /// <param name="length">The number of bytes.</param>
    public bool Contains(PhysicalAddress address, int length = 1) => Present(address, length) == length;

    private int Present(PhysicalAddress address, int length) => address.Value >= (ulong)Size ? 0 : (int)Math.Min((ulong)length, (ulong)Size - address.Value);
}
