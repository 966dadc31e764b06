using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>Checks the operands of directives that stay statements, so that what is passed on can be read by whoever uses it.</summary>
/// <remarks>
/// It accepts what GNU as accepts, but for expressions that are missing, which GNU as takes for zero. Values are not looked at: most are
/// known at the end only.
/// </remarks>
internal sealed class OperandChecker(DiagnosticBag diagnostics, ConstantReader constants)
{
    private static readonly HashSet<string> SymbolTypes = new(StringComparer.Ordinal)
    {
        "function", "object", "tls_object", "notype", "common", "gnu_indirect_function", "gnu_unique_object",
        "STT_FUNC", "STT_OBJECT", "STT_TLS", "STT_NOTYPE", "STT_COMMON", "STT_GNU_IFUNC", "STT_GNU_UNIQUE",
    };

    /// <summary>Whether the operands are of the kind that the directive takes; if not, that was reported.</summary>
    /// <param name="directive">The directive.</param>
    /// <param name="name">Its name.</param>
    /// <param name="operands">What follows the name.</param>
    public bool Check(Directive directive, string name, TextSlice operands) => directive switch
    {
        Directive.Numbers => AreExpressions(operands, name, 0, int.MaxValue),
        Directive.Strings => AreStrings(operands),
        Directive.Alignment => AreExpressions(operands, name, 0, 3),
        Directive.Fill => AreExpressions(operands, name, 1, 3),
        Directive.Skip => AreExpressions(operands, name, 1, 2),
        Directive.Origin => AreExpressions(operands, name, 1, 2),
        Directive.SymbolNames => AreNames(operands),
        Directive.SymbolSize => TryReadName(operands, out var end) && IsCommaAt(operands, end, out var start) && constants.Parse(operands.From(start), "the size") is not null,
        Directive.SymbolType => TryReadName(operands, out var end) && IsSymbolType(operands.From(end)),
        Directive.CodeMode => IsNothing(operands, name),
        _ => true,
    };

    /// <summary>Whether nothing follows where nothing may.</summary>
    public bool IsNothing(TextSlice operands, string name)
    {
        if (operands.IsEmpty)
        {
            return true;
        }

        diagnostics.Report(AssemblerDiagnostics.MalformedStatement, operands, $"'{name}' takes no operands");
        return false;
    }

    /// <summary>Reads the name of a symbol, bare or in quotes, that operands begin with.</summary>
    public bool TryReadName(TextSlice operands, out int end)
    {
        var text = operands.Source.Text;
        if (!operands.IsEmpty && text[operands.Start] == '"' && Characters.StringEnd(text, operands.Start, operands.End) is var close && close < operands.End)
        {
            end = close + 1;
            return true;
        }

        end = Characters.LeadingName(operands).End;
        if (end > operands.Start)
        {
            return true;
        }

        diagnostics.Report(AssemblerDiagnostics.MalformedStatement, operands, "expected the name of a symbol");
        return false;
    }

    private bool AreExpressions(TextSlice operands, string name, int least, int most)
    {
        var text = operands.Source.Text;
        var position = operands.Start;
        for (var count = 0; position < operands.End || count < least; count++)
        {
            if (count == most)
            {
                diagnostics.Report(AssemblerDiagnostics.MalformedStatement, operands.From(position), $"'{name}' takes at most {most} expressions");
                return false;
            }

            // Alignments may leave out what is in the middle: .p2align 4,,15.
            var isOmitted = most == 3 && position < operands.End && text[position] == ',';
            if (!isOmitted && !TrySkipPlain(operands, ref position) && !constants.TrySkip(operands, ref position, $"the operand of '{name}'"))
            {
                return false;
            }

            if (position >= operands.End)
            {
                return true;
            }

            if (!IsCommaAt(operands, position, out position))
            {
                return false;
            }

            if (position >= operands.End && most == int.MaxValue)
            {
                diagnostics.Report(AssemblerDiagnostics.MalformedExpression, operands.Between(operands.End - 1, operands.End), "expected an expression behind the comma");
                return false;
            }
        }

        return true;
    }

    // Most operands are one number or one name, which need no parser.
    private static bool TrySkipPlain(TextSlice operands, ref int position)
    {
        var text = operands.Source.Text;
        var i = position;
        if (i < operands.End && Characters.IsNameStart(text[i]))
        {
            i = Characters.NameEnd(text, i, operands.End);
        }
        else
        {
            while (i < operands.End && Characters.IsDigit(text[i]) && i - position < 18)
            {
                i++;
            }

            if (i > position + 1 && text[position] == '0')
            {
                return false; // octal
            }
        }

        if (i == position || (i < operands.End && text[i] != ','))
        {
            return false;
        }

        position = i;
        return true;
    }

    private bool IsCommaAt(TextSlice operands, int position, out int next)
    {
        var text = operands.Source.Text;
        position = Characters.SkipBlanks(text, position, operands.End);
        if (position < operands.End && text[position] == ',')
        {
            next = Characters.SkipBlanks(text, position + 1, operands.End);
            return true;
        }

        next = position;
        var found = position < operands.End ? $", not '{text[position]}'" : "";
        diagnostics.Report(AssemblerDiagnostics.MalformedStatement, operands.From(position), $"expected a comma{found}");
        return false;
    }

    // "..." and <number>, with or without commas between them.
    private bool AreStrings(TextSlice operands)
    {
        var text = operands.Source.Text;
        var position = operands.Start;
        while (position < operands.End)
        {
            if (text[position] == '"')
            {
                position = Characters.StringEnd(text, position, operands.End) + 1;
            }
            else if (text[position] == '<' && operands.From(position).Characters.IndexOf('>') is var close && close > 0)
            {
                position += close + 1;
            }
            else if (text[position] == ',')
            {
                position++;
            }
            else
            {
                diagnostics.Report(AssemblerDiagnostics.MalformedStatement, operands.From(position), $"expected a string in quotes, not '{text[position]}'");
                return false;
            }

            position = Characters.SkipBlanks(text, position, operands.End);
        }

        return true;
    }

    private bool AreNames(TextSlice operands)
    {
        var position = operands.Start;
        while (TryReadName(operands.From(position), out var end))
        {
            if (end >= operands.End)
            {
                return true;
            }

            if (!IsCommaAt(operands, end, out position))
            {
                return false;
            }

            if (position >= operands.End)
            {
                return true;
            }
        }

        return false;
    }

    // STT_FUNC, @function, %function or "function", with or without a comma before it.
    private bool IsSymbolType(TextSlice operands)
    {
        var text = operands.Source.Text;
        var start = Characters.SkipComma(text, operands.Start, operands.End);
        var type = operands.From(start).Trim();
        var name = type.Length > 1 && text[start] is '@' or '%' ? type.From(start + 1)
            : type.Length > 1 && text[start] == '"' && text[type.End - 1] == '"' ? type.Between(start + 1, type.End - 1)
            : type;
        if (SymbolTypes.Contains(name.ToString()))
        {
            return true;
        }

        var suggestion = NearestName.Suggest(name.ToString(), SymbolTypes);
        diagnostics.Report(AssemblerDiagnostics.MalformedStatement, type, $"expected a symbol type such as @function, @object or STT_NOTYPE.{suggestion}");
        return false;
    }
}
