using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Data accesses and fetches.</summary>
public ref partial struct Cpu
{
    /// <summary>
    /// The guest bytes [address, address+length) as a host reference, if they lie in one page that may be read now with no visible effect left to do;
    /// else a null reference, and nothing has happened.
    /// </summary>
    /// <param name="address">Linear address.</param>
    /// <param name="length">Bytes, 1 to 4096.</param>
    public readonly ref byte ReadWindow(ulong address, int length) => ref ReadWindow(ref Windows, address, length);

    /// <summary>As <see cref="ReadWindow(ulong, int)"/>, with the <see cref="Windows"/> of the present mode at hand.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="address">Linear address.</param>
    /// <param name="length">Bytes, 1 to 4096.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref byte ReadWindow(ref Window windows, ulong address, int length)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref windows, WindowCache.Offset(address));
        if (slot.ReadTag == ((address + (uint)(length - 1)) | 0xFFF))
        {
            return ref Host(address + slot.Addend);
        }

        return ref FillWindow(address, length, AccessKind.Read);
    }

    /// <summary>As <see cref="ReadWindow(ulong, int)"/>, for bytes that may be read and written.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="length">Bytes, 1 to 4096.</param>
    public readonly ref byte WriteWindow(ulong address, int length) => ref WriteWindow(ref Windows, address, length);

    /// <summary>As <see cref="WriteWindow(ulong, int)"/>, with the <see cref="Windows"/> of the present mode at hand.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="address">Linear address.</param>
    /// <param name="length">Bytes, 1 to 4096.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref byte WriteWindow(ref Window windows, ulong address, int length)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref windows, WindowCache.Offset(address));
        if (slot.WriteTag == ((address + (uint)(length - 1)) | 0xFFF))
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
        Unsafe.AddByteOffset(ref windows, WindowCache.Offset(address)).FetchTag == (address | 0xFFF) || FetchSlow(address);

    /// <summary>Begins the instruction at an address: events that are due before it, instruction breakpoints, its fetch.</summary>
    /// <param name="address">Linear address of its first byte.</param>
    /// <returns>False: an exception or the NMI is recorded, to be delivered in its place.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool FetchInstruction(ulong address) =>
        Unsafe.AddByteOffset(ref Windows, WindowCache.Offset(address)).FetchTag == (address | 0xFFF) || BeginSlow(address);

    /// <summary>Reads a byte; false: a fault is recorded and nothing has happened.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value, zero-extended.</param>
    public readonly bool Load8(ulong address, out ulong value) => Load<byte>(address, AccessKind.Read, out value);

    /// <summary>Reads 2 bytes; false: a fault is recorded and nothing has happened.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value, zero-extended.</param>
    public readonly bool Load16(ulong address, out ulong value) => Load<ushort>(address, AccessKind.Read, out value);

    /// <summary>Reads 4 bytes; false: a fault is recorded and nothing has happened.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value, zero-extended.</param>
    public readonly bool Load32(ulong address, out ulong value) => Load<uint>(address, AccessKind.Read, out value);

    /// <summary>Reads 8 bytes; false: a fault is recorded and nothing has happened.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value.</param>
    public readonly bool Load64(ulong address, out ulong value) => Load<ulong>(address, AccessKind.Read, out value);

    /// <summary>As <see cref="Load8"/>, and checks that a following store to the same place cannot fault.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value, zero-extended.</param>
    public readonly bool LoadForUpdate8(ulong address, out ulong value) => Load<byte>(address, AccessKind.Write, out value);

    /// <summary>As <see cref="Load16"/>, and checks that a following store to the same place cannot fault.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value, zero-extended.</param>
    public readonly bool LoadForUpdate16(ulong address, out ulong value) => Load<ushort>(address, AccessKind.Write, out value);

    /// <summary>As <see cref="Load32"/>, and checks that a following store to the same place cannot fault.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value, zero-extended.</param>
    public readonly bool LoadForUpdate32(ulong address, out ulong value) => Load<uint>(address, AccessKind.Write, out value);

    /// <summary>As <see cref="Load64"/>, and checks that a following store to the same place cannot fault.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value.</param>
    public readonly bool LoadForUpdate64(ulong address, out ulong value) => Load<ulong>(address, AccessKind.Write, out value);

    /// <summary>Writes a byte; false: a fault is recorded and nothing has happened.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value; its low bits are written.</param>
    public readonly bool Store8(ulong address, ulong value) => Store(address, (byte)value, value & 0xFF);

    /// <summary>Writes 2 bytes; false: a fault is recorded and nothing has happened.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value; its low bits are written.</param>
    public readonly bool Store16(ulong address, ulong value) => Store(address, (ushort)value, value & 0xFFFF);

    /// <summary>Writes 4 bytes; false: a fault is recorded and nothing has happened.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value; its low bits are written.</param>
    public readonly bool Store32(ulong address, ulong value) => Store(address, (uint)value, value & 0xFFFF_FFFF);

    /// <summary>Writes 8 bytes; false: a fault is recorded and nothing has happened.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="value">The value.</param>
    public readonly bool Store64(ulong address, ulong value) => Store(address, value, value);

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool Load<T>(ulong address, AccessKind access, out ulong value)
        where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        ref var place = ref access == AccessKind.Read ? ref ReadWindow(address, size) : ref WriteWindow(address, size);
        if (Unsafe.IsNullRef(ref place) || Machine.IsObserved)
        {
            return LoadSlow(address, Unsafe.SizeOf<T>(), access, out value);
        }

        var loaded = Unsafe.ReadUnaligned<T>(ref place);
        value = Unsafe.SizeOf<T>() switch
        {
            1 => Unsafe.BitCast<T, byte>(loaded),
            2 => Unsafe.BitCast<T, ushort>(loaded),
            4 => Unsafe.BitCast<T, uint>(loaded),
            _ => Unsafe.BitCast<T, ulong>(loaded),
        };
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool Store<T>(ulong address, T value, ulong extended)
        where T : unmanaged
    {
        ref var place = ref WriteWindow(address, Unsafe.SizeOf<T>());
        if (Unsafe.IsNullRef(ref place) || Machine.IsObserved)
        {
            return StoreSlow(address, Unsafe.SizeOf<T>(), extended);
        }

        Unsafe.WriteUnaligned(ref place, value);
        return true;
    }

    /// <summary>A byte of guest memory by the host's address. The memory is pinned, so the address stays good.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ref byte Host(ulong address) => ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), (nuint)address);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly ref byte FillWindow(ulong address, int length, AccessKind access) => ref Machine.Linear.FillWindow(address, length, access);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool LoadSlow(ulong address, int size, AccessKind access, out ulong value) => Machine.Linear.TryLoad(address, size, access, out value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool StoreSlow(ulong address, int size, ulong value) => Machine.Linear.TryStore(address, size, value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool FetchSlow(ulong address) => !Machine.WatchesBoundaries && Machine.Linear.TryFetch(address);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool BeginSlow(ulong address) => Machine.BeginInstruction(address);
}
