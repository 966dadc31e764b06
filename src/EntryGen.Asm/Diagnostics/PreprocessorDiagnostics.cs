using EntryGen.Asm.Text;

namespace EntryGen.Asm.Diagnostics;

/// <summary>The assembly cannot be read. EG0001 to EG0029: files and the preprocessor.</summary>
public static partial class ReaderDiagnostics
{
    /// <summary>An <c>#include</c> names a file that no directory of the search path holds.</summary>
    public static readonly AsmDiagnosticDescriptor IncludeNotFound = new("EG0001", "Included file not found", AsmSeverity.Error);

    /// <summary>Files include each other deeper than <c>MaxIncludeDepth</c>, mostly because one includes itself.</summary>
    public static readonly AsmDiagnosticDescriptor IncludeTooDeep = new("EG0002", "Includes nest too deeply", AsmSeverity.Error);

    /// <summary>A directive does not have the form it needs.</summary>
    public static readonly AsmDiagnosticDescriptor DirectiveMalformed = new("EG0003", "Preprocessor directive is malformed", AsmSeverity.Error);

    /// <summary>Text stands behind a complete directive.</summary>
    public static readonly AsmDiagnosticDescriptor DirectiveExtraTokens = new("EG0004", "Extra text after a directive", AsmSeverity.Warning);

    /// <summary>The file ends inside an <c>#if</c>.</summary>
    public static readonly AsmDiagnosticDescriptor ConditionalUnterminated = new("EG0005", "Conditional has no #endif", AsmSeverity.Error);

    /// <summary><c>#else</c>, <c>#elif</c> or <c>#endif</c> where no <c>#if</c> is open, or after the <c>#else</c>.</summary>
    public static readonly AsmDiagnosticDescriptor ConditionalMisplaced = new("EG0006", "Conditional directive is misplaced", AsmSeverity.Error);

    /// <summary>The condition of <c>#if</c> or <c>#elif</c> is no integer constant expression.</summary>
    public static readonly AsmDiagnosticDescriptor ConditionInvalid = new("EG0007", "Condition cannot be evaluated", AsmSeverity.Error);

    /// <summary>An <c>#error</c> that is reached.</summary>
    public static readonly AsmDiagnosticDescriptor ErrorDirective = new("EG0008", "#error", AsmSeverity.Error);

    /// <summary>A <c>#warning</c> that is reached.</summary>
    public static readonly AsmDiagnosticDescriptor WarningDirective = new("EG0009", "#warning", AsmSeverity.Warning);

    /// <summary>The file ends inside a comment.</summary>
    public static readonly AsmDiagnosticDescriptor CommentUnterminated = new("EG0010", "Comment is not closed", AsmSeverity.Error);

    /// <summary>A <c>#define</c> or <c>#undef</c> that cannot be read.</summary>
    public static readonly AsmDiagnosticDescriptor DefinitionMalformed = new("EG0011", "Macro definition is malformed", AsmSeverity.Error);

    /// <summary>A macro is defined again with another replacement, or a built-in macro is changed.</summary>
    public static readonly AsmDiagnosticDescriptor MacroRedefined = new("EG0012", "Macro is defined differently again", AsmSeverity.Warning);

    /// <summary>A call of a function-like macro passes too few or too many arguments.</summary>
    public static readonly AsmDiagnosticDescriptor ArgumentCount = new("EG0013", "Wrong number of macro arguments", AsmSeverity.Error);

    /// <summary>The arguments of a macro call are not closed.</summary>
    public static readonly AsmDiagnosticDescriptor ArgumentsUnterminated = new("EG0014", "Macro arguments are not closed", AsmSeverity.Error);

    /// <summary>A bound of <c>PreprocessorOptions</c> was reached; what is beyond it was not read.</summary>
    public static readonly AsmDiagnosticDescriptor PreprocessorBound = new("EG0015", "Input exceeds a bound of the preprocessor", AsmSeverity.Error);

    /// <summary>A macro of the command line that cannot be read.</summary>
    public static readonly AsmDiagnosticDescriptor DefineOptionMalformed = new("EG0016", "Definition on the command line cannot be read", AsmSeverity.Error);

    internal static AsmDiagnostic UnterminatedComment(SourceSpan span) =>
        new(CommentUnterminated, "this comment is never closed: expected '*/' before the end of the file", span);
}
