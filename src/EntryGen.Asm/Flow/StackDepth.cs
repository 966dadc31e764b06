using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow;

/// <summary>How far RSP is moved by single instructions, by their operands alone.</summary>
internal static class StackDepth
{
    private const int Rsp = AbstractState.Rsp;

    /// <summary>The distance from RSP to a fixed place above it, behind an instruction; null when RSP points somewhere else. A call comes back with RSP as it was.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="depth">The distance before it, in bytes.</param>
    public static long? After(Instruction instruction, long depth) => instruction.Info.Op switch
    {
        Op.Push or Op.Pushf => depth + instruction.Width,
        Op.Pop when IsRsp(instruction.Operands[0]) => null,
        Op.Pop or Op.Popf => depth - instruction.Width,
        Op.Call => depth,
        Op.Sub when IsRsp(instruction.Operands[1]) => instruction.Operands[0] is ImmediateOperand { Symbol: null } amount ? depth + amount.Value : null,
        Op.Add when IsRsp(instruction.Operands[1]) => instruction.Operands[0] is ImmediateOperand { Symbol: null } amount ? depth - amount.Value : null,
        Op.Lea when IsRsp(instruction.Operands[1]) =>
            instruction.Operands[0] is MemoryOperand { Base.Number: Rsp, Index: null, Symbol: null } operand ? depth - operand.Displacement : null,
        _ => instruction.Info.ControlFlow == ControlFlow.Sequential && (RegisterEffects.Of(instruction).Written >> Rsp & 1) != 0 ? null : depth,
    };

    /// <summary>Whether an operand is RSP, whole.</summary>
    public static bool IsRsp(Operand operand) => operand is RegisterOperand { Register: { Class: RegisterClass.General, Number: Rsp } };
}
