using EntryGen.Emulation;
using EntryGen.Exploration.Scenarios.States;
using EntryGen.Exploration.Scenarios.Translations;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Scenarios.Handlers;

/// <summary>
/// The kernel's bookkeeping of address spaces on one CPU (<c>cpu_tlbstate</c>) and, against it, which PCIDs may hold translations that a completed flush should have
/// removed. Handlers change it; entry code only sees CR3 and the flush mask.
/// </summary>
/// <remarks>
/// The algorithms are those of <c>arch/x86/mm/tlb.c</c>: <c>choose_new_asid</c>, <c>switch_mm_irqs_off</c>, <c>load_new_mm_cr3</c>, <c>flush_tlb_local</c>. A PCID is stale from the change of
/// a page table entry on until it is flushed, whatever address is meant. With <see cref="EntryScenario.WithWorstCaseTlb"/> an entry is really changed and flushed, and the machine's TLB says
/// what may still be used.
/// </remarks>
public sealed class AddressSpaces
{
    /// <summary>ASIDs that the kernel hands out per CPU.</summary>
    public const int Asids = KernelOptions.AsidCount;

    private const int UserStale = 16;

    private readonly Machine _machine;
    private readonly Ghost _ghost;
    private readonly FlushMask _mask;
    private readonly ulong[] _roots;
    private readonly bool _isIsolated;
    private readonly bool _hasPcid;
    private readonly ProbePage? _page;
    private readonly (ulong Kernel, ulong User) _cr3;

    internal AddressSpaces(KernelEnvironment environment, Ghost ghost, FlushMask mask, ulong[] roots, ProbePage? page = null)
    {
        _page = page;
        _cr3 = (environment.KernelCr3, environment.UserCr3);
        _machine = environment.Machine;
        _ghost = ghost;
        _mask = mask;
        _roots = roots;
        _isIsolated = environment.Options.Pti;
        _hasPcid = environment.Options.Pcid;
    }

    /// <summary><c>loaded_mm</c>; <see cref="Mm.None"/> while a switch is in progress.</summary>
    public Mm LoadedMm
    {
        get => (Mm)Byte(0, 0);
        private set => SetByte(0, 0, (byte)value);
    }

    /// <summary><c>loaded_mm_asid</c>.</summary>
    public int LoadedAsid
    {
        get => Byte(0, 1);
        private set => SetByte(0, 1, (byte)value);
    }

    /// <summary>Whether a handler has asked for another task to run.</summary>
    public bool HasScheduled => Byte(0, 7) != 0;

    /// <summary>The kernel half's CR3 that the bookkeeping says is loaded; null while a switch is in progress.</summary>
    public ulong? LoadedCr3 => LoadedMm == Mm.None ? null : Cr3Of(LoadedMm, LoadedAsid);

    private int NextAsid
    {
        get => Byte(0, 2);
        set => SetByte(0, 2, (byte)value);
    }

    private bool InvalidateOther
    {
        get => Byte(0, 3) != 0;
        set => SetByte(0, 3, value ? (byte)1 : (byte)0);
    }

    // Variables of the handler that is switching: each activation has its own. Bytes 0 and 1 are the effect and its step.
    private Mm SwitchingTo
    {
        get => (Mm)(Local(2) & 0xF);
        set => SetLocal(2, (byte)((Local(2) & 0xF0) | (int)value));
    }

    private Mm Previous
    {
        get => (Mm)(Local(2) >> 4);
        set => SetLocal(2, (byte)((Local(2) & 0x0F) | ((int)value << 4)));
    }

    private int NewAsid
    {
        get => Local(3);
        set => SetLocal(3, (byte)value);
    }

    private bool NeedsFlush
    {
        get => Local(4) != 0;
        set => SetLocal(4, value ? (byte)1 : (byte)0);
    }

    /// <summary>What was loaded when an activation began, to tell whether a handler changed it.</summary>
    internal ulong Loaded => Word(0) & 0xFFFF;

