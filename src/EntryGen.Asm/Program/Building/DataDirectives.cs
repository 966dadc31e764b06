using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Building;

/// <summary>Directives that put bytes into a section (info as, "Pseudo Ops").</summary>
internal static class DataDirectives
{
    // More than this is no table that entry code reads.
    private const int MaxFill = 1 << 16;

    // Decimal digits that fit 64 bits in any case.
    private const int MaxPlainDigits = 18;

    private static readonly HashSet<string> _strings = [".ascii", ".asciz", ".string"];
    private static readonly HashSet<string> _padding = [".skip", ".space", ".zero", ".fill", ".align", ".balign", ".p2align", ".org", ".nops"];

    /// <summary>Whether a directive states numbers, strings or padding.</summary>
    public static bool IsData(string directive) => IsContent(directive) || _padding.Contains(directive);

    /// <summary>Whether a directive states numbers or strings.</summary>
    public static bool IsContent(string directive) => Directives.NumberWidth(directive) > 0 || _strings.Contains(directive);

    /// <summary>The bytes of a directive.</summary>
    /// <param name="statement">The directive.</param>
    /// <param name="symbols">The unit's symbols.</param>
    /// <param name="errors">Takes numbers that cannot be computed, if they are to be reported; they count as 0.</param>
    public static DataElement Read(Statement statement, SymbolTable symbols, StatementErrors? errors = null)
    {
        if (Directives.NumberWidth(statement.Name) is var size and > 0)
        {
            return new DataElement(statement.Sequence, ReadNumbers(statement, symbols, size, errors));
        }

        if (_strings.Contains(statement.Name))
        {
            return new DataElement(statement.Sequence, [.. StringLiterals.Read(statement.Operands.Text, terminated: statement.Name != ".ascii").Select(Byte)]);
        }

        var arguments = Evaluate(statement, symbols);
        long Argument(int index, long missing) => index < arguments.Count && arguments[index].IsConstant ? arguments[index].Addend : missing;
        return statement.Name switch
        {
            ".align" or ".balign" => Align(statement, Argument(0, 1)),
            ".p2align" => Align(statement, 1L << (int)Math.Min(16, Math.Max(0, Argument(0, 0)))),
            ".fill" => Fill(statement, Argument(0, 0), (int)Math.Min(8, Math.Max(0, Argument(1, 1))), Argument(2, 0)),
            ".org" or ".nops" => new DataElement(statement.Sequence, []),
            _ => Fill(statement, Argument(0, 0), 1, Argument(1, 0)),
        };
    }

    private static DataValue[] ReadNumbers(Statement statement, SymbolTable symbols, int size, StatementErrors? errors)
    {
        // Most directives state one plain number.
        var text = statement.Operands.Text;
        if (text.Length is > 0 and <= MaxPlainDigits && text[0] != '0' && text.All(Characters.IsDigit))
        {
            return Numbers.TryParse(text, 0, text.Length, out var number) ? [new DataValue(size, ExpressionValue.Constant(number))] : [];
        }

        var values = Evaluate(statement, symbols, errors);
        var numbers = new DataValue[values.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = new DataValue(size, values[i]);
        }

        return numbers;
    }

    /// <summary>The values of a directive's operands.</summary>
    public static IReadOnlyList<ExpressionValue> Evaluate(Statement statement, SymbolTable symbols, StatementErrors? errors = null)
    {
        var text = statement.Operands;
        if (text.Length == 0)
        {
            return [];
        }

        var values = new List<ExpressionValue>();
        foreach (var (start, end) in OperandList.Split(text.Text, 0, text.Length))
        {
            // What is no expression was reported when the statement was read.
            var expression = start == end ? null : ExpressionParser.Parse(text, start, end - start, out _);
            var value = expression is null ? ExpressionValue.Constant(0) : ExpressionEvaluator.Evaluate(expression, symbols, statement);
            if (value.Kind == ExpressionValueKind.NotEvaluable)
            {
                errors?.AtOperands(AssemblerDiagnostics.NotConstant, start, end - start, $"a value of {statement.Name} cannot be computed: {value.Error}");
            }

            values.Add(value);
        }

        return values;
    }

    private static DataElement Align(Statement statement, long alignment) =>
        new(statement.Sequence, [], alignment is > 0 and <= 1 << 16 ? (int)alignment : 1);

    private static DataElement Fill(Statement statement, long count, int size, long value)
    {
        var bounded = count < 0 || count * size > MaxFill ? 0 : (int)count;
        return new(statement.Sequence, [.. Enumerable.Repeat(new DataValue(size, ExpressionValue.Constant(value)), size == 0 ? 0 : bounded)]);
    }

    private static DataValue Byte(byte value) => new(1, ExpressionValue.Constant(value));
}
