using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>Reads expressions whose value must be known while reading, and says what is wrong when it is not.</summary>
internal sealed class ConstantReader(SymbolTable symbols, DiagnosticBag diagnostics, int maxDepth)
{
    /// <summary>Parses all of some operands.</summary>
    public Expression? Parse(TextSlice operands, string what)
    {
        var position = operands.Start;
        var expression = ParsePrefix(operands, ref position, what);
        if (expression is not null && position < operands.End)
        {
            var rest = operands.Between(position, operands.End);
            diagnostics.Report(AssemblerDiagnostics.MalformedExpression, rest, $"expected an operator or the end of {what}");
            return null;
        }

        return expression;
    }

    /// <summary>The value of all of some operands at a statement; false when it was reported that there is none.</summary>
    public bool TryRead(TextSlice operands, string what, int sequence, string section, out long value)
    {
        value = 0;
        return Parse(operands, what) is { } expression && TryEvaluate(expression, operands, what, sequence, section, out value);
    }

    /// <summary>The value of the expression that operands begin with.</summary>
    public bool TryReadPrefix(TextSlice operands, ref int position, string what, int sequence, string section, out long value)
    {
        value = 0;
        return ParsePrefix(operands, ref position, what) is { } expression && TryEvaluate(expression, operands, what, sequence, section, out value);
    }

    /// <summary>Passes the expression that operands begin with over.</summary>
    public bool TrySkip(TextSlice operands, ref int position, string what) => ParsePrefix(operands, ref position, what) is not null;

    /// <summary>The value of a condition. A comparison with an undefined symbol is false, with a warning.</summary>
    public bool TryReadCondition(TextSlice operands, int sequence, string section, out long value)
    {
        value = 0;
        if (Parse(operands, "the condition") is not { } expression)
        {
            return false;
        }

        if (expression is BinaryExpression
            && !ExpressionEvaluator.Evaluate(expression, symbols, sequence, section).IsConstant
            && FindUndefined(expression) is { } undefined)
        {
            diagnostics.Report(
                AssemblerDiagnostics.UndefinedInCondition,
                operands.Between(undefined.Start, undefined.End),
                $"symbol '{undefined.Name}' is not defined, so the condition counts as false.{NearestName.Suggest(undefined.Name, symbols.AssignedSymbols)}");
            return true;
        }

        return TryEvaluate(expression, operands, "the condition", sequence, section, out value);
    }

    private Expression? ParsePrefix(TextSlice operands, ref int position, string what)
    {
        var expression = ExpressionParser.ParsePrefix(operands.Source, ref position, operands.End, out var error, maxDepth);
        if (error is not null)
        {
            diagnostics.Report(AssemblerDiagnostics.MalformedExpression, operands.Between(error.Start, error.Start + error.Length), $"{what}: {error.Message}");
        }

        return expression;
    }

    private bool TryEvaluate(Expression expression, TextSlice operands, string what, int sequence, string section, out long value)
    {
        var result = ExpressionEvaluator.Evaluate(expression, symbols, sequence, section);
        value = result.Addend;
        if (result.IsConstant)
        {
            return true;
        }

        var undefined = FindUndefined(expression);
        var reason = undefined is not null
            ? $"symbol '{undefined.Name}' is not defined.{NearestName.Suggest(undefined.Name, symbols.AssignedSymbols)}"
            : result.Kind switch
            {
                ExpressionValueKind.Register => "a register has no value while reading.",
                ExpressionValueKind.NotEvaluable => result.Error + ".",
                _ => "addresses are not known while reading.",
            };
        var start = undefined?.Start ?? expression.Start;
        diagnostics.Report(AssemblerDiagnostics.NotConstant, operands.Between(start, undefined?.End ?? expression.End), $"{what} must be a constant: {reason}");
        return false;
    }

    private SymbolExpression? FindUndefined(Expression expression) => expression switch
    {
        SymbolExpression symbol => symbols.IsDefined(symbol.Name) ? null : symbol,
        UnaryExpression unary => FindUndefined(unary.Operand),
        BinaryExpression binary => FindUndefined(binary.Left) ?? FindUndefined(binary.Right),
        _ => null,
    };
}
