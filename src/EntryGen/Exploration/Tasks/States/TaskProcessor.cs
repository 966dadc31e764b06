using System.Numerics;
using EntryGen.Emulation;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.States;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Tasks.States;

/// <summary>Takes transitions of several CPUs on one machine, which holds the registers of one of them at a time, and looks at the properties on the way.</summary>
internal sealed class TaskProcessor : IMachineObserver
{
    /// <summary>What a register that C code left undefined holds once something saves it.</summary>
    public const ulong Garbage = 0x6A4B_A6E0_0000_0000;

    // No entry is as long; what runs on without a choice for longer never ends.
    public const int LongestRun = 4096;

    private readonly TaskSetup _setup;
    private readonly Machine _machine;
    private readonly ulong[] _file;
    private readonly EntryUnit _unit;
    private readonly TaskMemory _memory;
    private readonly PerCpuStacks _stacks;
    private readonly TaskCpus _cpus;
    private readonly TaskChoices _choices;
    private readonly (TaskProperty Property, ulong Bit)[][] _properties;
    private ulong _retired;

    public TaskProcessor(TaskSetup setup)
    {
        _setup = setup;
        Environment = setup.CreateEnvironment();
        _machine = Environment.Machine;
        _file = _machine.Registers;
        _unit = setup.Scenario.Unit;
        var options = Environment.Options;
        Ghost = new TaskGhost(options.Processors, options.Tasks.Count, setup.Levels);
        State = new TaskState(Environment, Ghost, new UserView(Environment));
        _memory = new TaskMemory(Environment);
        _stacks = new PerCpuStacks(Environment);
        _cpus = new TaskCpus(Environment, Ghost, State);
        _choices = new TaskChoices(setup, Environment, Ghost, State, _cpus);
        _properties = [.. Enum.GetValues<TaskMoments>().Where(moment => moment != TaskMoments.None).Select(moment => AskedAt(setup.Properties, moment))];
        Start();
        _machine.Observe(this);
    }

    public KernelEnvironment Environment { get; }

    public TaskGhost Ghost { get; }

    public TaskState State { get; }

    /// <summary>Everything that may happen now.</summary>
    public TaskChoices Choices => _choices;

    /// <summary>Is told of each instruction, C function, choice and event on the way; null when nobody is.</summary>
    public Action<CodePlace?, TaskChoice>? Stepped { get; set; }

    /// <summary>Is told of each property that is broken, at that moment; null when nobody is.</summary>
    public Action<TaskProperty, TaskState>? Broke { get; set; }

    /// <inheritdoc/>
    ObservedEvents IMachineObserver.Events => ObservedEvents.Memory | ObservedEvents.Instructions;

    /// <summary>Takes a transition, and in a reduced model what follows of itself.</summary>
    public void Take(TaskChoice choice)
    {
        _cpus.SwitchTo(choice.Cpu);
        TakeOne(choice);
        for (var steps = 1; _choices.IsForced(choice.Cpu) && Ghost.Broken == 0; steps++)
        {
            if (steps == LongestRun)
            {
                Halt(new Stop(StopKind.Budget));
                break;
            }

            TakeOne(new TaskChoice(choice.Cpu, TaskAction.Step));
        }

        Ghost.Mover = _setup.Scenario.IsReduced && _choices.IsBusy(choice.Cpu) ? choice.Cpu : -1;
        _cpus.SwitchTo(0);
    }

    /// <summary>Says of the run on a CPU that it goes on like this for ever.</summary>
    public void EndForever(int cpu)
    {
        _cpus.SwitchTo(cpu);
        Halt(new Stop(StopKind.Budget));
        _cpus.SwitchTo(0);
    }

    /// <inheritdoc/>
    void IMachineObserver.Retired(Machine machine, ulong address) => _retired = address;

    /// <inheritdoc/>
    void IMachineObserver.Load(Machine machine, ulong address, int size, ulong value)
    {
        Note(address);
        if (_stacks.IsLeftBehind(address, State.Task, Ghost.Slept(State.Task)))
        {
            State.LeftBehind = address;
        }
    }