    private ref ulong Stale => ref Word(4);

    private ref ulong Owed => ref Word(5);

    /// <summary>
    /// A page table entry of an mm is changed: wherever the mm was loaded, translations may be kept that are to go. A handler that has interrupted a switch changes nothing, as it switches nothing.
    /// </summary>
    public void ChangeEntry(Mm mm)
    {
        if (mm == Mm.None || LoadedMm == Mm.None)
        {
            return;
        }

        SetByte(3, (int)mm, (byte)(Byte(3, (int)mm) + 1));
        _page?.Change(mm, Generation(mm));
        IsChanging = mm == LoadedMm;
        for (var asid = 0; asid < Asids; asid++)
        {
            if (Context(asid) == mm)
            {
                Stale |= Bit(asid + 1) | (Bit(asid + 1) << UserStale);
            }
        }
    }

    /// <summary><c>flush_tlb_local</c>: the current ASID's bit in the flush mask, then CR3 written back without bit 63.</summary>
    public void FlushLocally()
    {
        InvalidateUserAsid(LoadedAsid);
        WriteCr3(_machine[Reg.Cr3], noFlush: false);
        SetByte(2, LoadedAsid, Generation(LoadedMm));
        IsChanging = false;
    }

    /// <summary>One page: INVLPG takes it from the PCID that is loaded; that of the user half is left to the flush mask.</summary>
    public void FlushPage()
    {
        ChangeEntry(LoadedMm);
        Stale &= ~Tag(_machine[Reg.Cr3]);
        _page?.Flush();
        InvalidateUserAsid(LoadedAsid);
        SetByte(2, LoadedAsid, Generation(LoadedMm));
        IsChanging = false;
    }

    /// <summary>
    /// Other processes have run since the one that is loaded got its ASID: they have all the others, and the next that is handed out is its own. <c>choose_new_asid</c> does not look whether
    /// it is in use.
    /// </summary>
    public void WrapAsids()
    {
        if (LoadedMm == Mm.None)
        {
            return;
        }

        NextAsid = LoadedAsid;
        for (var asid = 0; asid < Asids; asid++)
        {
            SetByte(1, asid, asid == LoadedAsid ? Byte(1, asid) : (byte)Mm.None);
        }
    }

    /// <summary>
    /// The first part of <c>switch_mm_irqs_off</c>: chooses an ASID; from here on <c>loaded_mm</c> says that a switch is in progress. A handler that has interrupted a switch leaves the mm
    /// alone: it cannot know which one is loaded (<c>nmi_uaccess_okay</c> asks for that). Then this and the other steps of a switch do nothing.
    /// </summary>
    /// <param name="next">The mm to load.</param>
    /// <param name="remember">Whether to remember what was loaded, for <see cref="BeginSwitchBack"/>.</param>
    public void BeginSwitch(Mm next, bool remember = false)
    {
        if (LoadedMm == Mm.None)
        {
            return;
        }

        Previous = remember ? LoadedMm : Previous;
        SwitchingTo = next;
        if (LoadedMm == next)
        {
            NewAsid = LoadedAsid;
            NeedsFlush = Byte(2, LoadedAsid) != Generation(next);
        }
        else
        {
            ChooseNewAsid(next);
        }

        LoadedMm = Mm.None;
    }

    /// <summary>Begins the switch to what was loaded before the last one.</summary>
    public void BeginSwitchBack()
    {
        var back = Previous;
        Previous = Mm.None;
        if (back != Mm.None)
        {
            BeginSwitch(back);
        }
    }

