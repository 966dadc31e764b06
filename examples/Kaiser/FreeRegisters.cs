using EntryGen;
using EntryGen.Emulation;
using EntryGen.Kernel;
using EntryGen.Tracing;

namespace Kaiser;

/// <summary>What is true of a place.</summary>
/// <param name="Before">CR3, GS and stack when control comes there.</param>
/// <param name="Free">The registers that hold nothing that matters.</param>
public sealed record SiteFacts(Lanes Before, IReadOnlyList<Reg> Free);

/// <summary>Finds out which registers are free at a place: those that can be overwritten there without anything being different afterwards.</summary>
public static class FreeRegisters
{
    private const ulong Garbage = 0x0bad_0bad_0bad_0bad;
    private const int Budget = 1000;
    private const int PtRegsWords = 21;

    /// <summary>Runs up to the place, and from there once for each register with garbage in it.</summary>
    /// <param name="set">The macros.</param>
    /// <param name="site">The place.</param>
    public static SiteFacts At(MacroSet set, CallSite site)
    {
        var environment = KernelEnvironment.Create(set.Unit, set.Options);
        var machine = environment.Machine;
        var activation = environment.Start(site.Reach.Entry, site.Reach.Start);
        var stop = machine.RunUntil(set.Unit, site.Label);
        if (machine[Reg.Rip] != set.Unit.Symbols[site.Label])
        {
            throw new InvalidOperationException($"{set.Name}: {site.Reach.Name} does not come by {site.Label}: {stop}.");
        }

        var here = machine.Snapshot();
        var expected = Finish(activation, set.Unit);
        var free = new List<Reg>();
        for (var register = Reg.Rax; register <= Reg.R15; register++)
        {
            machine.Restore(here);
            machine[register] = Garbage;
            if (Finish(activation, set.Unit).SequenceEqual(expected))
            {
                free.Add(register);
            }
        }

        machine.Restore(here);
        return new SiteFacts(Lanes.Of(environment, register => machine[register]), free);
    }

    /// <summary>Runs to the end: everything that anybody sees, which is what C functions find in pt_regs, and the registers of what was interrupted.</summary>
    private static List<ulong> Finish(Activation activation, EntryUnit unit)
    {
        var machine = activation.Environment.Machine;
        var functions = unit.Externals.Values.Where(external => external.Kind == ExternalKind.Function).Select(external => external.Address).ToHashSet();
        var seen = new List<ulong>();
        for (var n = 0; n < Budget && !activation.HasReturned; n++)
        {
            if (functions.Contains(machine[Reg.Rip]))
            {
                seen.Add(machine[Reg.Rsi]);
                seen.AddRange(PtRegs(machine));
            }

            var stop = machine.Step(unit);
            if (stop.Kind != StopKind.None)
            {
                seen.Add((ulong)stop.Kind);
                break;
            }
        }

        for (var register = Reg.Rax; register < Reg.Count; register++)
        {
            if (register is not Reg.EventState)
            {
                seen.Add(machine[register]);
            }
        }

        return seen;
    }

    private static IEnumerable<ulong> PtRegs(Machine machine)
    {
        var regs = machine[Reg.Rdi];
        for (var word = 0; word < PtRegsWords; word++)
        {
            yield return machine.TryTranslate(regs + (ulong)(word * 8), out _) ? machine.Peek<ulong>(regs + (ulong)(word * 8)) : 0;
        }
    }
}
