namespace EntryGen.Exploration.Tasks.States;

/// <summary>What happens in a transition.</summary>
internal enum TaskAction
{
    /// <summary>The next instruction, or the C function at RIP; in a reduced model all that follows without a choice.</summary>
    Step,

    /// <summary>User code enters the kernel.</summary>
    Enter,

    /// <summary>The task goes to sleep in the C function at RIP.</summary>
    Sleep,

    /// <summary>The task ends in the C function at RIP.</summary>
    Exit,

    /// <summary>The CPU, which is idle, takes a task that sleeps.</summary>
    Resume,

    /// <summary>An event from outside.</summary>
    Event,
}

/// <summary>A transition: which CPU, what, and which entry, task or event.</summary>
internal readonly record struct TaskChoice(int Cpu, TaskAction Action, int Argument = 0)
{
    /// <summary>Its number.</summary>
    public int Number => (Cpu << 24) | ((int)Action << 16) | Argument;

    /// <summary>The transition of a number.</summary>
    public static TaskChoice Of(int number) => new(number >> 24, (TaskAction)((number >> 16) & 0xFF), number & 0xFFFF);
}
