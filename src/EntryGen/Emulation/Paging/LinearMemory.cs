using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EntryGen.Emulation;

/// <summary>Accesses by linear address: canonical check, TLB, walk, rights, faults. The windows are its fast lane.</summary>
internal sealed partial class LinearMemory
{
    private readonly Machine _machine;
    private readonly ulong[] _file;
    private readonly PhysicalMemory _memory;
    private readonly Action<TlbEntry> _forgetEntry;

    public LinearMemory(Machine machine)
    {
        _machine = machine;
        _file = _machine.Registers;
        _memory = _machine.Memory;
        _memory.WritesMustBeSeen = Windows.ForgetWrites;
        Known = new KnownCr3Values(_file);
        Windows.ContextTaken = Known.Clear;
        _forgetEntry = entry => Windows.Forget(entry.Page.Value, entry.Translation.Shift);
    }

    public Tlb Tlb { get; } = new();

    public WindowCache Windows { get; } = new();

    public KnownCr3Values Known { get; }

    // The mode as SelectContext found it is in the file; what the processor's own accesses see has no privilege level and no AC.
    private int _implicitMode;
    private bool _hasPcid;

    // SMEP and NXE, which windows for fetching were made under: too rarely changed to have contexts of their own.
    private ulong _fetchRules;

    private bool IsPaging => (_file[(int)Reg.Cr0] & Cr0Bits.PG) != 0;

    /// <summary>The PCID in force: 0 unless CR4.PCIDE is set.</summary>
    public int Pcid => (_file[(int)Reg.Cr4] & Cr4Bits.PCIDE) != 0 ? (int)(_file[(int)Reg.Cr3] & Cr3Bits.PcidMask) : 0;

    /// <summary>
    /// Selects the windows of the present mode and PCID. Needed after any change of CR0, CR3, CR4, EFER, CS or AC, and after windows were forgotten.
    /// </summary>
    public void SelectContext()
    {
        var cr4 = _file[(int)Reg.Cr4];
        var isSmapOn = (cr4 & Cr4Bits.SMAP) != 0;
        _implicitMode = (isSmapOn ? WindowCache.SmapInForce : 0) | ((_file[(int)Reg.Cr0] & Cr0Bits.WP) != 0 ? WindowCache.WriteProtect : 0);
        var mode = ((_file[(int)Reg.Cs] & 3) == 3 ? WindowCache.UserMode : 0)
            | (isSmapOn && (_file[(int)Reg.Rflags] & Flags.AC) != 0 ? _implicitMode & ~WindowCache.SmapInForce : _implicitMode);
        var fetchRules = (cr4 & Cr4Bits.SMEP) | (_file[(int)Reg.Efer] & EferBits.NXE);
        if (_fetchRules != fetchRules)
        {
            _fetchRules = fetchRules;
            Windows.ForgetAll();
        }

        _machine.SelectWatch();
        _file[HiddenState.WindowMode] = (ulong)(_machine.HasWindows ? mode : mode | WindowCache.Watched);
        if (_hasPcid != ((cr4 & Cr4Bits.PCIDE) != 0))
        {
            _hasPcid = !_hasPcid;
            Known.Clear();
        }

        SelectPcid();
    }

    /// <summary>As <see cref="SelectContext"/> when nothing but CR3 has changed.</summary>
    public void SelectPcid()
    {
        _file[HiddenState.WindowContext] = Context((int)_file[HiddenState.WindowMode]);
        _file[HiddenState.WindowEpoch] = Windows.Epoch;
        if (WorstCase is not null)
        {
            SelectWorstCase();
        }
    }

    /// <summary>Checks that an instruction may be fetched; a fault is recorded.</summary>
    public bool TryFetch(ulong address) =>
        !Unsafe.IsNullRef(ref FillWindow(address, 1, AccessKind.Fetch)) || TryTranslate(address, AccessKind.Fetch, out _);

    /// <summary>Forgets the windows of every context; the TLB has been flushed.</summary>
    public void ForgetWindows()
    {
        Windows.ForgetAll();
        SelectContext();
    }

    /// <summary>Forgets the windows of one PCID; the TLB's entries of it have been flushed.</summary>
    public void ForgetWindows(int pcid)
    {
        Windows.Forget(pcid);
        SelectContext();
    }

