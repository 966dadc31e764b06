using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Tasks.States;

/// <summary>Whose memory is where.</summary>
internal sealed class TaskMemory
{
    private readonly List<(ulong Start, ulong End, int Owner, bool IsPerCpu)> _areas = [];
    private readonly HashSet<ulong> _cr3 = [];

    public TaskMemory(KernelEnvironment environment)
    {
        foreach (var stack in environment.Stacks.Stacks.Where(stack => stack.Kind is not (StackKind.User or StackKind.Espfix)))
        {
            _areas.Add((stack.Bottom.Value, stack.Top.Value, stack.Owner, stack.IsPerCpu));
        }

        for (var cpu = 0; cpu < environment.Options.Processors; cpu++)
        {
            foreach (var pages in UnitPages.PerCpu(environment.Unit, environment.PerCpuBaseOf(cpu)))
            {
                _areas.Add((pages.Start.Value, pages.Start.Value + ((ulong)pages.Pages * KernelLayout.PageSize), cpu, true));
            }

            for (var task = 0; task < environment.Options.Tasks.Count; task++)
            {
                _cr3.Add(environment.Cr3Of(cpu, task, Side.Kernel));
                _cr3.Add(environment.Cr3Of(cpu, task, Side.User));
            }
        }
    }

    /// <summary>Whether an address belongs to another CPU or another task.</summary>
    public bool IsForeign(ulong address, int cpu, int task)
    {
        foreach (var (start, end, owner, isPerCpu) in _areas)
        {
            if (address - start < end - start)
            {
                return owner != (isPerCpu ? cpu : task);
            }
        }

        return false;
    }

    /// <summary>Whether a value of CR3 names a table under its own PCID.</summary>
    public bool KnowsCr3(ulong cr3) => _cr3.Contains(cr3);
}
