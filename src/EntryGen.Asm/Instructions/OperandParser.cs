using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Instructions;

/// <summary>Reads AT&amp;T operands (info as, "i386-Memory" and "i386-Regs") of one statement.</summary>
internal readonly struct OperandParser
{
    // "*" inside "*" ends here; nothing else nests.
    private const int MaxDepth = 2;

    private readonly Statement _statement;
    private readonly SymbolTable _symbols;
    private readonly StatementErrors _errors;
    private readonly TracedText _text;

    private OperandParser(Statement statement, SymbolTable symbols, StatementErrors errors)
    {
        _statement = statement;
        _symbols = symbols;
        _errors = errors;
        _text = statement.Operands;
    }

    /// <summary>The operands of an instruction in the order written; null when one cannot be read, which is then reported.</summary>
    public static IReadOnlyList<OperandSyntax>? Parse(Statement statement, SymbolTable symbols, StatementErrors errors)
    {
        if (statement.Operands.Length == 0)
        {
            return [];
        }

        var parser = new OperandParser(statement, symbols, errors);
        var operands = new List<OperandSyntax>(2);
        foreach (var (start, end) in OperandList.Split(statement.Operands.Text, 0, statement.Operands.Length))
        {
            if (parser.ParseOperand(start, end, MaxDepth) is not { } operand)
            {
                return null;
            }

            operands.Add(operand);
        }

        return operands;
    }

    private OperandSyntax? ParseOperand(int start, int end, int depth)
    {
        if (start == end)
        {
            return Malformed(start, 1, "an operand is missing here");
        }

        var text = _text.Slice(start, end - start);
        switch (_text[start])
        {
            case '$':
                return ParseExpression(OperandList.Trim(_text.Text, start + 1, end)) is { } value ? new ImmediateSyntax(value, text) : null;
            case '*' when depth > 1:
                var (from, to) = OperandList.Trim(_text.Text, start + 1, end);
                var target = ParseOperand(from, to, depth - 1);
                return target switch
                {
                    null => null,
                    RegisterSyntax or MemorySyntax => new IndirectSyntax(target, text),
                    _ => Malformed(start, end - start, "a register or memory operand must follow '*'"),
                };
            case '%':
                return ParseRegisterOrSegment(start, end, text);
            default:
                return ParseMemory(null, start, end, text);
        }
    }

    private OperandSyntax? ParseRegisterOrSegment(int start, int end, TracedText text)
    {
        var position = start;
        if (ParseRegister(ref position, end) is not { } register)
        {
            return null;
        }

        if (position == end)
        {
            return register == Register.Rip ? BadRegister(start, end, "%rip can only be the base of a memory operand.") : new RegisterSyntax(register, text);
        }

        if (_text[position] == ':' && register.Class == RegisterClass.Segment)
        {
            var (from, to) = OperandList.Trim(_text.Text, position + 1, end);
            return ParseMemory(register, from, to, text);
        }

        return Malformed(position, end - position, $"'{_text.Text.Substring(position, end - position)}' cannot follow the register");
    }

    private Register? ParseRegister(ref int position, int end)
    {
        var start = position;
        position = SkipBlanks(position + 1, end);
        var from = position;
        while (position < end && char.IsLetterOrDigit(_text[position]))
        {
            position++;
        }

        var name = _text.Text.Substring(from, position - from);
        position = SkipBlanks(position, end);
        if (RegisterNames.Find(name) is { } register)
        {
            return register;
        }

        var nearest = NearestName.Find(name, RegisterNames.All);
        _errors.AtOperands(
            ProgramDiagnostics.UnknownRegister,
            start,
            position - start,
            $"there is no register '%{name}' that entry code can use.{(nearest is null ? "" : $" Did you mean '%{nearest}'?")}",
            nearest is null ? null : "%" + nearest);
        return null;
    }

    private int SkipBlanks(int position, int end)
    {
        while (position < end && char.IsWhiteSpace(_text[position]))
        {
            position++;
        }

        return position;
    }

    private OperandSyntax? ParseMemory(Register? segment, int start, int end, TracedText text)
    {
        if (IntelSyntaxHint(start, end) is { } hint)
        {
            _errors.AtOperands(ProgramDiagnostics.IntelSyntax, start, end - start, hint);
            return null;
        }

        // The segments but FS and GS have base 0 in 64-bit mode.
        var overriding = segment is { Number: >= 4 } ? segment : null;
        if (segment is null && RegisterOfSymbol(start, end) is { } alias)
        {
            return new RegisterSyntax(alias, text);
        }

        if (FindOpenParenthesis(start, end) is { } unclosed)
        {
            return Malformed(unclosed, 1, "this parenthesis is not closed");
        }

        if (FindAddressParenthesis(start, end) is not { } open)
        {
            return ParseExpression((start, end)) is { } address
                ? new MemorySyntax(overriding, null, null, 1, address, IsBare: segment is null, text)
                : null;
        }

        var (from, to) = OperandList.Trim(_text.Text, start, open);
        if (from == to)
        {
            return ParseAddress(overriding, ExpressionValue.Constant(0), open, end, text);
        }

        return ParseExpression((from, to)) is { } displacement ? ParseAddress(overriding, displacement, open, end, text) : null;
    }

    private OperandSyntax? ParseAddress(Register? segment, ExpressionValue displacement, int open, int end, TracedText text)
    {
        var parts = OperandList.Split(_text.Text, open + 1, end - 1);
        if (parts.Count > 3)
        {
            return Malformed(open, end - open, "an address has at most a base, an index and a scale");
        }

        var isPort = parts.Count == 1 && text.Length == end - open;
        if (!TryParseAddressRegister(parts[0], isPort, out var baseRegister))
        {
            return null;
        }

        if (baseRegister is { Width: 2 })
        {
            return new RegisterSyntax(baseRegister, text) { IsPort = true };
        }

        Register? index = null;
        if (parts.Count > 1 && !TryParseAddressRegister(parts[1], isPort: false, out index))
        {
            return null;
        }

        if (index is { Class: RegisterClass.InstructionPointer } or { Number: 4 } || (index is not null && baseRegister is { Class: RegisterClass.InstructionPointer }))
        {
            return BadRegister(parts[1].Start, parts[1].End, "%rsp and %rip cannot be an index, and %rip allows none.");
        }

        return ParseScale(parts) is { } scale ? new MemorySyntax(segment, baseRegister, index, scale, displacement, IsBare: false, text) : null;
    }

    private int? ParseScale(IReadOnlyList<(int Start, int End)> parts)
    {
        if (parts.Count < 3 || parts[2].Start == parts[2].End)
        {
            return 1;
        }

        if (ParseExpression(parts[2]) is not { } value)
        {
            return null;
        }

        if (value is { IsConstant: true, Addend: 1 or 2 or 4 or 8 })
        {
            return (int)value.Addend;
        }

        Malformed(parts[2].Start, parts[2].End - parts[2].Start, "the scale must be 1, 2, 4 or 8");
        return null;
    }

    // False when there is an error; a part that is empty has no register.
    private bool TryParseAddressRegister((int Start, int End) part, bool isPort, out Register? register)
    {
        register = null;
        if (part.Start == part.End)
        {
            return true;
        }

        if (RegisterOfSymbol(part.Start, part.End) is { } alias)
        {
            register = alias;
            return IsAddressRegister(part, isPort, alias);
        }

        if (_text[part.Start] != '%')
        {
            Malformed(part.Start, part.End - part.Start, "a register is expected here");
            return false;
        }

        var position = part.Start;
        register = ParseRegister(ref position, part.End);
        if (register is null)
        {
            return false;
        }

        if (position < part.End)
        {
            Malformed(position, part.End - position, $"'{_text.Text.Substring(position, part.End - position)}' cannot follow the register");
            return false;
        }

        return IsAddressRegister(part, isPort, register);
    }

    private bool IsAddressRegister((int Start, int End) part, bool isPort, Register register)
    {
        if (register is { Class: RegisterClass.General or RegisterClass.InstructionPointer, Width: 8 } || (isPort && register is { Class: RegisterClass.General, Number: 2, Width: 2 }))
        {
            return true;
        }

        BadRegister(part.Start, part.End, $"'%{RegisterNames.NameOf(register)}' cannot be part of an address; 64-bit registers can.");
        return false;
    }

    // Where base and index stand: the parenthesis closed by the last character, if a register or a comma opens it.
    // The innermost parenthesis that nothing closes.
    private int? FindOpenParenthesis(int start, int end)
    {
        var closed = 0;
        for (var i = end - 1; i >= start; i--)
        {
            closed += _text[i] switch { ')' => 1, '(' => -1, _ => 0 };
            if (closed < 0)
            {
                return i;
            }
        }

        return null;
    }

    private int? FindAddressParenthesis(int start, int end)
    {
        if (end == start || _text[end - 1] != ')')
        {
            return null;
        }

        var depth = 0;
        for (var i = end - 1; i >= start; i--)
        {
            depth += _text[i] switch { ')' => 1, '(' => -1, _ => 0 };
            if (depth == 0)
            {
                var inside = SkipBlanks(i + 1, end);
                return _text[inside] is '%' or ',' || RegisterOfSymbol(inside, NameEnd(inside, end)) is not null ? i : null;
            }
        }

        return null;
    }

    // The register that .set gave a name to.
    private Register? RegisterOfSymbol(int start, int end) =>
        end > start && Characters.IsNameStart(_text[start]) && NameEnd(start, end) == end
        && _symbols.FindAssignment(_text.Text.Substring(start, end - start), _statement.Sequence) is { Value: { Kind: ExpressionValueKind.Register, Register: { } name } }
            ? RegisterNames.Find(name)
            : null;

    private int NameEnd(int start, int end) => Characters.NameEnd(_text.Text, start, end);

    private string? IntelSyntaxHint(int start, int end)
    {
        var text = _text.Text.Substring(start, end - start);
        if (text.IndexOf('[') >= 0)
        {
            return "this is Intel syntax; AT&T syntax writes an address as displacement(base,index,scale).";
        }

        if (RegisterNames.Find(text) is not null && _symbols.FindLabel(text) is null && _symbols.FindAssignment(text, _statement.Sequence) is null)
        {
            return $"this is Intel syntax; AT&T syntax writes the register as '%{text}' and the destination last.";
        }

        return null;
    }

    private ExpressionValue? ParseExpression((int Start, int End) range)
    {
        if (range.Start == range.End)
        {
            Malformed(range.Start, 1, "an expression is missing here");
            return null;
        }

        if (ExpressionParser.Parse(_text, range.Start, range.End - range.Start, out var error) is not { } expression)
        {
            Malformed(error?.Start ?? range.Start, error?.Length ?? (range.End - range.Start), error?.Message ?? "an expression is expected here");
            return null;
        }

        var value = ExpressionEvaluator.Evaluate(expression, _symbols, _statement);
        if (value.Kind is ExpressionValueKind.NotEvaluable or ExpressionValueKind.Register)
        {
            Malformed(range.Start, range.End - range.Start, value.Error ?? "a register has no place inside an expression");
            return null;
        }

        return value;
    }

    private OperandSyntax? Malformed(int start, int length, string message)
    {
        _errors.AtOperands(ProgramDiagnostics.MalformedOperand, start, length, message + ".");
        return null;
    }

    private OperandSyntax? BadRegister(int start, int end, string message)
    {
        _errors.AtOperands(ProgramDiagnostics.UnknownRegister, start, end - start, message);
        return null;
    }
}
