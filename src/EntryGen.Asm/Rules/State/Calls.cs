using EntryGen.Asm.Flow;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.State;

/// <summary>What state rules call things.</summary>
internal static class Calls
{
    /// <summary>The C function that an instruction calls; null when it calls none.</summary>
    public static string? FunctionOf(Instruction instruction) =>
        instruction.Info.ControlFlow == ControlFlow.Call && instruction.Target is { Item: null, External: { } function } && !KernelSymbols.IsAssembly(function.Name)
            ? function.Name
            : null;
}
