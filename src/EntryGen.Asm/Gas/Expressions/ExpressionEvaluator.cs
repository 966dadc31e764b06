namespace EntryGen.Asm.Gas.Expressions;

/// <summary>Computes expressions by GNU as rules; addresses stay symbolic.</summary>
public static class ExpressionEvaluator
{
    /// <summary>The value of an expression at a statement.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="symbols">The unit's symbols.</param>
    /// <param name="statement">The statement that holds it: decides what <c>.</c>, <c>1b</c> and a reassigned symbol mean.</param>
    public static ExpressionValue Evaluate(Expression expression, SymbolTable symbols, Statement statement) =>
        Evaluate(expression, symbols, statement.Sequence, statement.Section);

    /// <summary>The value of an expression at a place.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="symbols">The unit's symbols.</param>
    /// <param name="sequence">The <see cref="Statement.Sequence"/> of the statement that holds it.</param>
    /// <param name="section">That statement's section, where <c>.</c> stands.</param>
    public static ExpressionValue Evaluate(Expression expression, SymbolTable symbols, int sequence, string section) =>
        expression is NumberExpression number ? ExpressionValue.Constant(number.Value) : ExpressionValue.NotEvaluable("the expression has no value");
}
