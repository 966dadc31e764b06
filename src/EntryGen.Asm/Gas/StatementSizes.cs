using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Instructions;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>How many bytes a statement is, as far as that is settled where it stands.</summary>
internal static class StatementSizes
{
    // Directives that are not looked at, and add bytes.
    private static readonly HashSet<string> Opaque = new(StringComparer.Ordinal)
    {
        ".octa", ".uleb128", ".sleb128", ".base64", ".float", ".single", ".double", ".tfloat", ".hfloat", ".bfloat16", ".dfloat", ".ffloat",
        ".nop", ".nops", ".offset", ".insn", ".bundle_align_mode", ".bundle_lock", ".bundle_unlock", ".rva", ".largecomm",
    };

    /// <summary>The size in bytes; null when it depends on what follows, or is not modelled.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="symbols">Values of symbols.</param>
    /// <param name="distances">Distances of labels before the statement.</param>
    public static long? Find(Statement statement, SymbolTable symbols, Distances distances) => statement.Kind switch
    {
        StatementKind.Label => 0,
        StatementKind.Assignment => statement.Name == "." ? null : 0,
        StatementKind.Directive => OfDirective(statement, symbols, distances),
        _ => InstructionLength.Find(statement, symbols),
    };

    private static long? OfDirective(Statement statement, SymbolTable symbols, Distances distances)
    {
        switch (Directives.Find(statement.Name))
        {
            case Directive.Numbers:
                return (long)Directives.NumberWidth(statement.Name) * CountOperands(statement.Operands.Text);
            case Directive.Strings:
                var bytes = StringLiterals.Read(statement.Operands.Text, terminated: statement.Name != ".ascii").Count;
                return bytes * Math.Max(1, CharacterWidth(statement.Name));
            case Directive.Skip:
                return Evaluate(statement, symbols, distances, 0, 0);
            case Directive.Fill:
                // No unit is wider than 8 bytes, whatever is written.
                var width = Evaluate(statement, symbols, distances, 1, 1);
                return Evaluate(statement, symbols, distances, 0, 0) * (width is null ? null : Math.Min(8, width.Value));
            case Directive.Alignment:
                return Evaluate(statement, symbols, distances, 0, 0) is { } alignment && alignment <= (statement.Name[1] == 'p' ? 0 : 1) ? 0 : null;
            case Directive.Origin:
                return null;
            case Directive.PassedOn:
                return Opaque.Contains(statement.Name) || statement.Name.StartsWith(".dc", StringComparison.Ordinal) || statement.Name.StartsWith(".ds", StringComparison.Ordinal) ? null : 0;
            default:
                return 0;
        }
    }

    private static int CharacterWidth(string name) => name switch { ".string16" => 2, ".string32" => 4, ".string64" => 8, _ => 1 };

    private static int CountOperands(string operands)
    {
        if (operands.Length == 0)
        {
            return 0;
        }

        var count = 1;
        for (var i = 0; i < operands.Length; i++)
        {
            if (operands[i] == '"')
            {
                i = Characters.StringEnd(operands, i, operands.Length);
            }
            else if (operands[i] == ',')
            {
                count++;
            }
        }

        return count;
    }

    // The value of one operand of a list; negative ones count as 0, as in GNU as.
    private static long? Evaluate(Statement statement, SymbolTable symbols, Distances distances, int index, long missing)
    {
        var operands = TextSlice.Of(statement.Operands);
        var text = operands.Source.Text;
        var position = 0;
        for (var i = 0; position < operands.End; i++)
        {
            var isEmpty = text[position] == ',';
            var expression = isEmpty ? null : ExpressionParser.ParsePrefix(operands.Source, ref position, operands.End, out _);
            if (i == index)
            {
                var value = expression is null ? default : ExpressionEvaluator.Evaluate(expression, symbols, statement.Sequence, statement.Section, distances);
                return isEmpty ? missing : value.IsConstant ? Math.Max(0, value.Addend) : null;
            }

            if (expression is null && !isEmpty)
            {
                return null;
            }

            position = Characters.SkipBlanks(text, position + 1, operands.End);
        }

        return missing;
    }
}
