namespace EntryGen.Exploration.Scenarios;

/// <summary>When a property of entry code is looked at.</summary>
[Flags]
public enum Moments
{
    /// <summary>Never.</summary>
    None = 0,

    /// <summary>After every instruction, C function and event.</summary>
    Step = 1,

    /// <summary>Before a C function runs: RIP is at it, the return address on the stack. Thunks and barriers are no C functions.</summary>
    Call = 2,

    /// <summary>When an entry gives control back: after IRET, SYSRET or the RET of a called routine, before anything of what was interrupted runs.</summary>
    Return = 4,

    /// <summary>When an instruction faulted: before the fault is delivered. Not for instructions in the exception table.</summary>
    Fault = 8,

    /// <summary>When execution cannot go on: a triple fault, a jump to nowhere, the use of an undefined register.</summary>
    Stop = 16,

    /// <summary>When everything has returned and no event is left: the end of a run.</summary>
    End = 32,
}
