using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>A small guest: kernel and user pages under two page tables, GDT, IDT and TSS, no Linux.</summary>
internal sealed class Guest
{
    public const ulong Code = 0xffff_ffff_8100_0000;
    public const ulong Data = 0xffff_8880_0000_0000;
    public const ulong Tables = 0xffff_fe00_0000_0000;
    public const ulong StackTop = 0xffff_c900_0000_2000;
    public const ulong Rsp0 = 0xffff_c900_0010_1000;
    public const ulong Ist1 = 0xffff_c900_0020_1000;
    public const ulong UserCode = 0x40_0000;
    public const ulong UserData = 0x60_0000;

    public const ulong KernelCs = 0x10;
    public const ulong KernelSs = 0x18;
    public const ulong UserCs32 = 0x23;
    public const ulong UserSs = 0x2b;
    public const ulong UserCs = 0x33;
    public const ulong NotPresentData = 0x38;
    public const ulong Tss = 0x40;
    public const ulong Ldt = 0x50;
    public const ulong SmallLimit = 0x60;
    public const ulong KernelCs32 = 0x68;

    private const ulong Gdt = Tables;
    private const ulong Idt = Tables + 0x1000;
    private const ulong TssBase = Tables + 0x2000;
    private const ulong LdtBase = Tables + 0x2800;

    private const ulong Rw = PageTableBits.Present | PageTableBits.Writable | PageTableBits.NoExecute;
    private const ulong Rx = PageTableBits.Present;

    public Guest(FeatureSet? features = null)
    {
        Machine = new Machine(features, memorySize: 4 << 20);
        Pages = new PageTableBuilder(Machine.Memory, 0x1000);
        Root = Pages.NewRootPair();
        Map(Code, Rx, 2);
        Map(Data, Rw, 4);
        Map(Tables, Rw, 3);
        Map(StackTop - 0x2000, Rw, 2);
        Map(Rsp0 - 0x1000, Rw);
        Map(Ist1 - 0x1000, Rw);
        Map(UserCode, Rx | PageTableBits.User);
        Map(UserData, Rw | PageTableBits.User, 2);
        Machine[Reg.Cr3] = Root.Value;
        WriteTables();
        Machine[Reg.Rip] = Code;
        Machine[Reg.Rsp] = StackTop;
        Machine[Reg.Rflags] = Flags.Reserved1 | Flags.IF;
    }

    public Machine Machine { get; }

    public PageTableBuilder Pages { get; }

    public PhysicalAddress Root { get; }

    public ulong Registers(Reg register) => Machine[register];

    public void Map(ulong address, ulong flags, int pages = 1, PhysicalAddress? root = null)
    {
        for (var page = 0; page < pages; page++)
        {
            Pages.Map(root ?? Root, address + ((ulong)page * 4096), Pages.TakeFrames(), flags);
        }
    }

    /// <summary>The entry that maps an address, as a place to change.</summary>
    public PhysicalAddress EntryOf(ulong address, int shift = 12) => Pages.EntryOf(Root, address, shift);

    public void ChangeEntry(ulong address, ulong set, ulong clear = 0, int shift = 12) =>
        Machine.Memory.Write(EntryOf(address, shift), (Machine.Memory.Read<ulong>(EntryOf(address, shift)) & ~clear) | set);

    public void Unmap(ulong address) => ChangeEntry(address, 0, PageTableBits.Present);

    /// <summary>Writes a gate: interrupt gate 14 or trap gate 15.</summary>
    public void SetGate(byte vector, ulong handler, int ist = 0, int dpl = 0, int type = 14, ulong selector = KernelCs, bool present = true)
    {
        var rights = ((ulong)ist << 32) | ((ulong)type << 40) | ((ulong)dpl << 45) | (present ? 1UL << 47 : 0);
        var low = (handler & 0xFFFF) | (selector << 16) | rights | ((handler >> 16 & 0xFFFF) << 48);
        Machine.Poke(Idt + (vector * 16UL), low);
        Machine.Poke(Idt + (vector * 16UL) + 8, handler >> 32);
    }

    /// <summary>Continues in user mode.</summary>
    public void EnterUser(ulong rip = UserCode, ulong rsp = UserData + 0x800)
    {
        Machine[Reg.Cs] = UserCs;
        Machine[Reg.Ss] = UserSs;
        Machine[Reg.Rip] = rip;
        Machine[Reg.Rsp] = rsp;
    }

    /// <summary>Words from an address up.</summary>
    public ulong[] Words(ulong address, int count)
    {
        var words = new ulong[count];
        for (var i = 0; i < count; i++)
        {
            words[i] = Machine.Peek<ulong>(address + ((ulong)i * 8));
        }

        return words;
    }

    private void WriteTables()
    {
        ulong[] gdt =
        [
            0, 0,
            0x00AF_9B00_0000_FFFF, // 0x10 64-bit code, DPL 0
            0x00CF_9300_0000_FFFF, // 0x18 data, DPL 0
            0x00CF_FB00_0000_FFFF, // 0x20 32-bit code, DPL 3
            0x00CF_F300_0000_FFFF, // 0x28 data, DPL 3
            0x00AF_FB00_0000_FFFF, // 0x30 64-bit code, DPL 3
            0x00CF_7300_0000_FFFF, // 0x38 data, DPL 3, not present
            0x0000_8B00_0000_0067 | ((TssBase & 0xFF_FFFF) << 16) | ((TssBase >> 24 & 0xFF) << 56), // 0x40 TSS
            TssBase >> 32,
            0x0000_8200_0000_000F | ((LdtBase & 0xFF_FFFF) << 16) | ((LdtBase >> 24 & 0xFF) << 56), // 0x50 LDT
            LdtBase >> 32,
            0x0040_F500_0000_3007, // 0x60 read-only data, byte limit 0x3007, DPL 3
            0x00CF_9B00_0000_FFFF, // 0x68 32-bit code, DPL 0
        ];
        for (var i = 0; i < gdt.Length; i++)
        {
            Machine.Poke(Gdt + ((ulong)i * 8), gdt[i]);
        }

        Machine.Poke(LdtBase + 8, 0x0000_F300_0000_FFFFUL); // 16-bit data, DPL 3
        Machine.Poke(TssBase + 4, Rsp0);
        Machine.Poke(TssBase + 36, Ist1);
        Machine[Reg.GdtBase] = Gdt;
        Machine[Reg.GdtLimit] = ((ulong)gdt.Length * 8) - 1;
        Machine[Reg.IdtBase] = Idt;
        Machine[Reg.IdtLimit] = 0xFFF;
        Machine[Reg.TrBase] = TssBase;
        Machine[Reg.TrSelector] = Tss;
        Machine[Reg.Star] = (UserCs32 << 48) | (KernelCs << 32);
    }
}