    /// <summary><c>load_new_mm_cr3</c>.</summary>
    public void WriteCr3OfSwitch()
    {
        if (SwitchingTo == Mm.None)
        {
            return;
        }

        if (NeedsFlush)
        {
            // The user PCID may hold what another mm left there.
            Stale |= Bit(NewAsid + 1) << UserStale;
            SetByte(1, NewAsid, (byte)SwitchingTo);
            SetByte(2, NewAsid, Generation(SwitchingTo));
            InvalidateUserAsid(NewAsid);
        }

        WriteCr3(Cr3Of(SwitchingTo, NewAsid), noFlush: !NeedsFlush);
    }

    /// <summary>The last part: <c>loaded_mm</c> and <c>loaded_mm_asid</c> are stored after CR3 was written.</summary>
    public void EndSwitch()
    {
        if (SwitchingTo == Mm.None)
        {
            return;
        }

        LoadedMm = SwitchingTo;
        LoadedAsid = NewAsid;
        SwitchingTo = Mm.None;
        NewAsid = 0;
        NeedsFlush = false;
        if (_page is not null)
        {
            IsUsed = true;
        }
    }

    /// <summary>A plain write of CR3 with page tables that the bookkeeping knows nothing of.</summary>
    public void WriteCr3Directly()
    {
        _ghost.HandlerCr3 = _machine[Reg.Cr3];
        WriteCr3(Cr3Of(Mm.Init, LoadedAsid), noFlush: false);
    }

    /// <summary>Writes back what <see cref="WriteCr3Directly"/> found.</summary>
    public void WriteCr3Back()
    {
        WriteCr3(_ghost.HandlerCr3, noFlush: false);
        _ghost.HandlerCr3 = 0;
    }

    /// <summary>Asks for another task: only code on the thread stack may.</summary>
    public void Schedule() => SetByte(0, 7, 1);

    internal void ForgetSchedule() => SetByte(0, 7, 0);

    /// <summary>What is loaded when the kernel starts to run.</summary>
    internal void Reset(int asid, bool flushPending)
    {
        LoadedMm = Mm.Process;
        LoadedAsid = asid;
        NextAsid = (asid + 1) % Asids;
        SetByte(1, asid, (byte)Mm.Process);
        Stale = flushPending ? Bit(asid + 1) << UserStale : 0;
        _page?.Warm(_cr3.Kernel, _cr3.User, flushPending);
    }

    /// <summary>Whether a handler has just switched to an mm, whose pages it uses then.</summary>
    internal bool IsUsed
    {
        get => Byte(0, 6) != 0;
        private set => SetByte(0, 6, value ? (byte)1 : (byte)0);
    }

    internal void ForgetUse() => IsUsed = false;

    /// <summary>Whether an entry of the loaded mm was changed by code that has not flushed it yet.</summary>
    internal bool IsChanging
    {
        get => Byte(0, 5) != 0;
        private set => SetByte(0, 5, value && _page is not null ? (byte)1 : (byte)0);
    }

    /// <summary>A translation that may be used now and that the page tables in CR3 do not give; null where the TLB is not at its worst.</summary>
    internal StaleAccess? FindStale() => _page?.FindStale();

    /// <summary>Whether the TLB is at its worst.</summary>
    internal bool HasWorstCaseTlb => _page is not null;

    /// <summary>Entry code wrote CR3.</summary>
    /// <param name="operand">The value, with bit 63.</param>
    /// <returns>Whether the PCID's bit in the flush mask had been cleared before, and this write keeps its translations.</returns>
    internal bool NoteCr3Write(ulong operand)
    {
        var tag = Tag(operand);
        if ((operand & Cr3Bits.NoFlush) == 0)
        {
            Stale &= _hasPcid ? ~tag : 0;
            Owed &= ~(tag >> UserStale);
            return false;
        }

        return (Owed & (tag >> UserStale)) != 0;
    }

    /// <summary>Entry code changed the flush mask: bits that it cleared it owes a flush.</summary>
    internal void NoteMask(ushort before, ushort after) => Owed = (Owed | (uint)(before & ~after)) & ~(ulong)(ushort)(after & ~before);

