using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas.Expressions;

/// <summary>Reads expressions by GNU as rules (info as, "Infix Operators"): what C calls by another precedence.</summary>
public static class ExpressionParser
{
    /// <summary>Reads an expression that takes up a whole text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="error">What is wrong, or null.</param>
    /// <returns>Null when there is an error.</returns>
    public static Expression? Parse(TracedText text, out ExpressionError? error) => Parse(text, 0, text.Length, out error);

    /// <summary>Reads an expression that takes up a part of a text; indexes in the result count from the start of the text.</summary>
    public static Expression? Parse(TracedText text, int start, int length, out ExpressionError? error)
    {
        error = new ExpressionError("expected an expression", start, length);
        return null;
    }

    /// <summary>Reads the longest expression that starts at a place, leaving the place behind it and the blanks that follow.</summary>
    /// <param name="text">The text.</param>
    /// <param name="position">Where to start; behind the expression afterwards.</param>
    /// <param name="end">Where to stop at the latest.</param>
    /// <param name="error">What is wrong, or null.</param>
    /// <returns>Null when there is an error.</returns>
    public static Expression? ParsePrefix(TracedText text, ref int position, int end, out ExpressionError? error)
    {
        error = new ExpressionError("expected an expression", position, end - position);
        return null;
    }
}

/// <summary>Why a text is no expression.</summary>
/// <param name="Message">What was expected.</param>
/// <param name="Start">Index of the first character meant.</param>
/// <param name="Length">Number of characters.</param>
public sealed record ExpressionError(string Message, int Start, int Length);
