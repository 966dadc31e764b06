namespace EntryGen.Asm.Gas.Expressions;

/// <summary>Computes expressions by GNU as rules; addresses stay symbolic.</summary>
/// <remarks>
/// Arithmetic is modulo 2^64, division and comparison are signed, a true comparison is -1. Division by zero divides by one, as GNU as
/// does after a warning.
/// </remarks>
public static class ExpressionEvaluator
{
    // Symbols can be defined by each other and by themselves; that must end, and on any stack.
    private const int MaxDepth = 1500;
    private const int MaxSteps = 20_000;

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
        new Context(symbols, sequence, section).Evaluate(expression);

    private sealed class Context(SymbolTable symbols, int sequence, string section)
    {
        private int _depth;
        private int _steps;

        public ExpressionValue Evaluate(Expression expression)
        {
            if (++_steps > MaxSteps || _depth >= MaxDepth)
            {
                return ExpressionValue.NotEvaluable("the expression or a symbol in it is defined by itself, or is too large");
            }

            if (!symbols.TakeStep())
            {
                return ExpressionValue.NotEvaluable($"the expressions of the unit take more than {SymbolTable.MaxEvaluationSteps} steps together");
            }

            _depth++;
            var value = expression switch
            {
                NumberExpression number => ExpressionValue.Constant(number.Value),
                SymbolExpression symbol => Symbol(symbol.Name),
                LocalLabelExpression label => LocalLabel(label),
                LocationExpression => ExpressionValue.OfSymbol(new SymbolTerm(".", new LabelDefinition(".", sequence, section, null))),
                RegisterExpression register => ExpressionValue.OfRegister(register.Name),
                UnaryExpression unary => Apply(unary.Operator, Evaluate(unary.Operand)),
                BinaryExpression binary => Apply(binary.Operator, Evaluate(binary.Left), Evaluate(binary.Right)),
                _ => ExpressionValue.NotEvaluable("the expression has no value"),
            };
            _depth--;
            return value;
        }

        private ExpressionValue Symbol(string name)
        {
            long addend = 0;
            while (symbols.FindAssignment(name, sequence) is { } assignment)
            {
                if (assignment.Lazy is { } lazy)
                {
                    return Evaluate(lazy).Plus(addend);
                }

                // The value was kept as it was then; what was unknown then may be known now.
                var value = assignment.Value.Plus(addend);
                if (value.Kind != ExpressionValueKind.Symbol || value.Added!.Definition is not null || ++_steps > MaxSteps)
                {
                    return value;
                }

                name = value.Added.Name;
                addend = value.Addend;
            }

            return ExpressionValue.OfSymbol(new SymbolTerm(name, symbols.FindLabel(name)), addend);
        }

        private ExpressionValue LocalLabel(LocalLabelExpression label) => ExpressionValue.OfSymbol(new SymbolTerm(
            label.Number.ToString(System.Globalization.CultureInfo.InvariantCulture) + (label.Forward ? "f" : "b"),
            symbols.FindLocalLabel(label.Number, label.Forward, sequence)));
    }

    private static ExpressionValue Apply(UnaryOperator operation, ExpressionValue operand)
    {
        if (operand.IsConstant)
        {
            return ExpressionValue.Constant(operation switch
            {
                UnaryOperator.Negate => unchecked(-operand.Addend),
                UnaryOperator.Complement => ~operand.Addend,
                _ => operand.Addend == 0 ? 1 : 0,
            });
        }

        if (operation == UnaryOperator.Negate && operand.Kind == ExpressionValueKind.Difference)
        {
            return ExpressionValue.OfDifference(operand.Subtracted!, operand.Added!, unchecked(-operand.Addend));
        }

        return operand.Kind == ExpressionValueKind.NotEvaluable ? operand : ExpressionValue.NotEvaluable("an address or register has only + - and comparisons");
    }

