using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow;

/// <summary>Registers that do nothing but count how often a loop goes round: stuffing the return stack buffer, clearing the branch history.</summary>
internal static class LoopCounters
{
    // Loops that only wait or train a predictor are short.
    private const int MaxLength = 64;

    /// <summary>
    /// Whether an instruction counts a register down or up for the backward jump right behind it, in a loop without other ways that leaves RSP where it was: then it
    /// does not matter how often it goes round. Whether anybody else reads the register is not looked at here.
    /// </summary>
    public static bool IsCount(Instruction instruction) =>
        instruction.Info.Op is Op.Dec or Op.Inc or Op.Sub or Op.Add
        && instruction.Operands is [RegisterOperand] or [ImmediateOperand, RegisterOperand]
        && instruction.Operands[instruction.Operands.Count - 1] is RegisterOperand { Register: { Class: RegisterClass.General, Width: >= 4 } }
        && !StackDepth.IsRsp(instruction.Operands[instruction.Operands.Count - 1])
        && instruction.Next is Instruction { Info.ControlFlow: ControlFlow.ConditionalJump, Target.Item: Instruction start }
        && start.Index <= instruction.Index
        && DepthAt(instruction, start) == 0;

    // From the first instruction of the loop to its last by the only way there is, calls gone into.
    private static long? DepthAt(Instruction end, Instruction start)
    {
        long? depth = 0;
        var at = start;
        for (var length = 0; !ReferenceEquals(at, end); length++)
        {
            var (next, pushed) = at.Info.ControlFlow switch
            {
                ControlFlow.Sequential => (at.Next, 0),
                ControlFlow.Jump => (at.Target?.Item, 0),
                ControlFlow.Call => (at.Target?.Item, 8),
                ControlFlow.ConditionalJump when at.Target?.Item is { } back && back.Index <= at.Index => (at.Next, 0),
                _ => (null, 0),
            };
            depth = depth is { } before ? StackDepth.After(at, before) + pushed : null;
            if (next is not Instruction following || depth is null || length == MaxLength)
            {
                return null;
            }

            at = following;
        }

        return depth;
    }
}
