using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>What a formal parameter does when its argument is missing.</summary>
public enum MacroParameterKind
{
    /// <summary>Takes its default, or nothing.</summary>
    Optional,

    /// <summary><c>:req</c>: an error.</summary>
    Required,

    /// <summary><c>:vararg</c>: takes the rest of the line, commas and all.</summary>
    VarArg,
}

/// <summary>A formal parameter of a macro.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Whether it must be given.</param>
/// <param name="Default">The text after <c>=</c>; empty when there is none.</param>
public sealed record MacroParameter(TracedText Name, MacroParameterKind Kind, TracedText Default);

/// <summary>A macro as <c>.macro</c> defined it.</summary>
public sealed class MacroDefinition
{
    /// <summary>The name as written; calls ignore case.</summary>
    public required TracedText Name { get; init; }

    /// <summary>The parameters in order.</summary>
    public required IReadOnlyList<MacroParameter> Parameters { get; init; }

    /// <summary>The lines between <c>.macro</c> and <c>.endm</c>, raw.</summary>
    public required TracedText Body { get; init; }
}