    private static ExpressionValue Apply(BinaryOperator operation, ExpressionValue left, ExpressionValue right)
    {
        if (left.IsConstant && right.IsConstant)
        {
            return ExpressionValue.Constant(Compute(operation, left.Addend, right.Addend));
        }

        if (left.Kind == ExpressionValueKind.NotEvaluable)
        {
            return left;
        }

        if (right.Kind == ExpressionValueKind.NotEvaluable)
        {
            return right;
        }

        return operation switch
        {
            BinaryOperator.Add when left.IsConstant && right.Kind != ExpressionValueKind.Register => right.Plus(left.Addend),
            BinaryOperator.Add when right.IsConstant && left.Kind != ExpressionValueKind.Register => left.Plus(right.Addend),
            BinaryOperator.Add => Add(left, right),
            BinaryOperator.Subtract when right.IsConstant && left.Kind != ExpressionValueKind.Register => left.Plus(unchecked(-right.Addend)),
            BinaryOperator.Subtract when right.Kind == ExpressionValueKind.Difference => Apply(BinaryOperator.Add, left, Apply(UnaryOperator.Negate, right)),
            BinaryOperator.Subtract when left.Kind == ExpressionValueKind.Symbol && right.Kind == ExpressionValueKind.Symbol =>
                ExpressionValue.OfDifference(left.Added!, right.Added!, unchecked(left.Addend - right.Addend)),
            BinaryOperator.Equal or BinaryOperator.NotEqual => Compare(operation == BinaryOperator.Equal, left, right),
            _ => ExpressionValue.NotEvaluable("an address or register has only + - and comparisons"),
        };
    }

    // (a - b) + (b - c) is a - c: lengths that follow each other join.
    private static ExpressionValue Add(ExpressionValue left, ExpressionValue right)
    {
        var addend = unchecked(left.Addend + right.Addend);
        if (right is { Subtracted: { } subtracted, Added: { } added } && left.Added is { } first && subtracted.IsSamePlaceAs(first))
        {
            return left.Subtracted is { } base1 ? ExpressionValue.OfDifference(added, base1, addend) : ExpressionValue.OfSymbol(added, addend);
        }

        if (left is { Subtracted: { } leftSubtracted, Added: { } leftAdded } && right.Added is { } second && leftSubtracted.IsSamePlaceAs(second))
        {
            return right.Subtracted is { } base2 ? ExpressionValue.OfDifference(leftAdded, base2, addend) : ExpressionValue.OfSymbol(leftAdded, addend);
        }

        return ExpressionValue.NotEvaluable("the sum of two addresses has no meaning");
    }

    private static ExpressionValue Compare(bool equal, ExpressionValue left, ExpressionValue right)
    {
        if (left.Kind == ExpressionValueKind.Register || right.Kind == ExpressionValueKind.Register)
        {
            return Truth((left.Kind == right.Kind && left.Register == right.Register) == equal);
        }

        return left.Kind == ExpressionValueKind.Symbol && right.Kind == ExpressionValueKind.Symbol && left.Added!.IsSamePlaceAs(right.Added!)
            ? Truth(left.Addend == right.Addend == equal)
            : ExpressionValue.NotEvaluable("addresses are not known while reading");
    }

    private static ExpressionValue Truth(bool value) => ExpressionValue.Constant(value ? -1 : 0);

    private static long Compute(BinaryOperator operation, long left, long right) => unchecked(operation switch
    {
        BinaryOperator.Multiply => left * right,
        BinaryOperator.Divide => right is 0 ? left : right is -1 ? -left : left / right,
        BinaryOperator.Modulo => right is 0 or -1 ? 0 : left % right,
        BinaryOperator.ShiftLeft => right is < 0 or > 63 ? 0 : left << (int)right,
        BinaryOperator.ShiftRight => right is < 0 or > 63 ? 0 : (long)((ulong)left >> (int)right),
        BinaryOperator.Or => left | right,
        BinaryOperator.OrNot => left | ~right,
        BinaryOperator.Xor => left ^ right,
        BinaryOperator.And => left & right,
        BinaryOperator.Add => left + right,
        BinaryOperator.Subtract => left - right,
        BinaryOperator.LogicalAnd => left != 0 && right != 0 ? 1 : 0,
        BinaryOperator.LogicalOr => left != 0 || right != 0 ? 1 : 0,
        BinaryOperator.Equal => left == right ? -1 : 0,
        BinaryOperator.NotEqual => left != right ? -1 : 0,
        BinaryOperator.Less => left < right ? -1 : 0,
        BinaryOperator.LessOrEqual => left <= right ? -1 : 0,
        BinaryOperator.GreaterOrEqual => left >= right ? -1 : 0,
        BinaryOperator.Greater => left > right ? -1 : 0,
        _ => 0,
    });
}
