namespace EntryGen;

/// <summary>Why execution stopped. A closed set: guest faults are results, never exceptions.</summary>
public enum StopKind
{
    /// <summary>It has not: the instruction retired and the next one can run.</summary>
    None,

    /// <summary>Control left the unit's code: a return to user mode, to interrupted kernel code or to a caller. RIP says where.</summary>
    Left,

    /// <summary>The instruction at RIP faults; nothing of it has taken effect. <see cref="Machine.Deliver(Stop)"/> would take the exception.</summary>
    Fault,

    /// <summary>The instruction budget is used up.</summary>
    Budget,

    /// <summary>The instruction at RIP is read but not modelled, or control reached a symbol without a model.</summary>
    Unmodelled,

    /// <summary>The instruction at RIP uses a register that a C function without a model left undefined.</summary>
    UndefinedValue,

    /// <summary>HLT.</summary>
    Halted,

    /// <summary>Triple fault.</summary>
    Shutdown,

    /// <summary>A C function that does not return was called.</summary>
    NoReturn,

    /// <summary>RIP is where <see cref="Machine.RunUntil(EntryUnit, VirtualAddress)"/> was to stop, or its condition holds.</summary>
    Reached,
}

/// <summary>The result of running guest code.</summary>
/// <param name="Kind">Why it stopped.</param>
/// <param name="Vector">For <see cref="StopKind.Fault"/>: the exception's vector.</param>
/// <param name="ErrorCode">For <see cref="StopKind.Fault"/>: the error code, 0 if the vector has none.</param>
/// <param name="Address">For a page fault: the linear address. For <see cref="StopKind.UndefinedValue"/>: the number of the register.</param>
public readonly record struct Stop(StopKind Kind, byte Vector = 0, uint ErrorCode = 0, ulong Address = 0)
{
    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        StopKind.Fault when Vector == 14 => $"fault #PF at 0x{Address:x}, error code 0x{ErrorCode:x}",
        StopKind.Fault => $"fault, vector {Vector}, error code 0x{ErrorCode:x}",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
