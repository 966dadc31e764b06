using EntryGen.Emulation;

namespace EntryGen.Benchmarks;

/// <summary>The guest of <see cref="Rehearsal"/> and <see cref="ParanoidRehearsal"/>: two page tables of which the user's has only what the entry needs, PCIDs, kernel and trampoline stacks.</summary>
internal static class RehearsalMachine
{
    private const ulong Base = 0xffff_ffff_8000_0000;
    private const ulong PerCpu = 0x24000, ExceptionStack = 0x23000, Gdt = 0x21000, Trampoline = 0x22000, KernelStack = 0x38000, KernelStackTop = 0x3c000, Code = 0x50000;
    private const ulong Mapping = PageTableBits.Present | PageTableBits.Writable | PageTableBits.Accessed | PageTableBits.Dirty;
    private const ulong ProcessContextIds = 1UL << 17;
    private const ulong UserHalf = 0x1000, UserPcid = 0x801;

    /// <summary>Instructions of one round trip, the two of the loop included.</summary>
    public const int Instructions = 90;

    /// <summary>Instructions of one paranoid round trip that interrupts the kernel, those that build the frame and loop included.</summary>
    public const int ParanoidFromKernel = 75;

    /// <summary>The same with the user's page table and GS.</summary>
    public const int ParanoidFromUser = 88;

    /// <summary>Makes a machine that stands before the first round trip.</summary>
    public static Machine Create() => Create(Rehearsal.EntryUnit);

    /// <summary>Makes a machine that stands before the first paranoid round trip.</summary>
    /// <param name="fromUser">With the user's page table and GS.</param>
    public static Machine CreateParanoid(bool fromUser)
    {
        var machine = Create(ParanoidRehearsal.EntryUnit);
        if (!fromUser)
        {
            machine[Reg.Cr3] = machine.HostPageTable!.Value.Value;
            (machine[Reg.GsBase], machine[Reg.KernelGsBase]) = (machine[Reg.KernelGsBase], machine[Reg.GsBase]);
        }

        return machine;
    }

    /// <summary>Makes a machine that stands before the first round trip, and where paranoid exceptions may happen on the way.</summary>
    public static Machine CreateForBoth() => Create(Rehearsal.EntryUnit, ParanoidRehearsal.EntryUnit);

    private static Machine Create(params ReadOnlySpan<EntryUnit> units)
    {
        var machine = new Machine(memorySize: 1 << 20);
        var tables = new PageTableBuilder(machine.Memory, 0x60000);
        var kernel = tables.NewRootPair();
        PhysicalAddress user = kernel.Value + UserHalf;
        Map(PerCpu, isShared: true);
        Map(PerCpu + 0x1000, isShared: false);
        Map(Gdt, isShared: true);
        Map(Trampoline, isShared: true);
        Map(ExceptionStack, isShared: true);
        for (var page = KernelStack; page < KernelStackTop; page += 0x1000)
        {
            Map(page, isShared: false);
        }

        // What is there is never read: where several units have code, one mapping does.
        var code = new HashSet<ulong>();
        foreach (var unit in units)
        {
            MapCode(unit);
        }

        machine.Memory.Write(Gdt + 0x10, 0x00af9b00_0000ffffUL);
        machine.Memory.Write(Gdt + 0x18, 0x00cf9300_0000ffffUL);
        machine[Reg.GdtBase] = Base + Gdt;
        machine[Reg.GdtLimit] = 0xfff;
        machine[Reg.Cr4] |= ProcessContextIds;
        machine[Reg.Cr3] = user.Value | UserPcid;
        machine[Reg.KernelGsBase] = Base + PerCpu;
        machine[Reg.Rsp] = Base + KernelStackTop - 0x200;
        machine.HostPageTable = kernel;
        Rehearsal.trampoline_top.Set(machine, Base + Trampoline + 0xff0);
        Rehearsal.task_stack_top.Set(machine, Base + KernelStackTop - 16);
        return machine;

        void Map(ulong page, bool isShared)
        {
            tables.Map(kernel, Base + page, page, Mapping);
            if (isShared)
            {
                tables.Map(user, Base + page, page, Mapping);
            }
        }

        void MapCode(EntryUnit unit)
        {
            foreach (var section in unit.Sections.Where(section => section.Executable))
            {
                for (var page = section.Address & ~0xfffUL; page < section.Address + section.Size; page += 0x1000)
                {
                    if (!code.Add(page))
                    {
                        continue;
                    }

                    PhysicalAddress frame = Code + ((ulong)(code.Count - 1) * 0x1000);
                    tables.Map(kernel, page, frame, Mapping);
                    if (section.UserMapped)
                    {
                        tables.Map(user, page, frame, Mapping);
                    }
                }
            }
        }
    }

    /// <summary>Does some round trips.</summary>
    /// <exception cref="InvalidOperationException">The guest ended otherwise than it should.</exception>
    public static void Run(Machine machine, int count)
    {
        Prepare(machine, count, Instructions);
        var cpu = machine.Cpu;
        Check(machine, count, Rehearsal.round_trips(ref cpu));
    }

    /// <summary>Does some paranoid round trips.</summary>
    /// <exception cref="InvalidOperationException">The guest ended otherwise than it should.</exception>
    public static void RunParanoid(Machine machine, int count, int instructions)
    {
        Prepare(machine, count, instructions);
        var cpu = machine.Cpu;
        Check(machine, count, ParanoidRehearsal.round_trips(ref cpu));
    }

    /// <summary>Does some round trips one instruction at a time.</summary>
    /// <exception cref="InvalidOperationException">The guest ended otherwise than it should.</exception>
    public static void Step(Machine machine, int count)
    {
        Prepare(machine, count, Instructions);
        var cpu = machine.Cpu;
        var unit = Rehearsal.EntryUnit;
        cpu.Rip = unit.Entries["round_trips"].Address;
        Stop stop;
        do
        {
            stop = unit.Step(ref cpu);
        }
        while (stop.Kind == StopKind.None);

        Check(machine, count, stop);
    }

    private static void Prepare(Machine machine, int count, int instructions)
    {
        machine[Reg.Rbx] = (ulong)count;
        machine.Budget = (long)count * instructions + 1;
    }

    private static void Check(Machine machine, int count, Stop stop)
    {
        if (stop.Kind != StopKind.Halted || machine.Budget != 0)
        {
            throw new InvalidOperationException($"{count} round trips ended with {stop} at {Rehearsal.EntryUnit.Locate(machine[Reg.Rip])}, budget {machine.Budget}.");
        }
    }
}
