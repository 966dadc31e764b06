using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.Tracing;

/// <summary>A recorded run of one entry.</summary>
/// <param name="Activation">What led to the entry, and the state before.</param>
/// <param name="Before">The lanes before the event.</param>
/// <param name="Steps">The steps in order.</param>
/// <param name="Summary">The counts.</param>
/// <param name="Stop">Why it ended: <see cref="StopKind.None"/> when control returned to what was interrupted or to user mode.</param>
/// <param name="Differences">Registers that differ from the interrupted state at the end, in the order of <see cref="Reg"/>.</param>
public sealed record Trace(
    Activation Activation, Lanes Before, IReadOnlyList<TraceStep> Steps, TraceSummary Summary, Stop Stop, IReadOnlyList<RegisterDifference> Differences)
{
    /// <summary>Whether control came back to what was interrupted, or to user mode.</summary>
    public bool Returned => Stop.Kind == StopKind.None;
}

/// <summary>A register that a run changed.</summary>
/// <param name="Register">Which one.</param>
/// <param name="Before">Its value before the event.</param>
/// <param name="After">Its value at the end.</param>
public readonly record struct RegisterDifference(Reg Register, ulong Before, ulong After);
