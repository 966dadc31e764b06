namespace EntryGen.Exploration.Tasks;

/// <summary>When a property of tasks is looked at.</summary>
[Flags]
public enum TaskMoments
{
    /// <summary>Never.</summary>
    None = 0,

    /// <summary>After every instruction, C function and event.</summary>
    Step = 1,

    /// <summary>Before a C function runs.</summary>
    Call = 2,

    /// <summary>When a task goes to sleep in a C function: the registers are still its own.</summary>
    Sleep = 4,

    /// <summary>When an entry gives control back, to user mode or to what it interrupted.</summary>
    Return = 8,

    /// <summary>When an instruction faulted.</summary>
    Fault = 16,

    /// <summary>When execution cannot go on: a fault, a jump to nowhere, the use of an undefined register.</summary>
    Stop = 32,
}
