namespace EntryGen.Asm.Gas.Expressions;

/// <summary>What an expression comes to before addresses are known.</summary>
public enum ExpressionValueKind
{
    /// <summary>Nothing: an undefined operation, reported in <see cref="ExpressionValue.Error"/>.</summary>
    NotEvaluable,

    /// <summary>A number: <see cref="ExpressionValue.Addend"/>.</summary>
    Constant,

    /// <summary><see cref="ExpressionValue.Added"/> + addend.</summary>
    Symbol,

    /// <summary><see cref="ExpressionValue.Added"/> - <see cref="ExpressionValue.Subtracted"/> + addend.</summary>
    Difference,

    /// <summary>A register: <see cref="ExpressionValue.Register"/>.</summary>
    Register,
}

/// <summary>The value of an expression at one statement.</summary>
public readonly record struct ExpressionValue
{
    /// <summary>Which of the members are meaningful.</summary>
    public ExpressionValueKind Kind { get; private init; }

    /// <summary>The constant part.</summary>
    public long Addend { get; private init; }

    /// <summary>The symbol whose address is added, or null.</summary>
    public SymbolTerm? Added { get; private init; }

    /// <summary>The symbol whose address is subtracted, or null.</summary>
    public SymbolTerm? Subtracted { get; private init; }

    /// <summary>The register, lower case without percent sign, or null.</summary>
    public string? Register { get; private init; }

    /// <summary>Why there is no value, or null.</summary>
    public string? Error { get; private init; }

    /// <summary>Whether it is a number.</summary>
    public bool IsConstant => Kind == ExpressionValueKind.Constant;

    /// <summary>A number.</summary>
    public static ExpressionValue Constant(long value) => new() { Kind = ExpressionValueKind.Constant, Addend = value };

    /// <summary>A symbol and an addend.</summary>
    public static ExpressionValue OfSymbol(SymbolTerm symbol, long addend = 0) =>
        new() { Kind = ExpressionValueKind.Symbol, Added = symbol, Addend = addend };

    /// <summary>The distance between two symbols; a constant when they are the same place.</summary>
    public static ExpressionValue OfDifference(SymbolTerm added, SymbolTerm subtracted, long addend) =>
        added.IsSamePlaceAs(subtracted)
            ? Constant(addend)
            : new() { Kind = ExpressionValueKind.Difference, Added = added, Subtracted = subtracted, Addend = addend };

    /// <summary>A register.</summary>
    public static ExpressionValue OfRegister(string name) => new() { Kind = ExpressionValueKind.Register, Register = name };

    /// <summary>No value.</summary>
    public static ExpressionValue NotEvaluable(string reason) => new() { Kind = ExpressionValueKind.NotEvaluable, Error = reason };

    /// <summary>The same value, moved by a number.</summary>
    public ExpressionValue Plus(long addend) => this with { Addend = unchecked(Addend + addend) };
}

/// <summary>A symbol in the value of an expression.</summary>
/// <param name="Name">Its name; <c>.</c> for the place of the statement, <c>1f</c> or <c>1b</c> for a numeric label.</param>
/// <param name="Definition">The label it stands for; null when the unit defines none.</param>
public sealed record SymbolTerm(string Name, LabelDefinition? Definition)
{
    /// <summary>Whether two terms cancel: the same label, or the same undefined name.</summary>
    public bool IsSamePlaceAs(SymbolTerm other) =>
        Definition is { } label ? other.Definition is { } second && label.Sequence == second.Sequence : other.Definition is null && Name == other.Name;
}
