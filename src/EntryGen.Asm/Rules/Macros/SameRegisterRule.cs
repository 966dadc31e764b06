using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.Macros;

/// <summary>EG1005: one register for two parameters, where the macro needs what it overwrote.</summary>
/// <remarks>
/// The expansion is looked at as written. Two parameters must differ when one is read after the other was written, or when a result (a value that is
/// written and not read again before the end) is overwritten through the other.
/// </remarks>
internal sealed class SameRegisterRule : CallRule
{
    /// <inheritdoc/>
    public override AsmDiagnosticDescriptor Descriptor => MacroDiagnostics.SameRegister;

    /// <inheritdoc/>
    public override IEnumerable<CallFinding> Check(RuleInput input, CallRegisters call)
    {
        foreach (var register in call.Uses.GroupBy(use => use.Register))
        {
            List<RegisterUse> uses = [.. register];
            if (uses.Select(use => use.Parameter).Distinct().Skip(1).Any() && FindConflict(uses) is { } conflict)
            {
                yield return Describe(call, conflict.Lost, conflict.By);
            }
        }
    }

    private static (RegisterUse Lost, RegisterUse By)? FindConflict(List<RegisterUse> uses)
    {
        // Through whom the value can be read: after a copy from one parameter to the other both.
        var holders = new HashSet<int>(uses.Select(use => use.Parameter));
        RegisterUse? lastWrite = null;
        for (var i = 0; i < uses.Count; i++)
        {
            var use = uses[i];
            if (!use.IsWrite)
            {
                if (!holders.Contains(use.Parameter))
                {
                    return (use, lastWrite!.Value);
                }

                continue;
            }

            var isCopy = use.Instruction is { Info.Op: Op.Mov, Operands: [RegisterOperand, RegisterOperand] }
                && i > 0 && ReferenceEquals(uses[i - 1].Instruction, use.Instruction) && !uses[i - 1].IsWrite;
            if (!isCopy)
            {
                if (lastWrite is { } result && result.Parameter != use.Parameter && IsResult(uses, result))
                {
                    return (result, use);
                }

                holders.Clear();
            }

            holders.Add(use.Parameter);
            lastWrite = isCopy && lastWrite is { } before && IsResult(uses, before) ? before : use;
        }

        return null;
    }

    // Written and not read through its name after that: it is for whoever called.
    private static bool IsResult(List<RegisterUse> uses, RegisterUse write)
    {
        var last = uses.FindLastIndex(use => use.Parameter == write.Parameter);
        return uses[last].IsWrite;
    }

    private CallFinding Describe(CallRegisters call, RegisterUse lost, RegisterUse by)
    {
        var parameters = call.Call.Macro.Parameters;
        var name = "%" + RegisterNames.NameOf(new Register(RegisterClass.General, lost.Register, 8));
        var diagnostic = new AsmDiagnostic(
            Descriptor,
            $"'{call.Call.Macro.Name}' gets {name} as '{parameters[by.Parameter].Name}' and as '{parameters[lost.Parameter].Name}': "
            + $"'{by.Instruction}' overwrites what '{parameters[lost.Parameter].Name}' holds; give another register.",
            call.PlaceOf(by.Parameter),
            call.Call.Frame);
        return new CallFinding(diagnostic, call.Call, by.Instruction, ReferenceEquals(lost.Instruction, by.Instruction) ? null : lost.Instruction);
    }
}