    /// <inheritdoc/>
    void IMachineObserver.Store(Machine machine, ulong address, int size, ulong value)
    {
        Note(address);
        _stacks.Wrote(address, State.Task, Ghost.Slept(State.Task));
    }

    private CodePlace? Place => _choices.Place;

    private void Note(ulong address)
    {
        if (_memory.IsForeign(address, State.Cpu, State.Task))
        {
            State.ForeignAccess = address;
        }
    }

    private void TakeOne(TaskChoice choice)
    {
        Ghost.Broken = 0;
        State.LeftBehind = State.ForeignAccess = 0;
        var place = choice.Action == TaskAction.Step ? Place : null;
        var task = Ghost.TaskOn(_cpus.Current);
        switch (choice.Action)
        {
            case TaskAction.Enter:
                Enter(task, _setup.Entries[choice.Argument].Entry);
                break;
            case TaskAction.Resume:
                _cpus.Resume(choice.Argument);
                break;
            case TaskAction.Sleep:
                Sleep(task);
                break;
            case TaskAction.Exit:
                Exit(task);
                break;
            case TaskAction.Event:
                Inject(task, _setup.Events.First(each => (int)each.Event.Event == choice.Argument).Event);
                break;
            default:
                Step(task, place);
                break;
        }

        Stepped?.Invoke(place, choice);
    }

    private void Enter(int task, EntryPoint entry)
    {
        Ghost.EntriesLeft(task)--;
        Push(task, entry);
        if (entry.Kind != EntryKind.Syscall)
        {
            Finish(_machine.Deliver(entry.Vector!.Value));
            return;
        }

        var next = _file[(int)Reg.Rip] + SystemCallLength;
        Ghost.ResumeAt(task, next);
        var cpu = _machine.Cpu;
        Finish(cpu.Syscall(next) ? default : cpu.Fault());
    }

    private const int SystemCallLength = 2;

    private void Inject(int task, InjectedEvent injected)
    {
        TakeUndefined();
        if (injected.Event == InjectedEvents.Interrupt && !_machine.AcceptsInterrupts)
        {
            // As if the code had enabled them at this boundary.
            _machine[Reg.Rflags] |= Flags.IF;
        }

        Ghost.EventsLeft--;
        Push(task, injected.Entry);
        Finish(injected.Event == InjectedEvents.Nmi ? _machine.DeliverNmi() : _machine.Deliver(injected.Vector));
    }

    private void Push(int task, EntryPoint entry) => Ghost.Push(
        task,
        _file,
        entry.Kind,
        entry.Vector ?? 0,
        (State.OnUserPageTables ? TaskGhost.UserHalf : 0)
            | (_file[(int)Reg.GsBase] == Environment.PerCpuBaseOf(_cpus.Current) ? TaskGhost.KernelGs : 0)
            | (_file[(int)Reg.KernelGsBase] == Environment.PerCpuBaseOf(_cpus.Current) ? TaskGhost.SwapsToKernelGs : 0));

    private void Sleep(int task)
    {
        State.Function = Place!.Name;
        Look(TaskMoments.Sleep);
        Look(TaskMoments.Call);
        Ghost.SleepsLeft(task)--;
        Ghost.Slept(task)++;
        Ghost.Save(task, _file);
        _cpus.Idle();
    }

    private void Exit(int task)
    {
        State.Function = Place!.Name;
        Look(TaskMoments.Call);
        _stacks.Forget(task);
        Ghost.StatusOf(task) = 1;
        Ghost.PopTo(task, 0);
        var options = Environment.Options;
        if (options.PtiStacks)
        {
            // What the kernel keeps there from now on. The page tables of other processes never mapped it.
            _machine.Poke(Environment.LayoutOf(0, task).PtiStack, UserView.Reused);
            if (_setup.Scenario.UnmapsAtExit && options.Pti)
            {
                Environment.UnmapPtiStack(task);
            }
        }

        _cpus.Idle();
    }

