using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow;

namespace EntryGen.Asm.Rules.Macros;

/// <summary>EG1007: RSP as the scratch register of a macro that pushes, pops or calls after it has overwritten it.</summary>
internal sealed class StackPointerScratchRule : CallRule
{
    /// <summary>The number of RSP.</summary>
    public const int Rsp = 4;

    /// <inheritdoc/>
    public override AsmDiagnosticDescriptor Descriptor => MacroDiagnostics.StackPointerAsScratch;

    /// <inheritdoc/>
    public override IEnumerable<CallFinding> Check(RuleInput input, CallRegisters call)
    {
        foreach (var (parameter, register) in ScratchRegisters.Overwritten(call))
        {
            if (register == Rsp && StackUseAfterWrite(call, parameter) is { } use)
            {
                var diagnostic = new AsmDiagnostic(
                    Descriptor,
                    $"'{call.Call.Macro.Name}' overwrites %rsp as '{call.Call.Macro.Parameters[parameter].Name}' and uses the stack ('{use}'); give another register.",
                    call.PlaceOf(parameter),
                    call.Call.Frame);
                yield return new CallFinding(diagnostic, call.Call, use);
            }
        }
    }

    /// <summary>The first instruction of an expansion that uses the stack after RSP was overwritten through a parameter. A push before that is popped after it.</summary>
    public static Instruction? StackUseAfterWrite(CallRegisters call, int parameter)
    {
        var written = call.Uses.First(use => use.IsWrite && use.Parameter == parameter).Instruction;
        return call.Instructions.SkipWhile(instruction => !ReferenceEquals(instruction, written)).Skip(1)
            .FirstOrDefault(instruction => UsesStack(call, instruction));
    }

    private static bool UsesStack(CallRegisters call, Instruction instruction) =>
        (instruction.Info.ImplicitReads & (1 << Rsp)) != 0
        || (instruction.Operands.Any(operand => operand is Instructions.MemoryOperand { Base: { Class: Instructions.RegisterClass.General, Number: Rsp } })
            && !call.Uses.Any(use => ReferenceEquals(use.Instruction, instruction) && use.Register == Rsp));
}
