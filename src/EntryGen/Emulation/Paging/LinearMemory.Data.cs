using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EntryGen.Emulation;

/// <summary>Whole accesses: those that cross a page, and those that somebody observes.</summary>
internal sealed partial class LinearMemory
{
    /// <summary>Whether the last <see cref="Load"/> read; false: a fault is recorded.</summary>
    public bool HasLoaded { get; private set; }

    /// <summary>Reads an operand of 1 to 8 bytes. The caller keeps it in a register: a variable that is passed by reference lives in memory.</summary>
    /// <returns>The value, zero-extended.</returns>
    public ulong Load(ulong address, int size, AccessKind access)
    {
        var value = 0UL;
        HasLoaded = IsAligned(address, size) && TryMove(address, MemoryMarshal.AsBytes(new Span<ulong>(ref value))[..size], access, toGuest: false);
        if (HasLoaded)
        {
            _machine.NoteAccess(address, size, isWrite: false);
            _machine.NotifyLoad(address, size, value);
        }

        return value;
    }

    /// <summary>Reads an operand by a window that was just filled: there are none while anybody has to look at accesses.</summary>
    /// <param name="place">Its first byte.</param>
    /// <param name="size">1, 2, 4 or 8.</param>
    public ulong LoadAt(ref byte place, int size)
    {
        HasLoaded = true;
        return size switch
        {
            1 => place,
            2 => Unsafe.ReadUnaligned<ushort>(ref place),
            4 => Unsafe.ReadUnaligned<uint>(ref place),
            _ => Unsafe.ReadUnaligned<ulong>(ref place),
        };
    }

    /// <summary>Writes an operand by a window that was just filled.</summary>
    /// <param name="place">Its first byte.</param>
    /// <param name="size">1, 2, 4 or 8.</param>
    /// <param name="value">The value; its low bits are written.</param>
    public static void StoreAt(ref byte place, int size, ulong value)
    {
        switch (size)
        {
            case 1:
                place = (byte)value;
                break;
            case 2:
                Unsafe.WriteUnaligned(ref place, (ushort)value);
                break;
            case 4:
                Unsafe.WriteUnaligned(ref place, (uint)value);
                break;
            default:
                Unsafe.WriteUnaligned(ref place, value);
                break;
        }
    }

    /// <summary>Writes an operand of 1 to 8 bytes.</summary>
    public bool TryStore(ulong address, int size, ulong value)
    {
        if (!IsAligned(address, size) || !TryMove(address, MemoryMarshal.AsBytes(new Span<ulong>(ref value))[..size], AccessKind.Write, toGuest: true))
        {
            return false;
        }

        _machine.NoteAccess(address, size, isWrite: true);
        _machine.NotifyStore(address, size, value);
        return true;
    }

    /// <summary>Reads bytes; observers see them in words of 8.</summary>
    public bool TryRead(ulong address, Span<byte> destination)
    {
        if (!TryMove(address, destination, AccessKind.Read, toGuest: false))
        {
            return false;
        }

        _machine.NoteAccess(address, destination.Length, isWrite: false);
        for (var done = 0; _machine.Observes(ObservedEvents.Memory) && done < destination.Length; done += 8)
        {
            var word = destination[done..Math.Min(done + 8, destination.Length)];
            _machine.NotifyLoad(address + (ulong)done, word.Length, Word(word));
        }

        return true;
    }

    /// <summary>Writes bytes; observers see them in words of 8.</summary>
    public bool TryWrite(ulong address, ReadOnlySpan<byte> source)
    {
        if (!TryMove(address, MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(source), source.Length), AccessKind.Write, toGuest: true))
        {
            return false;
        }

        _machine.NoteAccess(address, source.Length, isWrite: true);
        for (var done = 0; _machine.Observes(ObservedEvents.Memory) && done < source.Length; done += 8)
        {
            var word = source[done..Math.Min(done + 8, source.Length)];
            _machine.NotifyStore(address + (ulong)done, word.Length, Word(word));
        }

        return true;
    }

    /// <summary>#AC(0) for an operand of user code that is not a multiple of its size, when CR0.AM and RFLAGS.AC ask for it (SDM vol. 3A, 6.15).</summary>
    private bool IsAligned(ulong address, int size)
    {
        var isChecked = _machine.WatchesBoundaries && (address & (uint)(size - 1)) != 0 && _machine.ChecksAlignment && IsCanonical(address);
        if (isChecked)
        {
            _machine.Record(new Stop(StopKind.Fault, Vectors.AlignmentCheck));
        }

        return !isChecked;
    }

    /// <summary>Moves up to one page of bytes; both pages are checked before either is touched.</summary>
    private bool TryMove(ulong address, Span<byte> bytes, AccessKind access, bool toGuest)
    {
        if (bytes.Length > PhysicalMemory.PageSize)
        {
            throw new ArgumentException($"An access has at most 4096 bytes, not {bytes.Length}. Split it.", nameof(bytes));
        }

        var first = Math.Min(bytes.Length, PhysicalMemory.PageSize - (int)(address & 0xFFF));
        PhysicalAddress second = default;
        if (!TryTranslate(address, access, out var physical) || (first < bytes.Length && !TryTranslate(address + (ulong)first, access, out second)))
        {
            return false;
        }

        if (toGuest)
        {
            _memory.Write(physical, bytes[..first]);
            _memory.Write(second, bytes[first..]);
        }
        else
        {
            _memory.Read(physical, bytes[..first]);
            _memory.Read(second, bytes[first..]);
        }

        return true;
    }

    private static ulong Word(ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        bytes.CopyTo(MemoryMarshal.AsBytes(new Span<ulong>(ref value)));
        return value;
    }
}
