using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EntryGen.Emulation;

/// <summary>The processor's own accesses: descriptor tables and the frames of events.</summary>
internal sealed partial class LinearMemory
{
    /// <summary>The context of an access without privilege level and AC: at CPL 0 mostly the one in force.</summary>
    private ulong ImplicitContext => (int)_file[HiddenState.WindowMode] == _implicitMode ? _file[HiddenState.WindowContext] : Context(_implicitMode);

    /// <summary>Reads 8 bytes of the IDT, GDT, LDT or TSS. Not observed: it is no operand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadImplicitly(ulong address, out ulong value)
    {
        ref var place = ref Kept(address, sizeof(ulong), ImplicitContext, AccessKind.Read);
        if (!Unsafe.IsNullRef(ref place))
        {
            value = Unsafe.ReadUnaligned<ulong>(ref place);
            return true;
        }

        return TryReadImplicitlySlow(address, out value);
    }

    /// <summary>Writes 8 bytes of the GDT.</summary>
    public bool TryWriteImplicitly(ulong address, ulong value) =>
        TryMove(address, MemoryMarshal.AsBytes(new Span<ulong>(ref value)), AccessKind.Write | AccessKind.Implicit, toGuest: true);

    /// <summary>Reads 8 bytes that the processor holds already: nothing faults and nothing changes.</summary>
    public bool TryPeek(ulong address, out ulong value)
    {
        ref var place = ref Kept(address, sizeof(ulong), ImplicitContext, AccessKind.Read);
        if (!Unsafe.IsNullRef(ref place))
        {
            value = Unsafe.ReadUnaligned<ulong>(ref place);
            return true;
        }

        var isMapped = TryPeek(_file[(int)Reg.Cr3], address, out var physical);
        value = isMapped ? _memory.Read<ulong>(physical) : 0;
        return isMapped;
    }

    /// <summary>The host's address of 8 bytes that the processor has just read; false: they must be read the long way each time.</summary>
    public bool TryLocate(ulong address, out ulong host)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref Windows.First, (nuint)ImplicitContext + WindowCache.Offset(address));
        host = address + slot.Addend;
        return slot.ReadTag == ((address + sizeof(ulong) - 1) | Window.LastByte);
    }

    /// <summary>Pushes the words of a frame, the last one lowest; nothing is written unless all can be.</summary>
    /// <param name="top">The stack pointer before the pushes.</param>
    /// <param name="words">The words in the order of the pushes.</param>
    public bool TryPushFrame(ulong top, ReadOnlySpan<ulong> words)
    {
        var length = words.Length * sizeof(ulong);
        var start = top - (ulong)length;
        Span<ulong> image = stackalloc ulong[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            image[words.Length - 1 - i] = words[i];
        }

        var bytes = MemoryMarshal.AsBytes(image);
        var mode = (int)_file[HiddenState.WindowMode];
        var context = (mode & WindowCache.UserMode) == 0 ? _file[HiddenState.WindowContext] : Context(mode & ~WindowCache.UserMode);
        ref var place = ref Kept(start, length, context, AccessKind.Write);
        if (!Unsafe.IsNullRef(ref place))
        {
            bytes.CopyTo(MemoryMarshal.CreateSpan(ref place, length));
        }
        else if (TryMove(start, bytes, AccessKind.Write | AccessKind.Supervisor, toGuest: true))
        {
            KeepForLater(start, length, context, AccessKind.Write);
        }
        else
        {
            BlameFirstPush(start, top - sizeof(ulong));
            return false;
        }

        _machine.NoteAccess(start, length, isWrite: true);
        for (var i = 0; _machine.Observes(ObservedEvents.Memory) && i < words.Length; i++)
        {
            _machine.NotifyStore(top - ((ulong)(i + 1) * sizeof(ulong)), sizeof(ulong), words[i]);
        }

        return true;
    }

    /// <summary>A frame could not be pushed: the page fault is that of the word which is pushed first, the highest, on the page that cannot be written.</summary>
    private void BlameFirstPush(ulong lowest, ulong highest)
    {
        var fault = _machine.Pending;
        if (fault.Vector != Vectors.PageFault)
        {
            return;
        }

        if ((lowest ^ highest) >> 12 != 0 && (fault.Address ^ lowest) >> 12 == 0)
        {
            if (!TryTranslate(highest, AccessKind.Write | AccessKind.Supervisor, out _))
            {
                return;
            }

            highest = lowest | 0xFF8;
        }

        _machine.Record(fault with { Address = highest });
    }

    private bool TryReadImplicitlySlow(ulong address, out ulong value)
    {
        value = 0;
        if (!TryMove(address, MemoryMarshal.AsBytes(new Span<ulong>(ref value)), AccessKind.Read | AccessKind.Implicit, toGuest: false))
        {
            return false;
        }

        KeepForLater(address, sizeof(ulong), ImplicitContext, AccessKind.Read);
        return true;
    }

    /// <summary>The bytes at an address by a window of a context, or a null reference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref byte Kept(ulong address, int length, ulong context, AccessKind access)
    {
        ref var slot = ref Unsafe.AddByteOffset(ref Windows.First, (nuint)context + WindowCache.Offset(address));
        return ref (access == AccessKind.Read ? slot.ReadTag : slot.WriteTag) == ((address + (uint)(length - 1)) | Window.LastByte)
            ? ref Cpu.Host(address + slot.Addend)
            : ref Unsafe.NullRef<byte>();
    }

    /// <summary>After an access that has gone well: the next one of its kind goes by a window.</summary>
    private void KeepForLater(ulong address, int length, ulong context, AccessKind access)
    {
        if (IsInOneBlock(address, length) && IsPaging && _machine.HasWindows && Tlb.TryFind(address, Pcid, out var translation) && _memory.Contains(translation.Map(address), length))
        {
            Keep(address, translation.Map(address), context, access);
        }
    }
}
