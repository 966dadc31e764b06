using EntryGen.Emulation;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>The machine that path.S expects (the anchors' layout.h): a kernel and a user page table, of which the user's has only what entry code needs.</summary>
internal sealed class AnchorGuest
{
    /// <summary>Where the kernel sees physical address 0.</summary>
    public const ulong Base = 0xffff_ffff_8000_0000;

    public const int MemorySize = 2 << 20;

    /// <summary>Where frames begin that only one of the judges has a use for: EntryGen's addresses of the code, and the page tables.</summary>
    public const int OwnFrames = 0x100000;

    /// <summary>Per-CPU variables: the entry stack's top, the caller's RSP, the task stack's top, PCIDs whose flush is pending.</summary>
    private const ulong PerCpu = 0x24000, EntryStackTop = PerCpu + 4, TaskStackTop = PerCpu + 0x1000, FlushPending = PerCpu + 0x1008;
    private const ulong Gdt = 0x21000, EntryStack = 0x22000, ExceptionStack = 0x23000, KernelStackEnd = 0x3c000;
    private const ulong Mapping = PageTableBits.Present | PageTableBits.Writable | PageTableBits.Accessed | PageTableBits.Dirty;
    private const ulong KernelPcid = 1, UserHalf = 0x1800;

    private static readonly ulong[] _shared = [0x20000, Gdt, EntryStack, ExceptionStack, PerCpu, 0x30000, 0x31000];

    public AnchorGuest(AnchorCode code)
    {
        var tables = new PageTableBuilder(Machine.Memory, OwnFrames);
        var kernel = tables.NewRootPair();
        PhysicalAddress user = kernel.Value + PhysicalMemory.PageSize;
        for (var page = 0x20000UL; page < 0x43000; page += PhysicalMemory.PageSize)
        {
            tables.Map(kernel, Base + page, page, Mapping);
        }

        foreach (var page in _shared)
        {
            tables.Map(user, Base + page, page, Mapping);
        }

        foreach (var section in code.Unit.Sections)
        {
            for (var page = section.Address & ~0xFFFUL; page < section.Address + section.Size; page += PhysicalMemory.PageSize)
            {
                var frame = tables.TakeFrames();
                tables.Map(kernel, page, frame, Mapping);
                if (section.Name == ".entry")
                {
                    tables.Map(user, page, frame, Mapping);
                }
            }
        }

        Machine.Memory.Write(AnchorCode.Start, code.Image);
        Machine.Memory.Write(Gdt + 0x10, 0x00af9b00_0000ffffUL);
        Machine.Memory.Write(Gdt + 0x18, 0x00cf9300_0000ffffUL);
        Machine.Memory.Write(EntryStackTop, Base + EntryStack + 0xff0);
        Machine.Memory.Write(TaskStackTop, Base + KernelStackEnd - 16);
        Machine[Reg.GdtBase] = Base + Gdt;
        Machine[Reg.GdtLimit] = 0x7f;
        Machine[Reg.Cr4] |= Cr4Bits.PCIDE;
        KernelCr3 = kernel.Value | KernelPcid;
    }

    public Machine Machine { get; } = new(memorySize: MemorySize);

    private ulong KernelCr3 { get; }

    /// <summary>Puts the machine before a loop, with registers of no meaning but RSP and the counter of the loop.</summary>
    /// <param name="loop">Where it begins.</param>
    /// <param name="random">Chooses the registers.</param>
    /// <param name="fromUser">With the user's page table and GS.</param>
    /// <param name="isFlushPending">The user's PCID is to be flushed when it is loaded next.</param>
    /// <param name="rounds">How often the loop is to go round.</param>
    public void Enter(VirtualAddress loop, Random random, bool fromUser, bool isFlushPending, int rounds)
    {
        for (var register = Reg.Rax; register <= Reg.R15; register++)
        {
            Machine[register] = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
        }

        Machine[Reg.Rflags] = Flags.Reserved1 | ((ulong)random.Next() & Flags.Status);
        Machine[Reg.Rsp] = Base + KernelStackEnd - 0x200;
        Machine[Reg.Rbx] = (ulong)rounds;
        Machine[Reg.Rip] = loop.Value;
        Machine[Reg.Cr3] = fromUser ? KernelCr3 | UserHalf : KernelCr3;
        (Machine[Reg.GsBase], Machine[Reg.KernelGsBase]) = fromUser ? (0UL, Base + PerCpu) : (Base + PerCpu, 0);
        Machine.Memory.Write(FlushPending, isFlushPending ? 1UL << (int)KernelPcid : 0);
    }
}
