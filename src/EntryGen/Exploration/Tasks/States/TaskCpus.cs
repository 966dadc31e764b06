using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Tasks.States;

/// <summary>The CPUs of an exploration: the machine holds the registers of one of them, and the ghost those of the others.</summary>
internal sealed class TaskCpus(KernelEnvironment environment, TaskGhost ghost, TaskState state)
{
    /// <summary>Where a CPU is that has no task.</summary>
    public const ulong IdleRip = 0;

    private readonly Machine _machine = environment.Machine;
    private readonly ulong[] _file = environment.Machine.Registers;

    /// <summary>The CPU whose registers the machine holds.</summary>
    public int Current { get; private set; }

    /// <summary>Boots all CPUs and puts a task on each as far as there are tasks; the machine then holds the first.</summary>
    /// <param name="syscall">Where SYSCALL leads; null: nowhere in particular.</param>
    public void Boot(ulong? syscall)
    {
        for (var cpu = environment.Options.Processors - 1; cpu >= 0; cpu--)
        {
            Current = state.Cpu = cpu;
            environment.Boot(cpu);
            if (syscall is { } entry)
            {
                _machine[Reg.Lstar] = entry;
            }

            if (environment.Options.FirstTaskOn(cpu) is { } task)
            {
                ghost.Put(task, cpu);
                state.Task = task;
                EnterUserMode(task);
            }
            else
            {
                _machine[Reg.GsBase] = environment.PerCpuBaseOf(cpu);
                Idle();
            }

            if (cpu > 0)
            {
                Store(cpu);
            }
        }
    }

    /// <summary>All that user code of a task has in its registers. It is always the same: nothing that runs in user mode is looked at.</summary>
    public void EnterUserMode(int task) => InterruptedContext.EnterUser(environment, Current, task);

    /// <summary>Puts the registers of another CPU into the machine.</summary>
    public void SwitchTo(int cpu)
    {
        if (cpu != Current)
        {
            Store(Current);
            ghost.File(cpu).CopyTo(_file);
            ghost.File(cpu).Clear();
            HiddenState.MakeConcrete(_file, _machine.Budget);
            Current = cpu;
            if (!environment.Options.Pcid)
            {
                // The CPUs share the machine's TLB, whose entries then do not say to which of them they belong.
                _machine.Linear.Tlb.FlushPcid(0);
                _machine.Linear.ForgetWindows(0);
            }

            _machine.Linear.SelectContext();
        }

        state.Cpu = cpu;
        state.Task = Math.Max(0, ghost.TaskOn(cpu));
    }

    /// <summary>Nothing that an idle CPU has in its general registers matters.</summary>
    public void Idle()
    {
        ghost.Put(-1, Current);
        Array.Clear(_file, 0, 16);
        _file[(int)Reg.Rip] = IdleRip;
        _file[(int)Reg.Rflags] = Flags.Reserved1;
        _file[(int)Reg.KernelGsBase] = 0;
        _machine[Reg.Cr3] = environment.Cr3Of(Current, 0, Side.Kernel);
    }

    /// <summary>What the scheduler does when it switches to a task: its registers, its page tables, its stacks in the per-CPU variables.</summary>
    public void Resume(int task)
    {
        ghost.Put(task, Current);
        state.Task = task;
        ghost.Restore(task, _file);
        ghost.Woken(task) = 1;
        environment.SwitchTo(Current, task);
        _file[(int)Reg.KernelGsBase] = InterruptedContext.GsBaseOf(task);
        _file[(int)Reg.GsBase] = environment.PerCpuBaseOf(Current);
        _machine[Reg.Cr3] = environment.Cr3Of(Current, task, Side.Kernel);
    }

    private void Store(int cpu)
    {
        _machine.EndPastShadow();
        _file.CopyTo(ghost.File(cpu));
        HiddenState.MakeCanonical(ghost.File(cpu), _machine.Budget);
    }
}
