using EntryGen.Emulation;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Boot;

/// <summary>System calls, deliveries, returns, faults and PCIDs, on EntryGen and on Bochs, which boots the same source.</summary>
public sealed class BootTests(ITestOutputHelper output)
{
    private const int JumpsAway = 1;

    [BochsFact]
    public void Bochs_finds_what_EntryGen_finds()
    {
        var sources = BootSources.Build();
        var theirs = BootLog.Read(Bochs.Boot(sources.Disk), sources.Symbols.ToLookup(symbol => symbol.Value, symbol => symbol.Key));
        var own = RunOwn(sources.Unit);
        var differing = own.Where(each => theirs.GetValueOrDefault(each.Key) != each.Value).Select(each => each.Key).ToHashSet();
        foreach (var name in differing)
        {
            output.WriteLine($"{name}\n  own    {own[name]}\n  theirs {theirs.GetValueOrDefault(name)}");
        }

        output.Report("cases against whole PCs", "Bochs", ("cases", own.Count), ("the same", own.Count - differing.Count), ("departures", BootDeparture.OfBochs.Count));
        Assert.Empty(theirs.Keys.Except(own.Keys));
        Assert.Equal(BootDeparture.OfBochs.Select(departure => departure.Case).Order(StringComparer.Ordinal), differing.Order(StringComparer.Ordinal));
    }

    private static IReadOnlyDictionary<string, string> RunOwn(EntryUnit unit)
    {
        var machine = new Machine(memorySize: 1 << 20);
        var guest = new BootGuest(machine.Memory, name => unit.AddressOf(name).Value);

        // The code of the unit takes more room than the bytes of the image: it lies behind it.
        new PageTableBuilder(machine.Memory, BootGuest.ImageEnd).MapUnit(guest.Root, unit);
        foreach (var section in unit.Sections.Where(section => section.Name.StartsWith(".user", StringComparison.Ordinal)))
        {
            AllowUser(guest, machine.Memory, section);
        }

        machine.CFunctions["finish"] = static (ref Cpu cpu) => cpu.StopAs(new Stop(StopKind.NoReturn));
        guest.Enter(machine);
        var stop = machine.Run(unit);
        for (var jumps = 0; stop.Kind == StopKind.Left && jumps < JumpsAway; jumps++)
        {
            // Out of the unit, to where nothing can be fetched: the fault is the next run's.
            stop = machine.Run(unit);
        }

        var log = new byte[BootGuest.ImageEnd - BootGuest.Log];
        machine.Memory.Read(BootGuest.Log, log);
        var cases = BootLog.Read(log, unit.Symbols.ToLookup(symbol => symbol.Value, symbol => symbol.Key));
        Assert.True(stop.Kind == StopKind.NoReturn, $"EntryGen ends by {stop} at {new VirtualAddress(machine[Reg.Rip])} after {cases.Keys.LastOrDefault()}");
        return cases;
    }

    private static void AllowUser(BootGuest guest, PhysicalMemory memory, UnitSection section)
    {
        for (var page = section.Address & ~0xFFFUL; page < section.Address + section.Size; page += PhysicalMemory.PageSize)
        {
            guest.Pages.Map(guest.Root, page, memory.Read<ulong>(guest.Pages.EntryOf(guest.Root, page)) & PageTableBits.AddressMask, PageTableBits.Present | PageTableBits.User);
        }
    }
}

/// <summary>A test that boots Bochs: skipped where there is none, unless CI says that there must be.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BochsFactAttribute : FactAttribute
{
    public BochsFactAttribute() => Skip = KernelTrees.Required ? null : Bochs.Missing;
}
