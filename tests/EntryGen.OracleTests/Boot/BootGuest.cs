using EntryGen.Emulation;

namespace EntryGen.OracleTests.Boot;

/// <summary>The machine that the cases run on (Guest/layout.inc): page tables, descriptor tables, stacks and data, as bytes of physical memory.</summary>
/// <remarks>It is written twice: into EntryGen's machine, and into the disk image that another emulator boots. Only addresses of code differ.</remarks>
internal sealed class BootGuest
{
    /// <summary>Where linear addresses of all but code begin.</summary>
    public const ulong Base = 0xffff_ffff_8000_0000;

    /// <summary>What the boot sector loads: from here.</summary>
    public const int ImageStart = 0x10000;

    /// <summary>What the boot sector loads: up to here.</summary>
    public const int ImageEnd = 0x80000;

    /// <summary>Where the image has code.</summary>
    public const int Code = 0x40000, UserCode = 0x48000, CodeEnd = 0x4a000;

    public const int Log = 0x50000, RecordSize = 128;

    public const ulong Cr0 = 0x8005_0033, Cr4 = 0x6a0, Efer = 0xd01;

    private const ulong BootSector = 0x7000;
    private const ulong Tables = 0x11000, TablesEnd = 0x28000, Gdt = 0x28000, Idt = 0x29000, Tss = 0x2a000, KernelStack = 0x2b000, Rsp0 = 0x2c000, Ist1 = 0x2d000, UserStack = 0x2f000, Data = 0x30000;
    private const ulong Window = Base + 0x100000, Nowhere = Base + 0x200000, NotCanonical = 0x9000_0000_0000;
    private const ulong Rw = PageTableBits.Present | PageTableBits.Writable | PageTableBits.Accessed | PageTableBits.Dirty, Ro = PageTableBits.Present | PageTableBits.Accessed | PageTableBits.Dirty;
    private const int GdtLimit = 0x57, IdtLimit = (0x90 * 16) - 1, InterruptGate = 14, TrapGate = 15;

    private readonly PhysicalMemory _memory;
    private readonly Func<string, ulong> _addressOf;

    /// <summary>Writes everything but code.</summary>
    /// <param name="memory">The memory.</param>
    /// <param name="addressOf">Addresses of the symbols of the code.</param>
    public BootGuest(PhysicalMemory memory, Func<string, ulong> addressOf)
    {
        (_memory, _addressOf) = (memory, addressOf);
        Pages = new PageTableBuilder(memory, Tables);
        Root = Pages.NewRoot();
        for (var page = Tables; page < 0x80000; page += PhysicalMemory.PageSize)
        {
            Pages.Map(Root, Base + page, page, page switch
            {
                UserStack or 0x34000 => Rw | PageTableBits.User,
                0x35000 => Ro | PageTableBits.User,
                >= UserCode and < CodeEnd => Ro | PageTableBits.User,
                _ => Rw,
            });
        }

        // The boot sector, and what it reads after it has turned paging on.
        Pages.Map(Root, BootSector, BootSector, Rw);
        Pages.Map(Root, ImageStart, ImageStart, Rw);
        _memory.Write(Data, Base + Log);
        _memory.Write(Data + 0x30, Base + Pages.EntryOf(Root, Window).Value);
        _memory.Write(0x32000, 1UL);
        _memory.Write(0x33000, 2UL);
        WriteGdt();
        WriteIdt();
        _memory.Write(Tss + 4, Base + Rsp0 + PhysicalMemory.PageSize);
        ulong[] interruptStacks = [Base + Ist1 + PhysicalMemory.PageSize, NotCanonical, Nowhere];
        for (var i = 0; i < interruptStacks.Length; i++)
        {
            _memory.Write(Tss + 36 + (8 * (ulong)i), interruptStacks[i]);
        }

        WriteParameters();
    }

    /// <summary>Maps what else there is.</summary>
    public PageTableBuilder Pages { get; }

    /// <summary>The top-level page table.</summary>
    public PhysicalAddress Root { get; }

