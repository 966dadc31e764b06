using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Instructions;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>Reads expressions whose value must be known while reading, and says what is wrong when it is not.</summary>
internal sealed class ConstantReader(SymbolTable symbols, Distances distances, DiagnosticBag diagnostics, int maxDepth)
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

    /// <summary>The value of a condition. An undefined symbol equals nothing but itself, with a warning.</summary>
    public bool TryReadCondition(TextSlice operands, int sequence, string section, out long value)
    {
        value = 0;
        if (Parse(operands, "the condition") is not { } expression || !TryEvaluate(expression, operands, "the condition", sequence, section, out value))
        {
            return false;
        }

        if (FindUndefined(expression) is { } undefined)
        {
            diagnostics.Report(
                AssemblerDiagnostics.UndefinedInCondition,
                operands.Between(undefined.Start, undefined.End),
                $"symbol '{undefined.Name}' is not defined, so nothing is equal to it.{NearestName.Suggest(undefined.Name, symbols.AssignedSymbols)}");
        }

        return true;
    }

    private Expression? ParsePrefix(TextSlice operands, ref int position, string what)
    {
        var expression = ExpressionParser.ParsePrefix(operands.Source, ref position, operands.End, out var error, maxDepth);
        if (error is not null)
        {
            diagnostics.Report(AssemblerDiagnostics.MalformedExpression, operands.Between(error.Start, error.Start + error.Length), $"{what}: {error.Message}");
        }

        if (expression is not null && FindUnknownRegister(expression) is { } register)
        {
            var suggestion = NearestName.Suggest(register.Name, RegisterNames.All);
            diagnostics.Report(AssemblerDiagnostics.MalformedExpression, operands.Between(register.Start, register.End), $"there is no register '%{register.Name}'.{suggestion}");
            return null;
        }

        return expression;
    }

    private bool TryEvaluate(Expression expression, TextSlice operands, string what, int sequence, string section, out long value)
    {
        symbols.Recorder?.Ask(true);
        var result = ExpressionEvaluator.Evaluate(expression, symbols, sequence, section, distances);
        symbols.Recorder?.Ask(false);
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
                ExpressionValueKind.Difference => ExpressionEvaluator.Unknown(result, distances) + ".",
                _ => "addresses are not known while reading.",
            };
        var start = undefined?.Start ?? expression.Start;
        diagnostics.Report(AssemblerDiagnostics.NotConstant, operands.Between(start, undefined?.End ?? expression.End), $"{what} must be a constant: {reason}");
        return false;
    }

    private static RegisterExpression? FindUnknownRegister(Expression expression) => expression switch
    {
        RegisterExpression register => RegisterNames.IsKnown(register.Name) ? null : register,
        UnaryExpression unary => FindUnknownRegister(unary.Operand),
        BinaryExpression binary => FindUnknownRegister(binary.Left) ?? FindUnknownRegister(binary.Right),
        _ => null,
    };

    private SymbolExpression? FindUndefined(Expression expression) => expression switch
    {
        SymbolExpression symbol => symbols.IsDefined(symbol.Name) ? null : symbol,
        UnaryExpression unary => FindUndefined(unary.Operand),
        BinaryExpression binary => FindUndefined(binary.Left) ?? FindUndefined(binary.Right),
        _ => null,
    };
}
