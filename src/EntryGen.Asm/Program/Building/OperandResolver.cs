using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Building;

/// <summary>Puts addresses into operands and data, once the layout has given them.</summary>
internal sealed class OperandResolver(Linker linker, IReadOnlyDictionary<string, ExternalSymbol> externals)
{
    /// <summary>The expression of an operand, or null.</summary>
    public static ExpressionValue? ValueOf(OperandSyntax operand) => operand switch
    {
        ImmediateSyntax immediate => immediate.Value,
        MemorySyntax memory => memory.Displacement,
        IndirectSyntax indirect => ValueOf(indirect.Target),
        _ => null,
    };

    /// <summary>Completes an instruction.</summary>
    public void Resolve(InstructionPlan plan)
    {
        var item = plan.Item;
        if (plan.Target is { } target)
        {
            var label = plan.Operands[0].Text;
            item.Operands = [new LabelOperand(target.Name) { Text = label }];
            if (target.IsExternal)
            {
                item.Target = new BranchTarget(null, externals[target.Name]);
            }

            return;
        }

        item.Operands = [.. plan.Operands.Select(operand => Resolve(operand, plan.Unit, item.Info, item.Width))];
    }

    /// <summary>The number that a value comes to.</summary>
    public long Compute(ExpressionValue value, UnitContent unit)
    {
        var result = value.Addend;
        result += value.Added is { } added ? (long)AddressOf(linker.Link(unit, added)) : 0;
        result -= value.Subtracted is { } subtracted ? (long)AddressOf(linker.Link(unit, subtracted)) : 0;
        return result;
    }

    /// <summary>The address of a symbol.</summary>
    public ulong AddressOf(SymbolTarget target) =>
        target.Section is { } section ? section.AddressOf(target.Sequence) : externals.TryGetValue(target.Name, out var external) ? external.Address : 0;

    private Operand Resolve(OperandSyntax operand, UnitContent unit, InstructionInfo info, int width)
    {
        switch (operand)
        {
            case RegisterSyntax register:
                return new RegisterOperand(register.Register) { Text = operand.Text };
            case ImmediateSyntax immediate:
                var (value, valueSymbol) = Split(immediate.Value, unit);
                return new ImmediateOperand(valueSymbol is null ? Narrow(value, info, width) : value, valueSymbol) { Text = operand.Text };
            case MemorySyntax memory:
                var (displacement, symbol) = Split(memory.Displacement, unit);
                return new MemoryOperand(memory.Segment, memory.Base, memory.Index, memory.Scale, displacement, symbol) { Text = operand.Text };
            default:
                return new IndirectOperand(Resolve(((IndirectSyntax)operand).Target, unit, info, width)) { Text = operand.Text };
        }
    }

    // Symbol and addend; a distance is a number by now.
    private (long Value, SymbolReference? Symbol) Split(ExpressionValue value, UnitContent unit) =>
        value is { Added: { } term, Subtracted: null }
            ? (value.Addend, new SymbolReference(term.Name, AddressOf(linker.Link(unit, term))))
            : (Compute(value, unit), null);

    // An immediate of the operation's width is that many bits, sign-extended; bit numbers, counts and vectors are bytes of their own.
    private static long Narrow(long value, InstructionInfo info, int width)
    {
        if (width >= 8 || info.Forms.Any(form => form.Operands.Any(kinds => (kinds & (OperandKinds.ImmediateByte | OperandKinds.ImmediateWord)) != 0)))
        {
            return value;
        }

        var shift = 64 - (8 * width);
        return value << shift >> shift;
    }
}
