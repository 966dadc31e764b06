using EntryGen.Emulation;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>The guest memory that both judges run in: the same frames, page tables and descriptors.</summary>
internal static class Arena
{
    /// <summary>Two writable pages, then a read-only one, then nothing.</summary>
    public const ulong Data = 0xffff_8880_0010_0000;

    /// <summary>The page that cannot be written.</summary>
    public const ulong ReadOnlyData = Data + 0x2000;

    /// <summary>Two writable pages; nothing below and above.</summary>
    public const ulong Stack = 0xffff_c900_0001_0000;

    /// <summary>Behind the stack.</summary>
    public const ulong StackTop = Stack + 0x2000;

    /// <summary>GS base: one page here, one <see cref="PerCpuOffset"/> further.</summary>
    public const ulong GsBase = 0xffff_8881_0000_0000;

    /// <summary>Where the layout puts per-CPU variables of the kernel's own.</summary>
    public const ulong PerCpuOffset = 0x1_0000;

    /// <summary>FS base: one page.</summary>
    public const ulong FsBase = 0xffff_8882_0000_0000;

    /// <summary>Where the layout puts data that a unit does not define.</summary>
    public const ulong External = 0xffff_ffff_8380_0000;

    /// <summary>A page that user mode may use: SMAP is on.</summary>
    public const ulong UserPage = 0x40_0000;

    /// <summary>The selector of the 64-bit code segment at level 0.</summary>
    public const ulong KernelCode = 0x10;

    /// <summary>The global descriptor table.</summary>
    public const ulong Gdt = 0xffff_fe00_0000_1000;

    /// <summary>Limit of the descriptor table.</summary>
    public const uint GdtLimit = 0xAF;

    /// <summary>First frame of the pages whose contents are compared.</summary>
    public const int FirstFrame = 0x1_0000;

    /// <summary>Bytes of those pages.</summary>
    public const int ComparedSize = 11 * 0x1000;

    /// <summary>First frame of the code.</summary>
    public const int CodeFrame = 0x10_0000;

    /// <summary>Bytes of RAM.</summary>
    public const int RamSize = 0x20_0000;

    private const ulong PageTables = 0x4_0000;
    private const ulong Writable = PageTableBits.Present | PageTableBits.Writable | PageTableBits.Accessed | PageTableBits.Dirty;
    private const ulong ReadOnly = PageTableBits.Present | PageTableBits.Accessed;

    /// <summary>The descriptors: 64-bit and 32-bit code and data of both rings, and some that loads and LSL treat apart.</summary>
    private static readonly ulong[] _descriptors =
    [
        0,
        0x00cf9b000000ffff, // 08 kernel code, 32 bits
        0x00af9b000000ffff, // 10 kernel code, 64 bits
        0x00cf93000000ffff, // 18 kernel data
        0x00cffb000000ffff, // 20 user code, 32 bits
        0x00cff3000000ffff, // 28 user data
        0x00affb000000ffff, // 30 user code, 64 bits
        0x00af9f000000ffff, // 38 conforming code
        0x00008b0010000067, // 40 TSS, busy, two words
        0,
        0x000082002000001f, // 50 LDT, two words
        0,
        0x00cf13000000ffff, // 60 data, not present
        0x00af99000000ffff, // 68 code that cannot be read
        0x00cf91000000ffff, // 70 data that cannot be written
        0x00cf97000000ffff, // 78 data that expands down
        0x0040f50000000123, // 80 the CPU number in a limit, as the kernel has it
        0x0000f30000001234, // 88 user data of 16 bits
        0x00008f0000000000, // 90 trap gate
        0x0000890030000067, // 98 TSS, available, two words
        0,
        0x00cf930056780fff, // a8 data with a base
    ];

    /// <summary>Selectors that instructions are tried with, good ones and bad.</summary>
    public static IReadOnlyList<ulong> Selectors { get; } =
        [.. Enumerable.Range(0, _descriptors.Length + 1).Select(index => (ulong)index * 8), 0x1000, 0xfff8, 0x1c, 0x04];

    /// <summary>Addresses of the symbols that <see cref="InstructionTexts"/> uses.</summary>
    public static IReadOnlyDictionary<string, ulong> Symbols { get; } =
        new Dictionary<string, ulong> { [InstructionTexts.Data] = External, [InstructionTexts.PerCpu] = PerCpuOffset };

    private static readonly (ulong Page, int Pages, ulong Flags)[] _pages =
    [
        (Data, 2, Writable), (ReadOnlyData, 1, ReadOnly), (Stack, 2, Writable), (GsBase, 1, Writable), (GsBase + PerCpuOffset, 1, Writable), (FsBase, 1, Writable),
        (External, 1, Writable), (UserPage, 1, Writable | PageTableBits.User), (Gdt, 1, Writable),
    ];

    /// <summary>All pages but the code's: linear address, frame, number.</summary>
    public static (ulong Page, ulong Frame, int Pages, ulong Flags)[] Pages { get; } = Place();

    /// <summary>Pages beside them, which no page table maps.</summary>
    public static IReadOnlyList<ulong> Gaps { get; } =
        [.. Pages.SelectMany(run => new[] { run.Page - 0x1000, run.Page + ((ulong)run.Pages * 0x1000) }).Distinct().Where(page => FrameOf(page) is null)];

    private static (ulong Page, ulong Frame, int Pages, ulong Flags)[] Place()
    {
        var frame = (ulong)FirstFrame;
        var placed = new List<(ulong, ulong, int, ulong)>();
        foreach (var (page, pages, flags) in _pages)
        {
            placed.Add((page, frame, pages, flags));
            frame += (ulong)pages * 4096;
        }

        return [.. placed];
    }

    /// <summary>The frame address of a linear address; null where nothing is mapped.</summary>
    public static ulong? FrameOf(ulong address)
    {
        foreach (var (page, frame, pages, _) in Pages)
        {
            if (address - page < (ulong)pages * 4096)
            {
                return frame + (address - page);
            }
        }

        return null;
    }

    /// <summary>Writes page tables and descriptors into a machine's memory.</summary>
    /// <param name="memory">The memory.</param>
    /// <param name="codeSize">Bytes of code at <see cref="GnuImage.Start"/>.</param>
    /// <returns>The top page table.</returns>
    public static ulong Build(PhysicalMemory memory, int codeSize)
    {
        var tables = new PageTableBuilder(memory, PageTables);
        var root = tables.NewRoot();
        foreach (var (page, frame, pages, flags) in Pages)
        {
            Map(page, frame, pages, flags);
        }

        Map(GnuImage.Start, CodeFrame, PagesOf(codeSize), ReadOnly);
        var gdt = FrameOf(Gdt)!.Value;
        for (var i = 0; i < _descriptors.Length; i++)
        {
            memory.Write(gdt + ((ulong)i * 8), _descriptors[i]);
        }

        return root.Value;

        void Map(ulong page, ulong frame, int pages, ulong flags)
        {
            for (var i = 0UL; i < (ulong)pages; i++)
            {
                tables.Map(root, page + (i * 4096), frame + (i * 4096), flags);
            }
        }
    }

    /// <summary>Pages that some bytes take.</summary>
    public static int PagesOf(int size) => (size + 4095) / 4096;

}
