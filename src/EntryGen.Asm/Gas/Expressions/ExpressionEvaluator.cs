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

    private const string AddressesUnknown = "addresses are not known while reading";

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
        Evaluate(expression, symbols, sequence, section, distances: null);

    /// <summary>The value of an expression at a place, while reading.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="symbols">The unit's symbols.</param>
    /// <param name="sequence">The <see cref="Statement.Sequence"/> of the statement that holds it.</param>
    /// <param name="section">That statement's section, where <c>.</c> stands.</param>
    /// <param name="distances">
    /// Turns the difference of two labels into a number where it can, and lets symbols be compared as GNU as does at that point; null leaves them symbolic.
    /// </param>
    internal static ExpressionValue Evaluate(Expression expression, SymbolTable symbols, int sequence, string section, Distances? distances)
    {
        var context = new Context(symbols, sequence, section, distances);
        return Settle(context.Evaluate(expression), distances);
    }

    private struct Context(SymbolTable symbols, int sequence, string section, Distances? distances)
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
                LocationExpression => Location(),
                RegisterExpression register => ExpressionValue.OfRegister(register.Name),
                UnaryExpression unary => Apply(unary.Operator, Evaluate(unary.Operand)),
                BinaryExpression binary => Apply(binary.Operator, Evaluate(binary.Left), Evaluate(binary.Right), distances),
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

        private readonly ExpressionValue Location()
        {
            symbols.Recorder?.LookAtPlace();
            return ExpressionValue.OfSymbol(new SymbolTerm(".", new LabelDefinition(".", sequence, section, null)));
        }

        private readonly ExpressionValue LocalLabel(LocalLabelExpression label) => ExpressionValue.OfSymbol(new SymbolTerm(
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

    private static ExpressionValue Apply(BinaryOperator operation, ExpressionValue left, ExpressionValue right, Distances? distances)
    {
        left = Settle(left, distances);
        right = Settle(right, distances);
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
            BinaryOperator.Subtract when right.Kind == ExpressionValueKind.Difference => Apply(BinaryOperator.Add, left, Apply(UnaryOperator.Negate, right), distances),
            BinaryOperator.Subtract when left.Kind == ExpressionValueKind.Symbol && right.Kind == ExpressionValueKind.Symbol =>
                ExpressionValue.OfDifference(left.Added!, right.Added!, unchecked(left.Addend - right.Addend)),
            BinaryOperator.Equal or BinaryOperator.NotEqual => Compare(operation == BinaryOperator.Equal, left, right, distances),
            >= BinaryOperator.Less and <= BinaryOperator.Greater when distances is not null && Distance(left, right, distances) is { } distance =>
                ExpressionValue.Constant(Compute(operation, distance, 0)),
            >= BinaryOperator.Less and <= BinaryOperator.Greater when distances is not null && left.Added?.Definition is { } to && right.Added?.Definition is { } from =>
                ExpressionValue.NotEvaluable(distances.Describe(from, to)),
            _ => ExpressionValue.NotEvaluable(Unknown(left, distances) ?? Unknown(right, distances) ?? "an address or register has only + - and comparisons"),
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

    // While reading, GNU as lets anything be compared: what is not the same place is not equal.
    private static ExpressionValue Compare(bool equal, ExpressionValue left, ExpressionValue right, Distances? distances)
    {
        if (left.Kind == ExpressionValueKind.Register || right.Kind == ExpressionValueKind.Register)
        {
            return Truth((left.Kind == right.Kind && left.Register == right.Register) == equal);
        }

        var areSymbols = left.Kind == ExpressionValueKind.Symbol && right.Kind == ExpressionValueKind.Symbol;
        if (areSymbols && left.Added!.IsSamePlaceAs(right.Added!))
        {
            return Truth(left.Addend == right.Addend == equal);
        }

        return distances is null || left.Kind == ExpressionValueKind.Difference || right.Kind == ExpressionValueKind.Difference
            ? ExpressionValue.NotEvaluable(Unknown(left, distances) ?? Unknown(right, distances) ?? AddressesUnknown)
            : areSymbols && left.Added!.Definition is { } first && right.Added!.Definition is { } second && first.Section != second.Section
                ? ExpressionValue.NotEvaluable("the addresses are in different sections")
                : Truth(!equal);
    }

    // How far left is behind right, if both are places.
    private static long? Distance(ExpressionValue left, ExpressionValue right, Distances distances) =>
        left is { Kind: ExpressionValueKind.Symbol, Added.Definition: { } to } && right is { Kind: ExpressionValueKind.Symbol, Added.Definition: { } from }
        && distances.TryMeasure(from, to, out var distance)
            ? unchecked(distance + left.Addend - right.Addend)
            : null;

    private static ExpressionValue Settle(ExpressionValue value, Distances? distances) =>
        distances is not null && value is { Kind: ExpressionValueKind.Difference, Added.Definition: { } to, Subtracted.Definition: { } from }
        && distances.TryMeasure(from, to, out var distance)
            ? ExpressionValue.Constant(unchecked(distance + value.Addend))
            : value;

    /// <summary>Why the distance of two places is no number, or null.</summary>
    internal static string? Unknown(ExpressionValue value, Distances? distances) =>
        distances is not null && value is { Kind: ExpressionValueKind.Difference, Added.Definition: { } to, Subtracted.Definition: { } from }
            ? distances.Describe(from, to)
            : null;

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
