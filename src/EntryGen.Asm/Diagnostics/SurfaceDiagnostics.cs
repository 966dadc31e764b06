namespace EntryGen.Asm.Diagnostics;

/// <summary>Mistakes in how a unit is declared in C#, EG0100 to EG0129: found before any assembly is read.</summary>
public static class SurfaceDiagnostics
{
    /// <summary>An <c>[EntryCode]</c> class to which nothing can be added.</summary>
    public static readonly AsmDiagnosticDescriptor ClassNotPartial = new("EG0100", "Entry code class must be partial", AsmSeverity.Error);

    /// <summary>An <c>[Entry]</c> method that cannot hold an emulator.</summary>
    public static readonly AsmDiagnosticDescriptor EntryMethodShape = new("EG0101", "Entry method has the wrong shape", AsmSeverity.Error);

    /// <summary>A <c>[Macro]</c> field whose value is not known at compile time.</summary>
    public static readonly AsmDiagnosticDescriptor MacroNotConstant = new("EG0102", "Macro must be a string constant", AsmSeverity.Error);

    /// <summary>A <c>[PerCpu]</c> property that cannot name a per-CPU variable.</summary>
    public static readonly AsmDiagnosticDescriptor PerCpuPropertyShape = new("EG0103", "Per-CPU property has the wrong shape", AsmSeverity.Error);

    /// <summary>A <c>[CFunction]</c> method that cannot be called as a C function.</summary>
    public static readonly AsmDiagnosticDescriptor FunctionShape = new("EG0104", "C function model has the wrong shape", AsmSeverity.Error);

    /// <summary>Two declarations that are one name to the assembler.</summary>
    public static readonly AsmDiagnosticDescriptor DuplicateName = new("EG0105", "Name is declared twice", AsmSeverity.Error);

    /// <summary><c>Source</c> fits no AdditionalFiles item.</summary>
    public static readonly AsmDiagnosticDescriptor SourceNotFound = new("EG0106", "Source file not found", AsmSeverity.Error);

    /// <summary><c>Source</c> fits more than one AdditionalFiles item.</summary>
    public static readonly AsmDiagnosticDescriptor SourceAmbiguous = new("EG0107", "Source file is ambiguous", AsmSeverity.Error);

    /// <summary>A unit that is a file and also written in C#.</summary>
    public static readonly AsmDiagnosticDescriptor SourceWithLiterals = new("EG0108", "Assembly in a class that has a Source", AsmSeverity.Error);

    /// <summary>An entry without instructions.</summary>
    public static readonly AsmDiagnosticDescriptor EntryWithoutAssembly = new("EG0109", "Entry has no assembly", AsmSeverity.Error);

    /// <summary>An entry that the unit's file does not define.</summary>
    public static readonly AsmDiagnosticDescriptor EntryNotDefined = new("EG0110", "Entry is not defined by the source", AsmSeverity.Error);

    /// <summary><c>Entries</c> on a class without <c>Source</c>.</summary>
    public static readonly AsmDiagnosticDescriptor EntriesWithoutSource = new("EG0111", "Entries need a Source", AsmSeverity.Error);

    /// <summary><c>Include</c> names a class that is no unit.</summary>
    public static readonly AsmDiagnosticDescriptor IncludeIsNoUnit = new("EG0112", "Included class is not entry code", AsmSeverity.Error);

    /// <summary>A preprocessor definition that is not <c>NAME</c> or <c>NAME=value</c>.</summary>
    public static readonly AsmDiagnosticDescriptor DefineMalformed = new("EG0113", "Preprocessor definition cannot be read", AsmSeverity.Error);

    /// <summary>A member attribute in a class that is not <c>[EntryCode]</c>.</summary>
    public static readonly AsmDiagnosticDescriptor StrayAttribute = new("EG0114", "Attribute has no effect outside entry code", AsmSeverity.Warning);

    /// <summary>A C function model that nothing calls.</summary>
    public static readonly AsmDiagnosticDescriptor FunctionNotCalled = new("EG0115", "C function model is never called", AsmSeverity.Warning);

    /// <summary>The consumer compiles with a language version that generated code does not fit.</summary>
    public static readonly AsmDiagnosticDescriptor LanguageVersion = new("EG0116", "Entry code needs C# 13", AsmSeverity.Error);

    /// <summary>Two per-CPU variables at one place.</summary>
    public static readonly AsmDiagnosticDescriptor PerCpuOverlap = new("EG0117", "Per-CPU variables overlap", AsmSeverity.Error);

    /// <summary>A member with the name of one that is generated.</summary>
    public static readonly AsmDiagnosticDescriptor GeneratedName = new("EG0118", "Name is taken by generated code", AsmSeverity.Error);

    /// <summary>An argument of <c>[Scenario]</c> that names what is not there, or is out of range.</summary>
    public static readonly AsmDiagnosticDescriptor ScenarioArgument = new("EG0119", "Scenario cannot be understood", AsmSeverity.Error);

    /// <summary>A <c>[ScenarioProperty]</c> method that cannot be asked.</summary>
    public static readonly AsmDiagnosticDescriptor ScenarioPropertyShape = new("EG0120", "Scenario property has the wrong shape", AsmSeverity.Error);

    /// <summary>A defect of EntryGen itself: the unit could not be read for a reason that is not its author's.</summary>
    public static readonly AsmDiagnosticDescriptor ReaderFailed = new("EG0129", "EntryGen failed on this unit", AsmSeverity.Error);
}
