using EntryGen.Asm.Gas;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Building;

/// <summary>Decodes instructions that were written as bytes, for assemblers that did not know them or to fix their encoding.</summary>
internal sealed class RawCode(SymbolTable symbols)
{
    private readonly List<Cell> _cells = [];

    /// <summary>Adds the bytes of a directive.</summary>
    public void Add(Statement statement)
    {
        foreach (var value in DataDirectives.Read(statement, symbols).Values)
        {
            for (var i = 0; i < value.Size; i++)
            {
                _cells.Add(new Cell(value, i, statement));
            }
        }
    }

    /// <summary>Decodes all bytes or none.</summary>
    /// <param name="elements">Receives the instructions.</param>
    /// <param name="pending">Prefixes before the first instruction; on return those at the end, which belong to what follows.</param>
    public bool TryDecode(List<SectionElement> elements, ref InstructionPrefixes pending)
    {
        var decoded = new List<SectionElement>();
        var prefixes = pending;
        var position = 0;
        while (position < _cells.Count)
        {
            if (TryDecodeOne(ref position, prefixes) is { } syntax)
            {
                decoded.Add(new CodeElement(syntax));
                prefixes = InstructionPrefixes.None;
            }
            else if (RawCodeTable.TryGetPrefix(ByteAt(position), out var prefix))
            {
                prefixes |= prefix;
                position++;
            }
            else
            {
                return false;
            }
        }

        pending = prefixes;
        elements.AddRange(decoded);
        return true;
    }

    private InstructionSyntax? TryDecodeOne(ref int position, InstructionPrefixes prefixes)
    {
        if (RawCodeTable.Find(i => ByteAt(i), position) is { } fixedCode)
        {
            var statement = _cells[position].Statement;
            position += fixedCode.Bytes.Count;
            return Make(statement, fixedCode.Mnemonic, prefixes, fixedCode.Operand is { } register ? [new RegisterSyntax(register, statement.Operands)] : []);
        }

        return ByteAt(position) switch
        {
            0x6A when Signed(position + 1, 1) is { } value => WithImmediate(ref position, 2, value, prefixes),
            0x68 when Signed(position + 1, 4) is { } value => WithImmediate(ref position, 5, value, prefixes),
            0xE8 when BranchTarget(position + 1, 4) is { } target => WithTarget(ref position, 5, "call", target, prefixes),
            0xE9 when BranchTarget(position + 1, 4) is { } target => WithTarget(ref position, 5, "jmp", target, prefixes),
            0xEB when BranchTarget(position + 1, 1) is { } target => WithTarget(ref position, 2, "jmp", target, prefixes),
            _ => null,
        };
    }

    private int ByteAt(int position) =>
        position < _cells.Count && _cells[position] is { Value.Value: { IsConstant: true } value, Index: var index } ? (int)(value.Addend >> (8 * index)) & 0xFF : -1;

    private long? Signed(int position, int size)
    {
        var result = 0L;
        for (var i = size - 1; i >= 0; i--)
        {
            var part = ByteAt(position + i);
            if (part < 0)
            {
                return null;
            }

            result = (result << 8) | (uint)part;
        }

        var shift = 64 - (8 * size);
        return result << shift >> shift;
    }

    // A distance from the end of the field: target - (. + size), where the field is the first of its directive.
    private ExpressionValue? BranchTarget(int position, int size) =>
        position < _cells.Count
        && _cells[position] is { Index: 0, Value: { Value: { Kind: ExpressionValueKind.Difference, Added: { } added } value } field }
        && field.Size == size
            ? ExpressionValue.OfSymbol(added, value.Addend + size)
            : null;

    private InstructionSyntax WithImmediate(ref int position, int length, long value, InstructionPrefixes prefixes)
    {
        var statement = _cells[position].Statement;
        position += length;
        return Make(statement, "push", prefixes, [new ImmediateSyntax(ExpressionValue.Constant(value), statement.Operands)]);
    }

    private InstructionSyntax WithTarget(ref int position, int length, string mnemonic, ExpressionValue target, InstructionPrefixes prefixes)
    {
        var statement = _cells[position].Statement;
        var field = _cells[position + 1].Statement;
        position += length;
        return Make(statement, mnemonic, prefixes, [new MemorySyntax(null, null, null, 1, target, IsBare: true, field.Operands)]);
    }

    private static InstructionSyntax Make(Statement statement, string mnemonic, InstructionPrefixes prefixes, IReadOnlyList<OperandSyntax> operands)
    {
        var match = MnemonicTable.Find(mnemonic).First();
        var row = match.Rows[0];
        var width = match.Width != 0 ? match.Width : operands is [RegisterSyntax { Register.Width: var size }] ? size : row.DefaultWidth == 0 ? 8 : row.DefaultWidth;
        return new InstructionSyntax(row, mnemonic, width, 0, match.Condition, prefixes & InstructionPrefixes.Lock, operands, statement);
    }

    private readonly record struct Cell(DataValue Value, int Index, Statement Statement);
}
