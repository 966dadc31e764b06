using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Instructions;

/// <summary>Collects what is wrong with one statement, at the characters meant.</summary>
internal readonly struct StatementErrors(Statement statement, DiagnosticList diagnostics)
{
    /// <summary>Reports an error at a part of the statement's operands.</summary>
    public void AtOperands(AsmDiagnosticDescriptor descriptor, int start, int length, string message, string? suggestion = null) =>
        Add(
            descriptor,
            message,
            statement.Operands.Length == 0 ? statement.Text.Span : statement.Operands.SpanOf(Math.Min(start, statement.Operands.Length - 1), Math.Max(1, length)),
            suggestion);

    /// <summary>Reports an error at one operand.</summary>
    public void At(AsmDiagnosticDescriptor descriptor, TracedText text, string message, string? suggestion = null) =>
        Add(descriptor, message, text.Span ?? statement.Text.Span, text.Span is null ? null : suggestion);

    /// <summary>Reports an error at the mnemonic, and what it should be if that is known.</summary>
    public void AtName(AsmDiagnosticDescriptor descriptor, string message, string? suggestion = null)
    {
        var text = statement.Text;
        var start = text.Text.IndexOf(statement.Name, StringComparison.OrdinalIgnoreCase);
        Add(descriptor, message, start < 0 ? text.Span : text.SpanOf(start, statement.Name.Length), start < 0 ? null : suggestion);
    }

    private void Add(AsmDiagnosticDescriptor descriptor, string message, SourceSpan? span, string? suggestion = null) =>
        diagnostics.Add(new AsmDiagnostic(descriptor, message, span, statement.Frame)
        {
            Suggestion = suggestion,
            Expansion = statement.Text.Length == 0 ? null : statement.Text.OriginAt(0)?.Expansion,
        });
}
