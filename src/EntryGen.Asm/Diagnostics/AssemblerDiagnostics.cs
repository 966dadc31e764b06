namespace EntryGen.Asm.Diagnostics;

/// <summary>Mistakes that the assembler finds, EG0030 to EG0059: macros, conditionals, symbols, sections.</summary>
public static class AssemblerDiagnostics
{
    /// <summary><c>.macro</c>, <c>.rept</c> or <c>.irp</c> without its end.</summary>
    public static readonly AsmDiagnosticDescriptor UnterminatedBlock = new("EG0030", "Macro or repetition is not closed", AsmSeverity.Error);

    /// <summary><c>.if</c> without <c>.endif</c>.</summary>
    public static readonly AsmDiagnosticDescriptor UnterminatedConditional = new("EG0031", "Conditional is not closed", AsmSeverity.Error);

    /// <summary><c>.endm</c>, <c>.endr</c> or <c>.exitm</c> outside of what it ends.</summary>
    public static readonly AsmDiagnosticDescriptor StrayBlockEnd = new("EG0032", "Nothing is open that this closes", AsmSeverity.Error);

    /// <summary><c>.else</c>, <c>.elseif</c> or <c>.endif</c> without <c>.if</c>, or a second <c>.else</c>.</summary>
    public static readonly AsmDiagnosticDescriptor StrayConditional = new("EG0033", "No conditional is open here", AsmSeverity.Error);

    /// <summary><c>.popsection</c> or <c>.previous</c> with nothing to return to.</summary>
    public static readonly AsmDiagnosticDescriptor UnbalancedSection = new("EG0034", "No section to return to", AsmSeverity.Error);

    /// <summary>A keyword argument names no parameter.</summary>
    public static readonly AsmDiagnosticDescriptor UnknownArgument = new("EG0035", "Macro has no such parameter", AsmSeverity.Error);

    /// <summary>A <c>:req</c> parameter got nothing.</summary>
    public static readonly AsmDiagnosticDescriptor MissingArgument = new("EG0036", "Required macro argument is missing", AsmSeverity.Error);

    /// <summary>More arguments than parameters.</summary>
    public static readonly AsmDiagnosticDescriptor TooManyArguments = new("EG0037", "Too many macro arguments", AsmSeverity.Error);

    /// <summary>A positional argument after a keyword argument.</summary>
    public static readonly AsmDiagnosticDescriptor PositionalAfterKeyword = new("EG0038", "Positional argument after a keyword argument", AsmSeverity.Error);

    /// <summary>An argument given twice.</summary>
    public static readonly AsmDiagnosticDescriptor RepeatedArgument = new("EG0039", "Macro argument is given twice", AsmSeverity.Warning);

    /// <summary>A <c>.macro</c> line that cannot be read.</summary>
    public static readonly AsmDiagnosticDescriptor MalformedMacro = new("EG0040", "Macro definition cannot be read", AsmSeverity.Error);

    /// <summary>A macro defined twice.</summary>
    public static readonly AsmDiagnosticDescriptor DuplicateMacro = new("EG0041", "Macro is already defined", AsmSeverity.Error);

    /// <summary>An expansion that passes one of the bounds of <see cref="Gas.AssemblerOptions"/>.</summary>
    public static readonly AsmDiagnosticDescriptor ExpansionBound = new("EG0042", "Expansion does not end or is too large", AsmSeverity.Error);

    /// <summary>Text that is no expression.</summary>
    public static readonly AsmDiagnosticDescriptor MalformedExpression = new("EG0043", "Expression cannot be read", AsmSeverity.Error);

    /// <summary>An expression whose value must be known while reading, and is not.</summary>
    public static readonly AsmDiagnosticDescriptor NotConstant = new("EG0044", "Expression must be constant here", AsmSeverity.Error);

    /// <summary>A comparison of an undefined symbol, which GNU as takes for false.</summary>
    public static readonly AsmDiagnosticDescriptor UndefinedInCondition = new("EG0045", "Condition depends on an undefined symbol", AsmSeverity.Warning);

    /// <summary>A label or symbol defined twice.</summary>
    public static readonly AsmDiagnosticDescriptor DuplicateSymbol = new("EG0046", "Symbol is already defined", AsmSeverity.Error);

    /// <summary>A name with a dot that is no directive and no macro.</summary>
    public static readonly AsmDiagnosticDescriptor UnknownDirective = new("EG0047", "Unknown directive", AsmSeverity.Error);

    /// <summary>A directive that EntryGen does not carry out.</summary>
    public static readonly AsmDiagnosticDescriptor UnsupportedDirective = new("EG0048", "Directive is not supported", AsmSeverity.Error);

    /// <summary>A statement or operand of a directive that cannot be read.</summary>
    public static readonly AsmDiagnosticDescriptor MalformedStatement = new("EG0049", "Statement cannot be read", AsmSeverity.Error);

    /// <summary><c>.error</c> or <c>.err</c>.</summary>
    public static readonly AsmDiagnosticDescriptor UserError = new("EG0050", "Error raised by the assembly", AsmSeverity.Error);

    /// <summary><c>.warning</c>.</summary>
    public static readonly AsmDiagnosticDescriptor UserWarning = new("EG0051", "Warning raised by the assembly", AsmSeverity.Warning);

    /// <summary>More diagnostics than are kept.</summary>
    public static readonly AsmDiagnosticDescriptor TooManyDiagnostics = new("EG0052", "Too many mistakes", AsmSeverity.Error);
}
