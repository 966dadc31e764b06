namespace EntryGen.Asm.Diagnostics;

/// <summary>Rules about macros and their arguments, EG1000 to EG1999. What keeps a call from being expanded is among <see cref="AssemblerDiagnostics"/>.</summary>
public static class MacroDiagnostics
{
    /// <summary>An argument by position for a parameter that is named elsewhere.</summary>
    public static readonly AsmDiagnosticDescriptor NotNamedAsElsewhere = new("EG1001", "Argument is not named as it is elsewhere", AsmSeverity.Warning);

    /// <summary>Two or more arguments, none of them named.</summary>
    public static readonly AsmDiagnosticDescriptor NotNamed = new("EG1002", "Arguments are not named", AsmSeverity.Info);

    /// <summary>A parameter that the body does not mention.</summary>
    public static readonly AsmDiagnosticDescriptor UnusedParameter = new("EG1003", "Macro parameter is not used", AsmSeverity.Info);

    /// <summary><c>\name</c> in a body whose macro has no such parameter.</summary>
    public static readonly AsmDiagnosticDescriptor UnknownParameter = new("EG1004", "Macro body uses a parameter that does not exist", AsmSeverity.Warning);

    /// <summary>One register given for two parameters, of which the macro overwrites one while it needs the other.</summary>
    public static readonly AsmDiagnosticDescriptor SameRegister = new("EG1005", "Same register for parameters that must differ", AsmSeverity.Warning);

    /// <summary>A scratch register whose value is read after the call.</summary>
    public static readonly AsmDiagnosticDescriptor LiveScratch = new("EG1006", "Scratch register holds a value that is still needed", AsmSeverity.Warning);

    /// <summary>RSP as the register of a macro that pushes, pops or calls.</summary>
    public static readonly AsmDiagnosticDescriptor StackPointerAsScratch = new("EG1007", "RSP is given to a macro that uses the stack", AsmSeverity.Warning);
}
