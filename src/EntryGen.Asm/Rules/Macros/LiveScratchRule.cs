using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.Macros;

/// <summary>EG1006: the scratch register of a macro is read behind the call, where its value is what the macro left in it.</summary>
/// <remarks>
/// Reads are those that the code itself makes: what a C function or the return to what was interrupted gets is looked at by rules about states. Paths
/// are followed through calls inside the unit.
/// </remarks>
internal sealed class LiveScratchRule : CallRule
{
    /// <inheritdoc/>
    public override AsmDiagnosticDescriptor Descriptor => MacroDiagnostics.LiveScratch;

    /// <inheritdoc/>
    public override IEnumerable<CallFinding> Check(RuleInput input, CallRegisters call)
    {
        foreach (var (parameter, register) in ScratchRegisters.Overwritten(call))
        {
            if (!IsPreserved(call, parameter) && !IsWrongAnyway(call, parameter, register) && FindRead(input.Graph, call, register) is { } read)
            {
                yield return Describe(call, parameter, register, read);
            }
        }
    }

    // Pushed before it is used and popped at last.
    private static bool IsPreserved(CallRegisters call, int parameter)
    {
        var uses = call.Uses.Where(use => use.Parameter == parameter).ToList();
        return uses[0].Instruction.Info.Op == Op.Push && uses[uses.Count - 1].Instruction.Info.Op == Op.Pop;
    }

    // One mistake is one finding: EG1005 and EG1007 say more.
    private static bool IsWrongAnyway(CallRegisters call, int parameter, int register) =>
        call.Uses.Any(use => use.Register == register && use.Parameter != parameter)
        || (register == StackPointerScratchRule.Rsp && StackPointerScratchRule.StackUseAfterWrite(call, parameter) is not null);

    // The nearest instruction behind the expansion that reads the register before anything overwrites it.
    private static Instruction? FindRead(FlowGraph graph, CallRegisters call, int register)
    {
        var bit = 1 << register;
        var inside = new HashSet<CodeItem>(call.Instructions);
        var seen = new HashSet<CodeItem>(inside);
        var pending = new Queue<CodeItem>(call.Instructions.SelectMany(graph.Successors).Where(seen.Add));
        while (pending.Count > 0)
        {
            var item = pending.Dequeue();
            if (item is Instruction instruction)
            {
                var effects = RegisterEffects.Of(instruction);
                if ((effects.Read & bit) != 0)
                {
                    return instruction;
                }

                // Written in part only (AL), the register is about to hold something else.
                if ((effects.Written & bit) != 0 || (EntersOthers(instruction) && (PoisonFlow.CallerSaved & bit) != 0))
                {
                    continue;
                }
            }

            foreach (var next in graph.Successors(item).Where(seen.Add))
            {
                pending.Enqueue(next);
            }
        }

        return null;
    }

    // A function outside may be jumped to as well: it returns to whoever called.
    private static bool EntersOthers(Instruction instruction) =>
        instruction.Info.ControlFlow is ControlFlow.Call or ControlFlow.Jump && instruction.Target?.Item is null;

    private CallFinding Describe(CallRegisters call, int parameter, int register, Instruction read)
    {
        var name = "%" + RegisterNames.NameOf(new Register(RegisterClass.General, register, 8));
        var diagnostic = new AsmDiagnostic(
            Descriptor,
            $"'{call.Call.Macro.Name}' overwrites {name}, which '{read}' at line {read.Statement.Line} reads; give another register as '{call.Call.Macro.Parameters[parameter].Name}'.",
            call.PlaceOf(parameter),
            call.Call.Frame);
        return new CallFinding(diagnostic, call.Call, call.Uses.First(use => use.IsWrite && use.Parameter == parameter).Instruction, read);
    }
}
