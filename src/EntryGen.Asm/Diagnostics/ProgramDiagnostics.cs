namespace EntryGen.Asm.Diagnostics;

/// <summary>Instructions, operands and program structure that cannot be understood, EG0060 to EG0099.</summary>
public static class ProgramDiagnostics
{
    /// <summary>A mnemonic without a row in the instruction table. A warning: the rest of the unit can run, and a run that reaches it stops there.</summary>
    public static readonly AsmDiagnosticDescriptor UnknownMnemonic = new("EG0060", "Unknown instruction", AsmSeverity.Warning);

    /// <summary>Operands that the instruction does not take: too few, too many, or of the wrong kind.</summary>
    public static readonly AsmDiagnosticDescriptor OperandMismatch = new("EG0061", "Instruction does not take these operands", AsmSeverity.Error);

    /// <summary>Registers or a suffix that contradict each other about the operand size.</summary>
    public static readonly AsmDiagnosticDescriptor OperandSizeMismatch = new("EG0062", "Operand sizes do not agree", AsmSeverity.Error);

    /// <summary>Neither a suffix nor a register says how wide the operation is.</summary>
    public static readonly AsmDiagnosticDescriptor AmbiguousSize = new("EG0063", "Operand size is not known", AsmSeverity.Warning);

    /// <summary>A register that does not exist or cannot be used in 64-bit mode.</summary>
    public static readonly AsmDiagnosticDescriptor UnknownRegister = new("EG0064", "Unknown register", AsmSeverity.Error);

    /// <summary>An operand that cannot be read.</summary>
    public static readonly AsmDiagnosticDescriptor MalformedOperand = new("EG0065", "Operand cannot be read", AsmSeverity.Error);

    /// <summary>Intel syntax where AT&amp;T syntax is expected.</summary>
    public static readonly AsmDiagnosticDescriptor IntelSyntax = new("EG0066", "Intel syntax", AsmSeverity.Error);

    /// <summary>A number that does not fit the operand.</summary>
    public static readonly AsmDiagnosticDescriptor ValueOutOfRange = new("EG0067", "Value does not fit", AsmSeverity.Error);

    /// <summary>A prefix on an instruction that cannot have it.</summary>
    public static readonly AsmDiagnosticDescriptor InvalidPrefix = new("EG0068", "Prefix is not allowed here", AsmSeverity.Error);

    /// <summary>Bytes among the code that are no instruction EntryGen knows.</summary>
    public static readonly AsmDiagnosticDescriptor UnknownCodeBytes = new("EG0069", "Bytes in code cannot be decoded", AsmSeverity.Error);

    /// <summary><c>1f</c> or <c>1b</c> without such a label.</summary>
    public static readonly AsmDiagnosticDescriptor MissingLocalLabel = new("EG0070", "Numeric label not found", AsmSeverity.Error);

    /// <summary>A branch to something that is no place in code.</summary>
    public static readonly AsmDiagnosticDescriptor BadBranchTarget = new("EG0071", "Branch target is not code", AsmSeverity.Error);

    /// <summary>A record in .altinstructions that cannot be understood.</summary>
    public static readonly AsmDiagnosticDescriptor MalformedAlternative = new("EG0072", "Alternative cannot be understood", AsmSeverity.Error);

    /// <summary>A record in __ex_table that cannot be understood.</summary>
    public static readonly AsmDiagnosticDescriptor MalformedExceptionEntry = new("EG0073", "Exception table entry cannot be understood", AsmSeverity.Error);

    /// <summary>Two units define one global symbol.</summary>
    public static readonly AsmDiagnosticDescriptor DuplicateGlobal = new("EG0074", "Global symbol is defined twice", AsmSeverity.Error);

    /// <summary>An entry symbol that no unit defines.</summary>
    public static readonly AsmDiagnosticDescriptor UnknownEntry = new("EG0075", "Entry symbol is not defined", AsmSeverity.Error);

    /// <summary>A record of a table of notes (.discard.*, _kprobe_blacklist) that cannot be understood. The code runs without them.</summary>
    public static readonly AsmDiagnosticDescriptor MalformedNote = new("EG0076", "Note about the code cannot be understood", AsmSeverity.Warning);
}
