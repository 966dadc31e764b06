using EntryGen;
using EntryGen.Emulation;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Tasks;
using EntryGen.Kernel;

namespace PtiStacks;

/// <summary>The instructions of a path, and at which of them an interrupt finds its way.</summary>
/// <param name="OnUserHalf">Instructions before which the user half is live.</param>
/// <param name="Broken">Those of them at which an interrupt goes wrong.</param>
/// <param name="OnKernelHalf">Instructions before which the kernel half is live.</param>
/// <param name="BrokenOnKernelHalf">Those of them at which an interrupt goes wrong.</param>
public sealed record Points(int OnUserHalf, int Broken, int OnKernelHalf, int BrokenOnKernelHalf)
{
    // An exploration decides 64 properties, one for each point.
    private const int AtOnce = 64;

    /// <summary>
    /// Lets an interrupt in at each instruction of an entry and exit, as if interrupts were enabled there. It goes wrong if C code is called on the user half or with a wrong GS, if something faults, or if what was interrupted
    /// does not find its state again.
    /// </summary>
    /// <param name="design">The design.</param>
    /// <param name="entry">The entry from user mode.</param>
    public static Points Of(Design design, string entry)
    {
        var one = design.Options with { Processors = 1, Tasks = [0] };
        var environment = KernelEnvironment.Create(design.Unit, one);
        var machine = environment.Machine;
        var activation = environment.Start(entry);
        var points = new List<(ulong Address, bool IsUserHalf)>();
        while (!activation.HasReturned)
        {
            points.Add((machine[Reg.Rip], (machine[Reg.Cr3] & Cr3Bits.UserPageTable) != 0));
            if (machine.Step(design.Unit).Kind != StopKind.None && !activation.HasReturned)
            {
                throw new InvalidOperationException($"{design.Id}, {entry}: it does not return.");
            }
        }

        var broken = points.Select(point => point.Address).Distinct().Chunk(AtOnce).SelectMany(chunk => FindBroken(design with { Options = one }, entry, chunk)).ToHashSet();
        return new Points(
            points.Count(point => point.IsUserHalf),
            points.Count(point => point.IsUserHalf && broken.Contains(point.Address)),
            points.Count(point => !point.IsUserHalf),
            points.Count(point => !point.IsUserHalf && broken.Contains(point.Address)));
    }

    private static IEnumerable<ulong> FindBroken(Design design, string entry, ulong[] points)
    {
        var properties = points.Select((address, number) => new TaskProperty(
            $"{number}",
            "an interrupt here finds its way",
            TaskMoments.Call | TaskMoments.Return | TaskMoments.Fault | TaskMoments.Stop,
            state => state.Level < 2 || state.Interrupted(Reg.Rip) != address || TaskProperties.All.All(property => (property.At & state.Moment) == 0 || property.Holds(state)))).ToList();
        var result = TaskScenario.Of(design.Unit).In(design.Options).Entering(entry).Often(entries: 1, sleeps: 0)
            .Inject(InjectedEvents.Interrupt).WithInterruptsEnabled(state => points.Contains(state[Reg.Rip])).Ask(properties).Explore();
        return result.Properties.Select((property, number) => (property, number)).Where(each => each.property.Counterexample is not null).Select(each => points[each.number]);
    }
}
