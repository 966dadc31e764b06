using EntryGen.Emulation;

namespace EntryGen.Tests.Emission;

/// <summary>A machine with a unit's code, a stack, data and per-CPU data mapped, and gaps between them.</summary>
internal sealed class Guest
{
    /// <summary>Four writable pages; nothing is mapped below and above.</summary>
    public const ulong Stack = 0xffff_c900_0001_0000;

    /// <summary>Behind the stack.</summary>
    public const ulong StackTop = Stack + 0x4000;

    /// <summary>Two writable pages, then a read-only one, then nothing.</summary>
    public const ulong Data = 0xffff_8880_0010_0000;

    /// <summary>The page that cannot be written.</summary>
    public const ulong ReadOnlyData = Data + 0x2000;

    /// <summary>Two writable pages at the GS base.</summary>
    public const ulong PerCpu = 0xffff_8881_0000_0000;

    private const ulong Present = 0x63, FirstUse = 0x03;
    private const ulong Frames = 0x10_0000;
    private const ulong PageTables = 0x14_0000;
    private const int MemorySize = 0x16_0000;

    /// <summary>Makes a guest for a unit, with the registers of a kernel that runs.</summary>
    /// <param name="unit">Its code.</param>
    /// <param name="features">CPU features that are on.</param>
    public Guest(EntryUnit unit, params string[] features)
    {
        Machine = new Machine(new FeatureSet(features), MemorySize);
        var tables = new PageTableBuilder(Machine.Memory, PageTables);
        var root = tables.NewRoot();
        Root = root;
        Tables = tables;
        Map(Stack, 4, Frames, Present);
        Map(Data, 2, Frames + 0x4000, Present);
        Map(ReadOnlyData, 1, Frames + 0x6000, Present & ~2UL);
        Map(PerCpu, 2, Frames + 0x7000, FirstUse);
        var frame = Frames + 0x10000;
        foreach (var section in unit.Sections)
        {
            var pages = (int)(((section.Address & 0xfff) + Math.Max(1, section.Size) + 0xfff) >> 12);
            Map(section.Address & ~0xfffUL, pages, frame, Present & ~2UL);
            frame += (ulong)pages * 4096;
        }

        foreach (var page in unit.Externals.Values.Where(external => external.Kind == ExternalKind.Function).Select(external => external.Address & ~0xfffUL).Distinct())
        {
            Map(page, 1, frame, Present & ~2UL);
            frame += 4096;
        }

        Machine[Reg.Cr3] = root.Value;
        Machine[Reg.GsBase] = PerCpu;
        Machine[Reg.KernelGsBase] = 0x7fff_0000;
        Machine[Reg.Rsp] = StackTop - 0x800;
        Machine[Reg.Rflags] = 2;
        Machine.Budget = 10_000;
    }

    /// <summary>The machine.</summary>
    public Machine Machine { get; }

    /// <summary>The top page table.</summary>
    public PhysicalAddress Root { get; }

    /// <summary>Adds mappings.</summary>
    public PageTableBuilder Tables { get; }

    /// <summary>A register.</summary>
    public ulong this[Reg register]
    {
        get => Machine[register];
        set => Machine[register] = value;
    }

    /// <summary>All registers, by place in the register file.</summary>
    public ulong[] Registers() => [.. Enumerable.Range(0, (int)Reg.Count).Select(register => Machine[(Reg)register])];

    /// <summary>All of physical memory that is used, page tables with their flags included.</summary>
    public byte[] Memory()
    {
        var bytes = new byte[MemorySize - (int)Frames];
        Machine.Memory.Read(Frames, bytes);
        return bytes;
    }

    /// <summary>Fills stack, data and per-CPU pages and the general registers with what a seed gives; registers lie near things now and then.</summary>
    public void Scramble(Random random)
    {
        var bytes = new byte[0x9000];
        random.NextBytes(bytes);
        Machine.Memory.Write(Frames, bytes);
        for (var register = Reg.Rax; register <= Reg.R15; register++)
        {
            Machine[register] = Word(random);
        }

        Machine[Reg.Rflags] = 2 | ((ulong)random.Next() & 0x8d5);
    }

    /// <summary>A number: any, small, or an edge.</summary>
    public static ulong Word(Random random) => random.Next(4) switch
    {
        0 => (ulong)random.NextInt64() << 1 ^ (ulong)random.NextInt64(),
        1 => (ulong)random.Next(0, 70),
        2 => 1UL << random.Next(64),
        _ => (1UL << random.Next(64)) - (ulong)random.Next(3),
    };

    private void Map(ulong address, int pages, ulong frame, ulong flags)
    {
        for (var page = 0UL; page < (ulong)pages; page++)
        {
            Tables.Map(Root, address + page * 4096, frame + page * 4096, flags);
        }
    }
}
