using EntryGen.Emulation;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.States;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Tasks.States;

/// <summary>What may happen in a state.</summary>
internal sealed class TaskChoices(TaskSetup setup, KernelEnvironment environment, TaskGhost ghost, TaskState state, TaskCpus cpus)
{
    private readonly Machine _machine = environment.Machine;

    /// <summary>Where the CPU is whose registers the machine holds; null: in no code.</summary>
    public CodePlace? Place => setup.Code.At(_machine.Registers[(int)Reg.Rip]);

    /// <summary>Everything that may happen now, in an order of its own: instructions first.</summary>
    /// <param name="choices">Gets them.</param>
    public void Collect(List<TaskChoice> choices)
    {
        if (ghost.IsHalted)
        {
            return;
        }

        for (var cpu = 0; cpu < environment.Options.Processors; cpu++)
        {
            if (ghost.Mover < 0 || ghost.Mover == cpu)
            {
                cpus.SwitchTo(cpu);
                CollectOn(cpu, choices);
            }
        }

        cpus.SwitchTo(0);
    }

    /// <summary>Whether the task on a CPU is in the kernel and has nothing to choose, so that the others wait.</summary>
    public bool IsBusy(int cpu) => !ghost.IsHalted && ghost.TaskOn(cpu) is var task and >= 0 && ghost.LevelOf(task) > 0;

    /// <summary>Whether there is one thing that a CPU can do, so that a reduced model does it at once.</summary>
    public bool IsForced(int cpu)
    {
        if (!setup.Scenario.IsReduced || !IsBusy(cpu) || ghost.EventsLeft > 0)
        {
            return false;
        }

        var task = ghost.TaskOn(cpu);
        return Place is not { } place || ghost.Woken(task) != 0 || !(setup.MaySleepIn(place) && ghost.SleepsLeft(task) > 0) && !MayExit(task, place);
    }

    private bool MayExit(int task, CodePlace place) => setup.MayExitIn(place) && ghost.LevelOf(task) == 1 && ghost.KindOf(task, 0) == EntryKind.Syscall;

    private void CollectOn(int cpu, List<TaskChoice> choices)
    {
        var task = ghost.TaskOn(cpu);
        if (task < 0)
        {
            for (var other = 0; other < environment.Options.Tasks.Count; other++)
            {
                if (ghost.StatusOf(other) == 0 && !IsOnSomeCpu(other))
                {
                    choices.Add(new TaskChoice(cpu, TaskAction.Resume, other));
                }
            }

            return;
        }

        if (ghost.LevelOf(task) == 0)
        {
            for (var entry = 0; entry < setup.Entries.Count && ghost.EntriesLeft(task) > 0; entry++)
            {
                choices.Add(new TaskChoice(cpu, TaskAction.Enter, entry));
            }
        }
        else if (Place is { } place)
        {
            choices.Add(new TaskChoice(cpu, TaskAction.Step));
            if (setup.MaySleepIn(place) && ghost.SleepsLeft(task) > 0 && ghost.Woken(task) == 0)
            {
                choices.Add(new TaskChoice(cpu, TaskAction.Sleep));
            }

            if (MayExit(task, place))
            {
                choices.Add(new TaskChoice(cpu, TaskAction.Exit));
            }
        }

        foreach (var (injected, _) in setup.Events)
        {
            if (MayHappen(injected, task))
            {
                choices.Add(new TaskChoice(cpu, TaskAction.Event, (int)injected.Event));
            }
        }
    }

    private bool IsOnSomeCpu(int task)
    {
        for (var cpu = 0; cpu < environment.Options.Processors; cpu++)
        {
            if (ghost.TaskOn(cpu) == task)
            {
                return true;
            }
        }

        return false;
    }

    private bool MayHappen(InjectedEvent injected, int task)
    {
        if (ghost.EventsLeft == 0 || !ghost.HasRoom(task))
        {
            return false;
        }

        var events = _machine.Registers[(int)Reg.EventState];
        var isShadowed = (events & EventBits.MovSsShadow) != 0;
        return injected.Event switch
        {
            InjectedEvents.Nmi => (events & EventBits.NmiBlocked) == 0 && !isShadowed,

            // Of these the kernel sees to it that there is only one at a time.
            InjectedEvents.MachineCheck => (events & EventBits.MachineCheckInProgress) == 0 && !ghost.Handles(task, injected.Vector),
            InjectedEvents.Debug => !isShadowed && !ghost.Handles(task, injected.Vector),
            _ => _machine.AcceptsInterrupts || IsForcedOpen(task),
        };
    }

    private bool IsForcedOpen(int task) => ghost.LevelOf(task) > 0 && setup.Scenario.InterruptsEnabled is { } where && where(state);
}