    /// <summary>Forgets the windows of one page under every PCID; the TLB's entries of it have been flushed.</summary>
    /// <param name="address">An address in the page.</param>
    /// <param name="shift">The page's size as a power of two.</param>
    public void ForgetWindows(ulong address, int shift)
    {
        Windows.Forget(address & ~0xFFFUL, shift);
        _file[HiddenState.WindowEpoch] = Windows.Epoch;
    }

    /// <summary>Gives the TLB the contents it had at a snapshot. The caller selects the context.</summary>
    public void RestoreTlb(MachineSnapshot snapshot)
    {
        if (Tlb.Journal.Origin == snapshot)
        {
            Tlb.Undo(_forgetEntry);
        }
        else
        {
            Tlb.Load(snapshot.Tlb);
            Tlb.Journal.Start(snapshot);
            Windows.ForgetAll();
        }
    }

    /// <summary>Fills the window of an access, if there can be one.</summary>
    /// <returns>The byte at the address, or a null reference with nothing done.</returns>
    public ref byte FillWindow(ulong address, int length, AccessKind access)
    {
        if (!IsInOneBlock(address, length) || !_machine.HasWindows || !IsCanonical(address) || !TryTranslateQuietly(address, access, out var physical) || !_memory.Contains(physical, length))
        {
            return ref Unsafe.NullRef<byte>();
        }

        Keep(address, physical, _file[HiddenState.WindowContext], access);
        return ref access == AccessKind.Write && IsWritingSeen ? ref Unsafe.NullRef<byte>() : ref _memory.Bytes[physical.Value];
    }

