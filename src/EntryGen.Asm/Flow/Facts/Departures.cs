using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.Facts;

/// <summary>Instructions with which entry code goes over to other code: what mitigations must precede.</summary>
internal static class Departures
{
    /// <summary>The C function that an instruction calls, or goes on in by a jump; null when it does neither.</summary>
    public static string? CFunctionOf(Instruction instruction) =>
        instruction.Info.ControlFlow is ControlFlow.Call or ControlFlow.Jump
        && instruction.Target is { Item: null, External.Name: var name } && !KernelSymbols.IsAssembly(name) ? name : null;

    /// <summary>Whether an instruction goes where a predictor says first: a RET, an indirect branch. C functions are full of them.</summary>
    public static bool IsPredicted(Instruction instruction) =>
        instruction.Info.ControlFlow == ControlFlow.Return
        || (instruction.Info.ControlFlow is ControlFlow.Call or ControlFlow.Jump && instruction.Operands is [IndirectOperand])
        || CFunctionOf(instruction) is { } function && !KernelMitigations.RunsUnprotected(function);
}
