using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

/// <summary>Finds what stands on a stack: frames of interrupts, and addresses that a RET would take.</summary>
/// <remarks>Nothing here comes from unwind hints, so that these can be checked against it.</remarks>
internal sealed class StackFrames
{
    private const int WordSize = 8, FrameWords = 5;
    private readonly HashSet<ulong> _continuations = [];

    public StackFrames(Program program)
    {
        foreach (var call in program.Items.OfType<Instruction>().Where(instruction => instruction.Info.ControlFlow == ControlFlow.Call))
        {
            if (call.Next is { } next)
            {
                _continuations.Add(next.Address);
            }
        }
    }

    /// <summary>Bytes from an address up to the frame that an interrupt pushed (its RIP), or to a copy of it; null when none is known above.</summary>
    /// <param name="address">A place on a stack.</param>
    /// <param name="memory">What stands on stacks.</param>
    /// <param name="scenario">How the entry was reached: what the frame holds.</param>
    public static long? ToInterruptFrame(AbstractValue address, AbstractMemory memory, Scenario scenario)
    {
        // The task's stack starts with its pt_regs (task_pt_regs, arch/x86/include/asm/processor.h); its words are whatever the task left.
        const long TopFrame = -FrameWords * WordSize;
        var top = address.Stack == StackObject.Thread && address.Offset <= TopFrame ? TopFrame - address.Offset : (long?)null;
        var frame = FrameOf(scenario);
        return memory.Slots
            .Where(slot => slot.Object == address.Origin && slot.Offset >= address.Offset && frame.Count == FrameWords && IsAt(slot.Offset))
            .Select(slot => (long?)(slot.Offset - address.Offset))
            .Append(top)
            .Min();

        bool IsAt(long offset)
        {
            for (var i = 0; i < frame.Count; i++)
            {
                var place = AbstractValue.Of(address.Origin.Kind, address.Origin.Detail, offset + (i * WordSize));
                if (memory.Load(place, WordSize) is not { } word || !word.IsSameAs(frame[i]))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Bytes from an address up to what the stack pointer was before the call that is being executed; null when no return address is known above.</summary>
    /// <param name="address">A place on a stack.</param>
    /// <param name="memory">What stands on stacks.</param>
    /// <param name="scenario">How the entry was reached: a function that is called stands on its return address.</param>
    public long? ToCaller(AbstractValue address, AbstractMemory memory, Scenario scenario)
    {
        var entry = scenario.State.StackPointer;
        var called = FrameOf(scenario).Count == 0 && entry.Origin == address.Origin && entry.Offset >= address.Offset ? entry.Offset + WordSize - address.Offset : (long?)null;
        return memory.Slots
            .Where(slot => slot.Object == address.Origin && slot.Offset >= address.Offset && slot.Value.IsConstant && _continuations.Contains(slot.Value.KnownBits))
            .Select(slot => (long?)(slot.Offset + WordSize - address.Offset))
            .Append(called)
            .Min();
    }

    // The words the hardware pushed; none when nothing was interrupted.
    private static IReadOnlyList<AbstractValue> FrameOf(Scenario scenario) => scenario.IsSystemCall && scenario.Shape != EntryShape.SoftwareInterrupt ? [] : scenario.Frame;
}