    /// <summary>Writes an operand by a window of a page whose writes somebody is told of.</summary>
    /// <param name="host">Where the host has it.</param>
    /// <param name="size">1, 2, 4 or 8.</param>
    /// <param name="value">The value; its low bits are written.</param>
    public void StoreSeen(ulong host, int size, ulong value)
    {
        ref var place = ref Cpu.Host(host);
        _memory.Writing?.Invoke(host - _memory.HostAddress, MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<ulong, byte>(ref value), size));
        StoreAt(ref place, size, value);
    }

    /// <summary>Translates an address for an access, as the instruction would; a fault is recorded.</summary>
    public bool TryTranslate(ulong address, AccessKind access, out PhysicalAddress physical)
    {
        if (!IsCanonical(address))
        {
            physical = default;
            _machine.RecordNonCanonical();
            return false;
        }

        if (!IsPaging)
        {
            physical = address & 0xFFFF_FFFF;
            return true;
        }

        if (WorstCase is not null)
        {
            return TryTranslateAtWorst(address, access, out physical);
        }

        var rules = Rules(access);
        var pcid = Pcid;
        var isWrite = (access & AccessKind.Write) != 0;
        var error = PageFaultBits.Present;
        if (Tlb.TryFind(address, pcid, out var translation) && (!isWrite || translation.IsDirty || !PageWalker.Allows(translation, access, rules)))
        {
            if (PageWalker.Allows(translation, access, rules))
            {
                physical = translation.Map(address);
                return true;
            }
        }
        else
        {
            var path = default(WalkPath);
            error = PageWalker.Walk(_memory, _file[(int)Reg.Cr3] & Cr3Bits.AddressMask, address, rules.HasNoExecute, ref path, out translation);
            if (error == 0)
            {
                if (PageWalker.Allows(translation, access, rules))
                {
                    path.Mark(_memory, isWrite);
                    Cache(address, pcid, translation, isWrite);
                    physical = translation.Map(address);
                    return true;
                }

                error = PageFaultBits.Present;
            }
        }

        physical = default;
        InvalidationRules.PageFault(this, address);
        _machine.Record(new Stop(StopKind.Fault, Vectors.PageFault, ErrorCode(error, access, rules), address));
        return false;
    }

    /// <summary>Translates if that has no visible effect: no fault, no accessed or dirty flag to set.</summary>
    private bool TryTranslateQuietly(ulong address, AccessKind access, out PhysicalAddress physical)
    {
        physical = default;
        if (!IsPaging)
        {
            return false;
        }

        var rules = Rules(access);
        var isWrite = (access & AccessKind.Write) != 0;
        if (!Tlb.TryFind(address, Pcid, out var translation) || (isWrite && !translation.IsDirty && PageWalker.Allows(translation, access, rules)))
        {
            var path = default(WalkPath);
            if (PageWalker.Walk(_memory, _file[(int)Reg.Cr3] & Cr3Bits.AddressMask, address, rules.HasNoExecute, ref path, out translation) != 0
                || !path.IsMarked(isWrite)
                || !PageWalker.Allows(translation, access, rules))
            {
                return false;
            }

            Cache(address, Pcid, translation, isWrite);
        }
        else if (!PageWalker.Allows(translation, access, rules))
        {
            return false;
        }

        physical = translation.Map(address);
        return true;
    }

    /// <summary>Walks a given table with no regard to rights and with no effect: for the host.</summary>
    public bool TryPeek(PhysicalAddress root, ulong address, out PhysicalAddress physical)
    {
        physical = default;
        if (!IsPaging)
        {
            physical = address;
            return true;
        }

        var path = default(WalkPath);
        if (!IsCanonical(address) || PageWalker.Walk(_memory, root.Value & Cr3Bits.AddressMask, address, true, ref path, out var translation) != 0)
        {
            return false;
        }

        physical = translation.Map(address);
        return true;
    }

    public static bool IsCanonical(ulong address) => (ulong)((long)(address << 16) >> 16) == address;

    /// <summary>The offset of a context; 0, which no context has and no window is kept under, while every access must come here.</summary>
    private ulong Context(int mode) => _machine.HasWindows
        ? Windows.Context(_hasPcid ? (int)(_file[(int)Reg.Cr3] & Cr3Bits.PcidMask) : 0, mode, _file[HiddenState.WindowContext])
        : 0;

    /// <summary>Whether one window can serve an access.</summary>
    private static bool IsInOneBlock(ulong address, int length) => (address & Window.LastByte) + (uint)length <= PhysicalMemory.BlockSize;

    /// <summary>Somebody wants to see every write: windows for writing are found on the long way only.</summary>
    private bool IsWritingSeen => _memory.Writing is not null;

    /// <summary>Keeps a translation, which the TLB has, in a window.</summary>
    private void Keep(ulong address, PhysicalAddress physical, ulong context, AccessKind access)
    {
        if (access == AccessKind.Write)
        {
            _memory.Touch((int)(physical.Value >> PhysicalMemory.BlockShift));
        }

        Windows.Keep(address, context, _memory.HostAddress + physical.Value - address, access, isSeen: IsWritingSeen);
    }

    private void Cache(ulong address, int pcid, Translation translation, bool isWrite)
    {
        var bits = translation.Bits | (isWrite ? PageTableBits.Dirty : 0);
        if ((_file[(int)Reg.Cr4] & Cr4Bits.PGE) == 0)
        {
            bits &= ~PageTableBits.Global;
        }

        Tlb.Add(address, pcid, translation with { Bits = bits });
    }

    private AccessRules Rules(AccessKind access)
    {
        var cr4 = _file[(int)Reg.Cr4];
        return new AccessRules(
            IsUser: (_file[(int)Reg.Cs] & 3) == 3 && (access & (AccessKind.Implicit | AccessKind.Supervisor)) == 0,
            ForbidsUserData: (cr4 & Cr4Bits.SMAP) != 0 && ((_file[(int)Reg.Rflags] & Flags.AC) == 0 || (access & AccessKind.Implicit) != 0),
            ForbidsUserFetch: (cr4 & Cr4Bits.SMEP) != 0,
            WriteProtects: (_file[(int)Reg.Cr0] & Cr0Bits.WP) != 0,
            HasNoExecute: (_file[(int)Reg.Efer] & EferBits.NXE) != 0);
    }

    private static uint ErrorCode(uint walk, AccessKind access, in AccessRules rules) =>
        (walk & ~PageWalker.NotPresent)
        | ((access & AccessKind.Write) != 0 ? PageFaultBits.Write : 0)
        | (rules.IsUser ? PageFaultBits.User : 0)
        | ((access & AccessKind.Fetch) != 0 && (rules.HasNoExecute || rules.ForbidsUserFetch) ? PageFaultBits.Fetch : 0);
}
