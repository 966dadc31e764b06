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

    /// <summary>Where a CPU is that has no task.</summary>
    public const ulong IdleRip = 0;

    // No entry is as long; what runs on without a choice for longer never ends.
    private const int LongestRun = 4096;

    private readonly TaskSetup _setup;
    private readonly Machine _machine;
    private readonly ulong[] _file;
    private readonly EntryUnit _unit;
    private readonly TaskMemory _memory;
    private readonly PerCpuStacks _stacks;
    private readonly (TaskProperty Property, ulong Bit)[][] _properties;
    private int _cpu;
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
        _properties = [.. Enum.GetValues<TaskMoments>().Where(moment => moment != TaskMoments.None).Select(moment => AskedAt(setup.Properties, moment))];
        Start();
        _machine.Observe(this);
    }

    public KernelEnvironment Environment { get; }

    public TaskGhost Ghost { get; }

    public TaskState State { get; }

    public int Processors => Environment.Options.Processors;

    /// <summary>Is told of each instruction, C function, choice and event on the way; null when nobody is.</summary>
    public Action<CodePlace?, TaskChoice>? Stepped { get; set; }

    /// <summary>Is told of each property that is broken, at that moment; null when nobody is.</summary>
    public Action<TaskProperty, TaskState>? Broke { get; set; }

    /// <inheritdoc/>
    ObservedEvents IMachineObserver.Events => ObservedEvents.Memory | ObservedEvents.Instructions;

    /// <summary>Everything that may happen now, in an order of its own: instructions first.</summary>
    /// <param name="choices">Gets them.</param>
    public void Collect(List<TaskChoice> choices)
    {
        if (Ghost.IsHalted)
        {
            return;
        }

        for (var cpu = 0; cpu < Processors; cpu++)
        {
            if (Ghost.Mover < 0 || Ghost.Mover == cpu)
            {
                SwitchTo(cpu);
                CollectOn(cpu, choices);
            }
        }

        SwitchTo(0);
    }

    /// <summary>Takes a transition, and in a reduced model what follows of itself.</summary>
    public void Take(TaskChoice choice)
    {
        SwitchTo(choice.Cpu);
        TakeOne(choice);
        for (var steps = 1; IsForced(choice.Cpu) && Ghost.Broken == 0; steps++)
        {
            if (steps == LongestRun)
            {
                Halt(new Stop(StopKind.Budget));
                break;
            }

            TakeOne(new TaskChoice(choice.Cpu, TaskAction.Step));
        }

        Ghost.Mover = _setup.Scenario.IsReduced && IsBusy(choice.Cpu) ? choice.Cpu : -1;
        SwitchTo(0);
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

    private CodePlace? Place => _setup.Code.At(_file[(int)Reg.Rip]);

    private void Note(ulong address)
    {
        if (_memory.IsForeign(address, State.Cpu, State.Task))
        {
            State.ForeignAccess = address;
        }
    }

    /// <summary>Whether the task on a CPU is in the kernel and has nothing to choose, so that the others wait.</summary>
    private bool IsBusy(int cpu) => !Ghost.IsHalted && Ghost.TaskOn(cpu) is var task and >= 0 && Ghost.LevelOf(task) > 0;

    private bool IsForced(int cpu)
    {
        if (!_setup.Scenario.IsReduced || !IsBusy(cpu) || Ghost.EventsLeft > 0)
        {
            return false;
        }

        var task = Ghost.TaskOn(cpu);
        return Place is not { } place || Ghost.Woken(task) != 0 || !(_setup.MaySleepIn(place) && Ghost.SleepsLeft(task) > 0) && !MayExit(task, place);
    }

    private bool MayExit(int task, CodePlace place) => _setup.MayExitIn(place) && Ghost.LevelOf(task) == 1 && Ghost.KindOf(task, 0) == EntryKind.Syscall;

    private void CollectOn(int cpu, List<TaskChoice> choices)
    {
        var task = Ghost.TaskOn(cpu);
        if (task < 0)
        {
            for (var other = 0; other < Environment.Options.Tasks.Count; other++)
            {
                if (Ghost.StatusOf(other) == 0 && !IsOnSomeCpu(other))
                {
                    choices.Add(new TaskChoice(cpu, TaskAction.Resume, other));
                }
            }

            return;
        }

        if (Ghost.LevelOf(task) == 0)
        {
            for (var entry = 0; entry < _setup.Entries.Count && Ghost.EntriesLeft(task) > 0; entry++)
            {
                choices.Add(new TaskChoice(cpu, TaskAction.Enter, entry));
            }
        }
        else if (Place is { } place)
        {
            choices.Add(new TaskChoice(cpu, TaskAction.Step));
            if (_setup.MaySleepIn(place) && Ghost.SleepsLeft(task) > 0 && Ghost.Woken(task) == 0)
            {
                choices.Add(new TaskChoice(cpu, TaskAction.Sleep));
            }

            if (MayExit(task, place))
            {
                choices.Add(new TaskChoice(cpu, TaskAction.Exit));
            }
        }

        foreach (var (injected, _) in _setup.Events)
        {
            if (MayHappen(injected, task))
            {
                choices.Add(new TaskChoice(cpu, TaskAction.Event, (int)injected.Event));
            }
        }
    }

    private bool IsOnSomeCpu(int task)
    {
        for (var cpu = 0; cpu < Processors; cpu++)
        {
            if (Ghost.TaskOn(cpu) == task)
            {
                return true;
            }
        }

        return false;
    }

    private bool MayHappen(InjectedEvent injected, int task)
    {
        if (Ghost.EventsLeft == 0 || !Ghost.HasRoom(task))
        {
            return false;
        }

        var state = _file[(int)Reg.EventState];
        var isShadowed = (state & EventBits.MovSsShadow) != 0;
        return injected.Event switch
        {
            InjectedEvents.Nmi => (state & EventBits.NmiBlocked) == 0 && !isShadowed,

            // Of these the kernel sees to it that there is only one at a time.
            InjectedEvents.MachineCheck => (state & EventBits.MachineCheckInProgress) == 0 && !Ghost.Handles(task, injected.Vector),
            InjectedEvents.Debug => !isShadowed && !Ghost.Handles(task, injected.Vector),
            _ => _machine.AcceptsInterrupts || IsForcedOpen(task),
        };
    }

    private bool IsForcedOpen(int task) => Ghost.LevelOf(task) > 0 && _setup.Scenario.InterruptsEnabled is { } where && where(State);

    private void TakeOne(TaskChoice choice)
    {
        Ghost.Broken = 0;
        State.LeftBehind = State.ForeignAccess = 0;
        var place = choice.Action == TaskAction.Step ? Place : null;
        var task = Ghost.TaskOn(_cpu);
        switch (choice.Action)
        {
            case TaskAction.Enter:
                Enter(task, _setup.Entries[choice.Argument].Entry);
                break;
            case TaskAction.Resume:
                Resume(choice.Argument);
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
            | (_file[(int)Reg.GsBase] == Environment.PerCpuBaseOf(_cpu) ? TaskGhost.KernelGs : 0)
            | (_file[(int)Reg.KernelGsBase] == Environment.PerCpuBaseOf(_cpu) ? TaskGhost.SwapsToKernelGs : 0));

    private void Sleep(int task)
    {
        State.Function = Place!.Name;
        Look(TaskMoments.Sleep);
        Look(TaskMoments.Call);
        Ghost.SleepsLeft(task)--;
        Ghost.Slept(task)++;
        Ghost.Save(task, _file);
        Idle();
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

        Idle();
    }

    /// <summary>Nothing that an idle CPU has in its general registers matters.</summary>
    private void Idle()
    {
        Ghost.Put(-1, _cpu);
        Array.Clear(_file, 0, 16);
        _file[(int)Reg.Rip] = IdleRip;
        _file[(int)Reg.Rflags] = Flags.Reserved1;
        _file[(int)Reg.KernelGsBase] = 0;
        _machine[Reg.Cr3] = Environment.Cr3Of(_cpu, 0, Side.Kernel);
    }

    /// <summary>What the scheduler does when it switches to a task: its registers, its page tables, its stacks in the per-CPU variables.</summary>
    private void Resume(int task)
    {
        Ghost.Put(task, _cpu);
        State.Task = task;
        Ghost.Restore(task, _file);
        Ghost.Woken(task) = 1;
        Environment.SwitchTo(_cpu, task);
        _file[(int)Reg.KernelGsBase] = InterruptedContext.GsBaseOf(task);
        _file[(int)Reg.GsBase] = Environment.PerCpuBaseOf(_cpu);
        _machine[Reg.Cr3] = Environment.Cr3Of(_cpu, task, Side.Kernel);
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
        EnterUserMode(task);
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

    /// <summary>All CPUs boot, and the first tasks run user code on them; those for which there is no CPU cannot be there yet.</summary>
    private void Start()
    {
        if (Environment.Options.Tasks.Count > Processors)
        {
            throw new ArgumentException("At the beginning each task is in user mode on a CPU of its own: there must be as many CPUs as tasks.");
        }

        var scenario = _setup.Scenario;
        _machine.Budget = long.MaxValue / 2;
        Ghost.EventsLeft = scenario.MostEvents;
        for (var cpu = Processors - 1; cpu >= 0; cpu--)
        {
            _cpu = State.Cpu = cpu;
            Environment.Boot(cpu);
            foreach (var (entry, address) in _setup.Entries.Where(each => each.Entry.Kind == EntryKind.Syscall))
            {
                _machine[Reg.Lstar] = address.Value;
            }

            if (cpu < Environment.Options.Tasks.Count)
            {
                Ghost.Put(cpu, cpu);
                State.Task = cpu;
                Ghost.EntriesLeft(cpu) = checked((byte)scenario.EntriesOfTask);
                Ghost.SleepsLeft(cpu) = checked((byte)scenario.SleepsOfTask);
                EnterUserMode(cpu);
            }
            else
            {
                _machine[Reg.GsBase] = Environment.PerCpuBaseOf(cpu);
                Idle();
            }

            if (cpu > 0)
            {
                Store(cpu);
            }
        }
    }

    private void EnterUserMode(int task) => InterruptedContext.EnterUser(Environment, _cpu, task);

    /// <summary>Puts the registers of another CPU into the machine.</summary>
    private void SwitchTo(int cpu)
    {
        if (cpu != _cpu)
        {
            Store(_cpu);
            Ghost.File(cpu).CopyTo(_file);
            Ghost.File(cpu).Clear();
            HiddenState.MakeConcrete(_file, _machine.Budget);
            _cpu = cpu;
            if (!Environment.Options.Pcid)
            {
                // The CPUs share the machine's TLB, whose entries then do not say to which of them they belong.
                _machine.Linear.Tlb.FlushPcid(0);
                _machine.Linear.ForgetWindows(0);
            }

            _machine.Linear.SelectContext();
        }

        State.Cpu = cpu;
        State.Task = Math.Max(0, Ghost.TaskOn(cpu));
    }

    private void Store(int cpu)
    {
        _machine.EndPastShadow();
        _file.CopyTo(Ghost.File(cpu));
        HiddenState.MakeCanonical(Ghost.File(cpu), _machine.Budget);
    }

    private static (TaskProperty Property, ulong Bit)[] AskedAt(IReadOnlyList<TaskProperty> properties, TaskMoments moment) =>
        [.. properties.Select((property, index) => (property, 1UL << index)).Where(asked => (asked.property.At & moment) != 0)];
}
