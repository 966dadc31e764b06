using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Data accesses and fetches.</summary>
public ref partial struct Cpu
{
    /// <summary>
    /// The guest bytes [address, address+length) as a host reference, if they lie in one block that may be read now with no visible effect left to do;
    /// else a null reference, and nothing has happened.
    /// </summary>
    /// <param name="address">Linear address.</param>
    /// <param name="length">Bytes, at least 1; more than a block (1 KiB) never lie in one.</param>
    public readonly ref byte ReadWindow(ulong address, int length) => ref ReadWindow(ref Windows, address, length);

    /// <summary>As <see cref="ReadWindow(ulong, int)"/>, with the <see cref="Windows"/> of the present mode at hand.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="address">Linear address.</param>
    /// <param name="length">Bytes, at least 1; more than a block (1 KiB) never lie in one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref byte ReadWindow(ref Window windows, ulong address, int length)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref windows, WindowCache.Offset(address));
        if (slot.ReadTag == ((address + (uint)(length - 1)) | Window.LastByte))
        {
            return ref Host(address + slot.Addend);
        }

        return ref FillWindow(address, length, AccessKind.Read);
    }

    /// <summary>As <see cref="ReadWindow(ulong, int)"/>, for bytes that may be read and written.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="length">Bytes, at least 1; more than a block (1 KiB) never lie in one.</param>
    public readonly ref byte WriteWindow(ulong address, int length) => ref WriteWindow(ref Windows, address, length);

    /// <summary>As <see cref="WriteWindow(ulong, int)"/>, with the <see cref="Windows"/> of the present mode at hand.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="address">Linear address.</param>
    /// <param name="length">Bytes, at least 1; more than a block (1 KiB) never lie in one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref byte WriteWindow(ref Window windows, ulong address, int length)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref windows, WindowCache.Offset(address));
        if (slot.WriteTag == ((address + (uint)(length - 1)) | Window.LastByte))
        {
            return ref Host(address + slot.Addend);
        }

        return ref FillWindow(address, length, AccessKind.Write);
    }

    /// <summary>
    /// Whether the form that does blocks may go on at an address: an instruction may be fetched there and nothing has to be looked at before. False: the next
    /// instruction is left to the other form.
    /// </summary>
    /// <param name="address">Linear address of its first byte.</param>
    public readonly bool Fetch(ulong address) => Fetch(ref Windows, address);

    /// <summary>As <see cref="Fetch(ulong)"/>, with the <see cref="Windows"/> of the present mode at hand.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="address">Linear address of its first byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Fetch(ref Window windows, ulong address) =>
        Unsafe.AddByteOffset(ref windows, WindowCache.Offset(address)).FetchTag == (address | Window.LastByte) || FetchSlow(address);

    /// <summary>Begins the instruction at an address: events that are due before it, instruction breakpoints, its fetch.</summary>
    /// <param name="address">Linear address of its first byte.</param>
    /// <returns>False: an exception or the NMI is recorded, to be delivered in its place.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool FetchInstruction(ulong address) =>
        Unsafe.AddByteOffset(ref Windows, WindowCache.Offset(address)).FetchTag == (address | Window.LastByte) || BeginSlow(address);

    /// <summary>Reads a byte; false: a fault is recorded and nothing has happened.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value, zero-extended.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Load8(ulong address, out ulong value)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref Windows, WindowCache.Offset(address));
        var isInWindow = slot.ReadTag == ((address + 0) | Window.LastByte);
        value = isInWindow ? Unsafe.ReadUnaligned<byte>(ref Host(address + slot.Addend)) : LoadSlow(address, 1, AccessKind.Read);
        return isInWindow || Machine.Linear.HasLoaded;
    }

    /// <summary>Reads 2 bytes; false: a fault is recorded and nothing has happened.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value, zero-extended.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Load16(ulong address, out ulong value)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref Windows, WindowCache.Offset(address));
        var isInWindow = slot.ReadTag == ((address + 1) | Window.LastByte);
        value = isInWindow ? Unsafe.ReadUnaligned<ushort>(ref Host(address + slot.Addend)) : LoadSlow(address, 2, AccessKind.Read);
        return isInWindow || Machine.Linear.HasLoaded;
    }

    /// <summary>Reads 4 bytes; false: a fault is recorded and nothing has happened.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value, zero-extended.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Load32(ulong address, out ulong value)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref Windows, WindowCache.Offset(address));
        var isInWindow = slot.ReadTag == ((address + 3) | Window.LastByte);
        value = isInWindow ? Unsafe.ReadUnaligned<uint>(ref Host(address + slot.Addend)) : LoadSlow(address, 4, AccessKind.Read);
        return isInWindow || Machine.Linear.HasLoaded;
    }

    /// <summary>Reads 8 bytes; false: a fault is recorded and nothing has happened.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Load64(ulong address, out ulong value)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref Windows, WindowCache.Offset(address));
        var isInWindow = slot.ReadTag == ((address + 7) | Window.LastByte);
        value = isInWindow ? Unsafe.ReadUnaligned<ulong>(ref Host(address + slot.Addend)) : LoadSlow(address, 8, AccessKind.Read);
        return isInWindow || Machine.Linear.HasLoaded;
    }

    /// <summary>As <see cref="Load8"/>, and checks that a following store to the same place cannot fault.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value, zero-extended.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool LoadForUpdate8(ulong address, out ulong value)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref Windows, WindowCache.Offset(address));
        var isInWindow = slot.WriteTag == ((address + 0) | Window.LastByte);
        value = isInWindow ? Unsafe.ReadUnaligned<byte>(ref Host(address + slot.Addend)) : LoadSlow(address, 1, AccessKind.Write);
        return isInWindow || Machine.Linear.HasLoaded;
    }

    /// <summary>As <see cref="Load16"/>, and checks that a following store to the same place cannot fault.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value, zero-extended.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool LoadForUpdate16(ulong address, out ulong value)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref Windows, WindowCache.Offset(address));
        var isInWindow = slot.WriteTag == ((address + 1) | Window.LastByte);
        value = isInWindow ? Unsafe.ReadUnaligned<ushort>(ref Host(address + slot.Addend)) : LoadSlow(address, 2, AccessKind.Write);
        return isInWindow || Machine.Linear.HasLoaded;
    }

    /// <summary>As <see cref="Load32"/>, and checks that a following store to the same place cannot fault.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value, zero-extended.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool LoadForUpdate32(ulong address, out ulong value)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref Windows, WindowCache.Offset(address));
        var isInWindow = slot.WriteTag == ((address + 3) | Window.LastByte);
        value = isInWindow ? Unsafe.ReadUnaligned<uint>(ref Host(address + slot.Addend)) : LoadSlow(address, 4, AccessKind.Write);
        return isInWindow || Machine.Linear.HasLoaded;
    }

    /// <summary>As <see cref="Load64"/>, and checks that a following store to the same place cannot fault.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool LoadForUpdate64(ulong address, out ulong value)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref Windows, WindowCache.Offset(address));
        var isInWindow = slot.WriteTag == ((address + 7) | Window.LastByte);
        value = isInWindow ? Unsafe.ReadUnaligned<ulong>(ref Host(address + slot.Addend)) : LoadSlow(address, 8, AccessKind.Write);
        return isInWindow || Machine.Linear.HasLoaded;
    }

    /// <summary>Writes a byte; false: a fault is recorded and nothing has happened.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value; its low bits are written.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Store8(ulong address, ulong value)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref Windows, WindowCache.Offset(address));
        if (slot.WriteTag != ((address + 0) | Window.LastByte))
        {
            return StoreSlow(address, 1, value);
        }

        Unsafe.WriteUnaligned(ref Host(address + slot.Addend), (byte)value);
        return true;
    }

    /// <summary>Writes 2 bytes; false: a fault is recorded and nothing has happened.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value; its low bits are written.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Store16(ulong address, ulong value)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref Windows, WindowCache.Offset(address));
        if (slot.WriteTag != ((address + 1) | Window.LastByte))
        {
            return StoreSlow(address, 2, value);
        }

        Unsafe.WriteUnaligned(ref Host(address + slot.Addend), (ushort)value);
        return true;
    }

    /// <summary>Writes 4 bytes; false: a fault is recorded and nothing has happened.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value; its low bits are written.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Store32(ulong address, ulong value)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref Windows, WindowCache.Offset(address));
        if (slot.WriteTag != ((address + 3) | Window.LastByte))
        {
            return StoreSlow(address, 4, value);
        }

        Unsafe.WriteUnaligned(ref Host(address + slot.Addend), (uint)value);
        return true;
    }

    /// <summary>Writes 8 bytes; false: a fault is recorded and nothing has happened.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Store64(ulong address, ulong value)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref Windows, WindowCache.Offset(address));
        if (slot.WriteTag != ((address + 7) | Window.LastByte))
        {
            return StoreSlow(address, 8, value);
        }

        Unsafe.WriteUnaligned(ref Host(address + slot.Addend), value);
        return true;
    }

    /// <summary>
    /// For models of C functions: reads a value as the guest would. When that faults the default comes back and the run takes the fault at the function's
    /// address once the model returns.
    /// </summary>
    /// <typeparam name="T">An unmanaged type of 1 to 4096 bytes.</typeparam>
    /// <param name="address">Linear address.</param>
    public readonly T Read<T>(ulong address)
        where T : unmanaged
    {
        Unsafe.SkipInit(out T value);
        if (!Machine.Linear.TryRead(address, MemoryMarshal.AsBytes(new Span<T>(ref value))))
        {
            Machine.ModelFaulted();
            return default;
        }

        return value;
    }

    /// <summary>
    /// For models of C functions: writes a value as the guest would. When that faults nothing is written and the run takes the fault at the function's
    /// address once the model returns.
    /// </summary>
    /// <typeparam name="T">An unmanaged type of 1 to 4096 bytes.</typeparam>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value.</param>
    public readonly void Write<T>(ulong address, T value)
        where T : unmanaged
    {
        if (!Machine.Linear.TryWrite(address, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref value))))
        {
            Machine.ModelFaulted();
        }
    }

    /// <summary>A byte of guest memory by the host's address. The memory is pinned, so the address stays good.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ref byte Host(ulong address) => ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), (nuint)address);

    /// <summary>Whether an operand lies in a page that may be written, and somebody is told of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSeen(ref Window slot, ulong address, int size) => slot.WriteTag == (((address + (uint)(size - 1)) | Window.LastByte) & ~Window.Seen);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly ref byte FillWindow(ulong address, int length, AccessKind access) => ref Machine.Linear.FillWindow(address, length, access);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly ulong LoadSlow(ulong address, int size, AccessKind access)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref Windows, WindowCache.Offset(address));
        if (access == AccessKind.Write && IsSeen(ref slot, address, size))
        {
            return Machine.Linear.LoadAt(ref Host(address + slot.Addend), size);
        }

        ref var place = ref FillWindow(address, size, access);
        return Unsafe.IsNullRef(ref place) ? Machine.Linear.Load(address, size, access) : Machine.Linear.LoadAt(ref place, size);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool StoreSlow(ulong address, int size, ulong value)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref Windows, WindowCache.Offset(address));
        if (IsSeen(ref slot, address, size))
        {
            Machine.Linear.StoreSeen(address + slot.Addend, size, value);
            return true;
        }

        ref var place = ref FillWindow(address, size, AccessKind.Write);
        if (Unsafe.IsNullRef(ref place))
        {
            return Machine.Linear.TryStore(address, size, size == sizeof(ulong) ? value : value & ((1UL << (8 * size)) - 1));
        }

        LinearMemory.StoreAt(ref place, size, value);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool FetchSlow(ulong address) => !Machine.WatchesBoundaries && Machine.Linear.TryFetch(address);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool BeginSlow(ulong address) => Machine.BeginInstruction(address);
}
