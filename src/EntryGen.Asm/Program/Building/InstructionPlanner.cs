using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Instructions;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Building;

/// <summary>Makes nodes of instructions: settles where branches go and sees through the kernel's thunks.</summary>
internal sealed class InstructionPlanner(Linker linker)
{
    /// <summary>The plan of one instruction.</summary>
    public InstructionPlan Plan(InstructionSyntax syntax, UnitContent unit)
    {
        if (BranchTargetOf(syntax) is not { } operand)
        {
            return new InstructionPlan(Node(syntax, syntax.Info), syntax.Operands, unit, null);
        }

        var errors = new StatementErrors(syntax.Statement, unit.Diagnostics);
        if (operand.Displacement is not { Kind: ExpressionValueKind.Symbol, Added: { } term, Addend: 0 })
        {
            errors.At(ProgramDiagnostics.BadBranchTarget, operand.Text, "a branch needs a label, without an addend, as its target.");
            return Unmodelled(syntax, unit);
        }

        if (term.Definition is null && IsLocal(term.Name))
        {
            var mayBeMistyped = !char.IsDigit(term.Name[0]) && unit.Diagnostics.HasRoomFor(ProgramDiagnostics.MissingLocalLabel);
            var nearest = mayBeMistyped ? NearestName.Find(term.Name, unit.Symbols.Labels.Keys) : null;
            errors.At(ProgramDiagnostics.MissingLocalLabel, operand.Text, $"there is no label '{term.Name}'.{Hint(term.Name, nearest)}", nearest);
            return Unmodelled(syntax, unit);
        }

        var target = linker.Link(unit, term);
        if (target.IsExternal)
        {
            return PlanExternal(syntax, operand, unit, target);
        }

        if (!target.Section!.IsCode)
        {
            errors.At(ProgramDiagnostics.BadBranchTarget, operand.Text, $"'{term.Name}' is in '{target.Section.Name}', which holds no code.");
            return Unmodelled(syntax, unit);
        }

        return new InstructionPlan(Node(syntax, syntax.Info), syntax.Operands, unit, target);
    }

    private static MemorySyntax? BranchTargetOf(InstructionSyntax syntax) =>
        syntax.Info.ControlFlow is ControlFlow.Jump or ControlFlow.ConditionalJump or ControlFlow.Call && syntax.Operands is [MemorySyntax { IsBare: true } label] ? label : null;

    // The thunks (arch/x86/lib/retpoline.S) do what a return or an indirect branch does, in a way that speculation cannot be steered.
    private static InstructionPlan PlanExternal(InstructionSyntax syntax, MemorySyntax operand, UnitContent unit, SymbolTarget target)
    {
        if (syntax.Info.Op == Op.Jmp && KernelSymbols.IsReturnThunk(target.Name))
        {
            return new InstructionPlan(Node(syntax, InstructionTable.Get(Op.Ret), target.Name), [], unit, null);
        }

        if (syntax.Info.Op is Op.Jmp or Op.Call && KernelSymbols.IndirectThunkRegister(target.Name) is { } name && RegisterNames.Find(name) is { } register)
        {
            var indirect = new IndirectSyntax(new RegisterSyntax(register, operand.Text), operand.Text);
            return new InstructionPlan(Node(syntax, syntax.Info, target.Name), [indirect], unit, null);
        }

        return new InstructionPlan(Node(syntax, syntax.Info), syntax.Operands, unit, target);
    }

    private static InstructionPlan Unmodelled(InstructionSyntax syntax, UnitContent unit) =>
        new(Node(syntax, InstructionTable.Get(Op.Unmodelled)), [], unit, null);

    private static Instruction Node(InstructionSyntax syntax, InstructionInfo info, string? thunk = null) => new()
    {
        Info = info,
        Mnemonic = syntax.Mnemonic,
        Width = syntax.Width,
        SourceWidth = syntax.SourceWidth,
        Condition = syntax.Condition,
        Prefixes = syntax.Prefixes,
        Statement = syntax.Statement,
        Thunk = thunk,
    };

    // Numeric labels and .L names never leave their unit.
    private static bool IsLocal(string name) => char.IsDigit(name[0]) || name.StartsWith(".L", StringComparison.Ordinal);

    private static string Hint(string name, string? nearest) => name switch
    {
        _ when nearest is not null => $" Did you mean '{nearest}'?",
        _ when !char.IsDigit(name[0]) => "",
        _ => name[name.Length - 1] == 'f' ? " No definition of that number follows." : " No definition of that number precedes.",
    };
}
