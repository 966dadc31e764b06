using EntryGen.Emulation;

namespace EntryGen.OracleTests.Paging;

/// <summary>A machine with two address spaces over a few pages, whose every word of memory is the address of its frame.</summary>
internal sealed class PagingGuest
{
    /// <summary>A supervisor page that stays as it is, for the operand of INVPCID.</summary>
    public const ulong Descriptor = 0xffff_8000_0000_0000;

    private const ulong Supervisor = PageTableBits.Present | PageTableBits.Writable | PageTableBits.Accessed;
    private const ulong FirstFrame = 0x60_0000;
    private const int Frames = 8;
    private const int MemorySize = 16 << 20;
    private const ulong LargeFrames = 0x80_0000;

    // Two neighbours and two in further tables; the third and fourth lie where a large page can take the place of a table.
    private static readonly ulong[] _pages = [0x0000_0000_4000_0000, 0x0000_0000_4000_1000, 0x0000_0000_4020_0000, 0x0000_0000_4020_3000, 0x0000_7000_0000_0000];
    private readonly PageTableBuilder _tables;
    private readonly List<(ulong Slot, ulong Table)> _directoryEntries = [];
    private readonly List<ulong> _leafEntries = [];
    private readonly List<ulong> _upperEntries = [];

    public PagingGuest()
    {
        Machine = new Machine(memorySize: MemorySize);
        _tables = new PageTableBuilder(Machine.Memory, 0x1000);
        Roots = [_tables.NewRoot().Value, _tables.NewRoot().Value];
        Span<byte> frame = stackalloc byte[4096];
        for (var address = FirstFrame; address < MemorySize; address += 4096)
        {
            for (var at = 0; at < 4096; at += 8)
            {
                BitConverter.TryWriteBytes(frame[at..], address);
            }

            Machine.Memory.Write(address, frame);
        }

        foreach (var root in Roots)
        {
            foreach (var page in _pages)
            {
                _tables.Map(root, page, FirstFrame, Supervisor | PageTableBits.User);
                _leafEntries.Add(_tables.EntryOf(root, page).Value);
                _upperEntries.Add(_tables.EntryOf(root, page, 21).Value);
                _upperEntries.Add(_tables.EntryOf(root, page, 30).Value);
            }

            _tables.Map(root, Descriptor, FirstFrame - 0x1000, Supervisor | PageTableBits.Dirty);
            var slot = _tables.EntryOf(root, _pages[2], 21).Value;
            _directoryEntries.Add((slot, Machine.Memory.Read<ulong>(slot)));
        }

        Machine[Reg.Cr3] = Roots[0];
    }

    /// <summary>The machine.</summary>
    public Machine Machine { get; }

    /// <summary>The top page tables.</summary>
    public ulong[] Roots { get; }

    /// <summary>The pages that are accessed.</summary>
    public static IReadOnlyList<ulong> Pages => _pages;

    /// <summary>The mode.</summary>
    public PagingMode Mode
    {
        get
        {
            var (cr3, cr4) = (Machine[Reg.Cr3], Machine[Reg.Cr4]);
            return new PagingMode(
                cr3 & PageTableBits.AddressMask,
                (cr4 & Cr4Bits.PCIDE) != 0 ? (int)(cr3 & 0xfff) : 0,
                (cr4 & Cr4Bits.PGE) != 0,
                (Machine[Reg.Cr0] & Cr0Bits.WP) != 0,
                (cr4 & Cr4Bits.SMEP) != 0,
                (cr4 & Cr4Bits.SMAP) != 0 && (Machine[Reg.Rflags] & Flags.AC) == 0,
                (Machine[Reg.Cs] & 3) == 3);
        }
    }

    /// <summary>Changes an entry of a table: a leaf's frame, presence or rights, rights further up, or a table for a large page.</summary>
    public void ChangeEntry(Random random)
    {
        switch (random.Next(8))
        {
            case 0:
                var (directory, table) = _directoryEntries[random.Next(_directoryEntries.Count)];
                Machine.Memory.Write(directory, random.Next(2) == 0 ? table : LargeFrames | Flip(Supervisor | PageTableBits.User | PageTableBits.PageSize, random));
                break;
            case 1:
                var upper = _upperEntries[random.Next(_upperEntries.Count)];
                var rights = random.Next(6) switch { 0 => PageTableBits.Writable, 1 => PageTableBits.User, _ => PageTableBits.Writable | PageTableBits.User };
                Machine.Memory.Write(upper, (Machine.Memory.Read<ulong>(upper) & ~(PageTableBits.Writable | PageTableBits.User)) | rights);
                break;
            default:
                var leaf = _leafEntries[random.Next(_leafEntries.Count)];
                Machine.Memory.Write(leaf, (FirstFrame + ((ulong)random.Next(Frames) << 12)) | Flip(Supervisor | PageTableBits.User, random));
                break;
        }
    }

    private static ulong Flip(ulong flags, Random random)
    {
        flags ^= random.Next(8) == 0 ? PageTableBits.Present : 0;
        flags ^= random.Next(5) == 0 ? PageTableBits.Writable : 0;
        flags ^= random.Next(5) == 0 ? PageTableBits.User : 0;
        flags |= random.Next(3) == 0 ? PageTableBits.Global : 0;
        flags |= random.Next(2) == 0 ? PageTableBits.Dirty : 0;
        return flags | (random.Next(8) == 0 ? PageTableBits.NoExecute : 0);
    }
}