    /// <summary>Sets the registers as the boot sector does.</summary>
    public void Enter(Machine machine)
    {
        (machine[Reg.Cr0], machine[Reg.Cr3], machine[Reg.Cr4], machine[Reg.Efer]) = (Cr0, Root.Value, Cr4, Efer);
        (machine[Reg.GdtBase], machine[Reg.GdtLimit]) = (Base + Gdt, GdtLimit);
        (machine[Reg.IdtBase], machine[Reg.IdtLimit]) = (Base + Idt, IdtLimit);
        (machine[Reg.TrSelector], machine[Reg.TrBase]) = (0x40, Base + Tss);
        _memory.Write(Gdt + 0x40, _memory.Read<ulong>(Gdt + 0x40) | (1UL << 41)); // LTR marks the TSS as busy
        (machine[Reg.Cs], machine[Reg.Ss]) = (0x10, 0x18);
        (machine[Reg.Rip], machine[Reg.Rsp]) = (_addressOf("start"), Base + KernelStack + PhysicalMemory.PageSize);
        Assert.True(Pages.TakeFrames().Value < TablesEnd, "the page tables run into the descriptor tables");
    }

    private void WriteGdt()
    {
        var tss = Base + Tss;
        ulong[] gdt =
        [
            0, 0,
            0x00AF_9B00_0000_FFFF, // 0x10 64-bit code, DPL 0
            0x00CF_9300_0000_FFFF, // 0x18 data, DPL 0
            0x00CF_FB00_0000_FFFF, // 0x20 32-bit code, DPL 3
            0x00CF_F300_0000_FFFF, // 0x28 data, DPL 3
            0x00AF_FB00_0000_FFFF, // 0x30 64-bit code, DPL 3
            0x00CF_7300_0000_FFFF, // 0x38 data, DPL 3, not present
            0x0000_8900_0000_0067 | ((tss & 0xFF_FFFF) << 16) | ((tss >> 24 & 0xFF) << 56), // 0x40 TSS
            tss >> 32,
            0x00AF_1B00_0000_FFFF, // 0x50 64-bit code, DPL 0, not present
        ];
        for (var i = 0; i < gdt.Length; i++)
        {
            _memory.Write(Gdt + ((ulong)i * 8), gdt[i]);
        }
    }

    private void WriteIdt()
    {
        foreach (var vector in (ReadOnlySpan<int>)[0, 1, 6, 10, 11, 13, 14, 17, 21])
        {
            SetGate(vector, $"vector_{vector}");
        }

        SetGate(3, "vector_3", dpl: 3);
        SetGate(8, "vector_8", ist: 1);
        SetGate(12, "vector_12", ist: 1);
        SetGate(0x80, dpl: 3);
        SetGate(0x81, type: TrapGate);
        SetGate(0x82, isPresent: false);
        SetGate(0x83, selector: 0);
        SetGate(0x84, ist: 1);
        SetGate(0x85, ist: 2);
        SetGate(0x86, ist: 3);
        SetGate(0x87, selector: 0x100);
        SetGate(0x88, selector: 0x18);
        SetGate(0x89, selector: 0x50);
        SetGate(0x8a, type: 12);
        SetGate(0x8b, handler: null);
        SetGate(0x8c, selector: 0x30);
    }

    private void SetGate(int vector, string? handler = "vector_0x80", ulong selector = 0x10, int ist = 0, int dpl = 0, int type = InterruptGate, bool isPresent = true)
    {
        var target = handler is null ? NotCanonical : _addressOf(handler);
        var rights = ((ulong)ist << 32) | ((ulong)type << 40) | ((ulong)dpl << 45) | (isPresent ? 1UL << 47 : 0);
        _memory.Write(Idt + ((ulong)vector * 16), (target & 0xFFFF) | (selector << 16) | rights | ((target >> 16 & 0xFFFF) << 48));
        _memory.Write(Idt + ((ulong)vector * 16) + 8, target >> 32);
    }

    // What the boot sector sets the registers by.
    private void WriteParameters()
    {
        ulong[] registers = [Cr0, Root.Value, Cr4, Efer];
        for (var i = 0; i < registers.Length; i++)
        {
            _memory.Write(ImageStart + ((ulong)i * 8), registers[i]);
        }

        _memory.Write(ImageStart + 0x20, (ushort)GdtLimit);
        _memory.Write(ImageStart + 0x22, Base + Gdt);
        _memory.Write(ImageStart + 0x30, (ushort)IdtLimit);
        _memory.Write(ImageStart + 0x32, Base + Idt);
        _memory.Write(ImageStart + 0x40, _addressOf("start"));
        _memory.Write(ImageStart + 0x48, Base + KernelStack + PhysicalMemory.PageSize);
    }
}
