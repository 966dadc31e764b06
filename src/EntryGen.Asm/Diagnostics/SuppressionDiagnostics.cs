namespace EntryGen.Asm.Diagnostics;

/// <summary>Mistakes in comments that suppress findings, EG0080 to EG0089.</summary>
public static class SuppressionDiagnostics
{
    /// <summary>A comment that starts like a suppression and is none: nothing is suppressed by it.</summary>
    public static readonly AsmDiagnosticDescriptor Malformed = new("EG0080", "Suppression cannot be read", AsmSeverity.Warning);

    /// <summary>A suppression of what is not found.</summary>
    public static readonly AsmDiagnosticDescriptor Unused = new("EG0081", "Suppression is not needed", AsmSeverity.Warning);
}