    private void Step(int task, CodePlace? place)
    {
        if (place is null)
        {
            Halt(new Stop(StopKind.Left));
            return;
        }

        if (place.Kind is CodeKind.Function or CodeKind.StackFunction)
        {
            State.Function = place.Name;
            Look(TaskMoments.Call);
        }

        _retired = 0;
        var cpu = new Cpu(_machine);
        var stop = _unit.Step(ref cpu);
        if (place.IsInstruction && _retired != 0)
        {
            // RIP may stand before the choice between the codes of an alternative.
            _setup.Code.Choose(place, _retired);
            place = _setup.Code.At(_retired) ?? place;
        }

        Ghost.Woken(task) = 0;
        if (stop.Kind == StopKind.Fault)
        {
            State.Stop = stop;
            Look(TaskMoments.Fault);
        }
        else if (stop.Kind == StopKind.Left)
        {
            stop = default;
        }

        if (stop.Kind == StopKind.None)
        {
            EndEntries(task, place);
        }

        Finish(stop);
    }

    private void EndEntries(int task, CodePlace place)
    {
        var level = Ghost.LevelOf(task) - 1;
        var rip = _file[(int)Reg.Rip];
        if (place.Kind != CodeKind.Return && _setup.Code.At(rip) is not null)
        {
            return;
        }

        if ((_file[(int)Reg.Cs] & 3) != 3)
        {
            if (rip == Ghost.Interrupted(task, level, Reg.Rip))
            {
                Look(TaskMoments.Return);
                Ghost.PopTo(task, level);
            }

            return;
        }

        Ghost.PopTo(task, 1);
        Look(TaskMoments.Return);
        Ghost.PopTo(task, 0);
        _stacks.Forget(task);
        Ghost.Slept(task) = 0;

        // All entries from user mode find the same registers, whatever came before, unless something has just gone wrong.
        _cpus.EnterUserMode(task);
    }

    private void Finish(Stop stop)
    {
        Look(TaskMoments.Step);
        if (stop.Kind != StopKind.None)
        {
            Halt(stop);
        }
        else if (Ghost.LevelOf(State.Task) > 0 && _setup.Code.At(_file[(int)Reg.Rip]) is null)
        {
            Halt(new Stop(StopKind.Left));
        }
        else if (!_memory.KnowsCr3(_file[(int)Reg.Cr3]))
        {
            // What happens now depends on what is in the TLB, which is no part of a state.
            Ghost.IsHalted = true;
        }
    }

    private void Halt(Stop stop)
    {
        State.Stop = stop;
        Look(TaskMoments.Stop);
        Ghost.IsHalted = true;
    }

    private void Look(TaskMoments moment)
    {
        State.Moment = moment;
        foreach (var (property, bit) in _properties[BitOperations.TrailingZeroCount((uint)moment)])
        {
            if (!property.Holds(State))
            {
                Ghost.Broken |= bit;
                Broke?.Invoke(property, State);
            }
        }
    }

    /// <summary>Registers that a C function left undefined become garbage like any other: to save and restore them is no use of what they hold.</summary>
    private void TakeUndefined()
    {
        for (var register = 0; register < 16; register++)
        {
            if (_file[register] == EntryGen.Cpu.Poison + (ulong)register)
            {
                _file[register] = Garbage + (ulong)register;
            }
        }
    }

    private void Start()
    {
        var (scenario, options) = (_setup.Scenario, Environment.Options);
        if (options.Tasks.Count > options.Processors)
        {
            throw new ArgumentException("At the beginning each task is in user mode on a CPU of its own: there must be as many CPUs as tasks.");
        }

        _machine.Budget = long.MaxValue / 2;
        Ghost.EventsLeft = scenario.MostEvents;
        for (var task = 0; task < options.Tasks.Count; task++)
        {
            Ghost.EntriesLeft(task) = checked((byte)scenario.EntriesOfTask);
            Ghost.SleepsLeft(task) = checked((byte)scenario.SleepsOfTask);
        }

        _cpus.Boot(_setup.Entries.LastOrDefault(each => each.Entry.Kind == EntryKind.Syscall).Address is { Value: not 0 } entry ? entry.Value : null);
    }

    private static (TaskProperty Property, ulong Bit)[] AskedAt(IReadOnlyList<TaskProperty> properties, TaskMoments moment) =>
        [.. properties.Select((property, index) => (property, 1UL << index)).Where(asked => (asked.property.At & moment) != 0)];
}
