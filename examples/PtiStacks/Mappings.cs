using EntryGen.Exploration;
using EntryGen.Exploration.Tasks;
using EntryGen.Kernel;

namespace PtiStacks;

/// <summary>Which of the things that a design maps in the user half beside what it maps anyway are needed there.</summary>
public static class Mappings
{
    /// <summary>Leaves out one after the other.</summary>
    /// <param name="design">The design.</param>
    /// <returns>The name of each, with the fault that its absence leads to; null: it can be left out.</returns>
    public static IReadOnlyList<(string Name, TaskCounterexample? Fault)> LeaveOut(Design design) =>
    [
        .. design.Options.AlsoInUserHalf.Where(name => name != KernelOptions.PtiStackName || design.Options.PtiStacks).Select(name => (name, FaultWithout(design, name))),
    ];

    /// <summary>Pages of the kernel that the user half of a process maps: in all, for one more CPU, and for one more thread. Counted in the page tables.</summary>
    public static (int First, int Cpu, int Thread) Pages(Design design)
    {
        var first = Count(1, 1);
        return (first, Count(2, 1) - first, Count(1, 2) - first);

        int Count(int cpus, int threads)
        {
            var options = design.Options with { Processors = cpus, Tasks = [.. Enumerable.Repeat(0, threads)] };
            return UserMappings.Of(KernelEnvironment.Create(design.Unit, options), task: 0).Count;
        }
    }

    /// <summary>Bytes of kernel memory that one more thread takes for its stacks.</summary>
    public static int BytesOfThread(Design design)
    {
        return Count(2) - Count(1);

        int Count(int threads)
        {
            var options = design.Options with { Processors = 1, Tasks = [.. Enumerable.Repeat(0, threads)] };
            return KernelEnvironment.Create(design.Unit, options).Mappings.Where(range => range.Name.EndsWith("stack", StringComparison.Ordinal)).Sum(range => range.Pages) * KernelLayout.PageSize;
        }
    }

    private static TaskCounterexample? FaultWithout(Design design, string name)
    {
        var options = design.Options with { AlsoInUserHalf = [.. design.Options.AlsoInUserHalf.Except([name])] };
        var result = Question.Interrupted(design with { Options = options }).Ask(TaskProperties.NoFault, TaskProperties.StaysInCode).Explore();
        return result.Properties.Select(property => property.Counterexample).FirstOrDefault(counterexample => counterexample is not null);
    }
}