    /// <summary>Whether the PCID that is loaded may hold translations that should be gone.</summary>
    internal bool IsStale => (Stale & Tag(_machine[Reg.Cr3])) != 0;

    /// <summary>Whether a value of CR3 names one of the tables, under a PCID of that half.</summary>
    internal bool KnowsCr3(ulong cr3)
    {
        var half = _isIsolated ? cr3 & Cr3Bits.UserPageTable : 0;
        var pcid = cr3 & Cr3Bits.PcidMask;
        var isTagged = _hasPcid
            ? (pcid & Cr3Bits.UserPcid) != 0 == (half != 0) && (pcid & ~Cr3Bits.UserPcid) is > 0 and <= Asids
            : pcid == 0;
        return isTagged && Array.IndexOf(_roots, (cr3 & ~Cr3Bits.PcidMask) - half, 1) > 0;
    }

    /// <summary>Whether a value of CR3 names one of the tables, under whatever PCID.</summary>
    internal bool KnowsTable(ulong cr3) => Array.IndexOf(_roots, (cr3 & ~Cr3Bits.PcidMask) - (_isIsolated ? cr3 & Cr3Bits.UserPageTable : 0), 1) > 0;

    private ulong Cr3Of(Mm mm, int asid) => _roots[(int)mm] | (_hasPcid ? (ulong)asid + 1 : 0);

    private void ChooseNewAsid(Mm next)
    {
        if (!_hasPcid)
        {
            NewAsid = 0;
            NeedsFlush = true;
            return;
        }

        if (InvalidateOther)
        {
            for (var asid = 0; asid < Asids; asid++)
            {
                SetByte(1, asid, asid == LoadedAsid ? Byte(1, asid) : (byte)0);
            }

            InvalidateOther = false;
        }

        for (var asid = 0; asid < Asids; asid++)
        {
            if (Context(asid) == next)
            {
                NewAsid = asid;
                NeedsFlush = Byte(2, asid) != Generation(next);
                return;
            }
        }

        NewAsid = NextAsid;
        NextAsid = (NextAsid + 1) % Asids;
        NeedsFlush = true;
    }

    private void WriteCr3(ulong value, bool noFlush)
    {
        var operand = value | (noFlush && _hasPcid ? Cr3Bits.NoFlush : 0);
        if (_page is null || !KnowsTable(value))
        {
            _machine[Reg.Cr3] = value;
            if (!_hasPcid)
            {
                InvalidationRules.WriteCr3(_machine, 0);
            }
        }
        else
        {
            _page.WriteCr3(operand);
        }

        NoteCr3Write(operand);
    }

    private void InvalidateUserAsid(int asid)
    {
        if (_isIsolated && _hasPcid)
        {
            _mask.Set(asid + 1);
        }
    }

    /// <summary>The bit of a CR3 value's PCID among the stale ones.</summary>
    private ulong Tag(ulong cr3) => Bit((int)(cr3 & Cr3Bits.PcidMask & ~Cr3Bits.UserPcid)) << ((cr3 & Cr3Bits.UserPcid) != 0 && _hasPcid ? UserStale : 0);

    private byte Local(int number) => (byte)(_ghost.Handler >> (8 * number));

    private void SetLocal(int number, byte value) => _ghost.Handler = (_ghost.Handler & ~(0xFFUL << (8 * number))) | ((ulong)value << (8 * number));

    private static ulong Bit(int number) => 1UL << number;

    private Mm Context(int asid) => (Mm)Byte(1, asid);

    private byte Generation(Mm mm) => Byte(3, (int)mm);

    private ref ulong Word(int number) => ref _ghost.Cells[Ghost.AddressSpaceCell + number];

    private byte Byte(int word, int number) => (byte)(Word(word) >> (8 * number));

    private void SetByte(int word, int number, byte value) =>
        Word(word) = (Word(word) & ~(0xFFUL << (8 * number))) | ((ulong)value << (8 * number));
}
