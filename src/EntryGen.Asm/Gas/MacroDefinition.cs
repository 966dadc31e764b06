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
/// <param name="Definition">Where it was written.</param>
public sealed record MacroParameter(string Name, MacroParameterKind Kind, TracedText Default, SourceSpan? Definition);

/// <summary>A macro as <c>.macro</c> defined it.</summary>
public sealed class MacroDefinition
{
    private MacroTemplate? _template;
    private MacroTemplate? _alternateTemplate;

    /// <summary>The name as written; calls ignore case.</summary>
    public required string Name { get; init; }

    /// <summary>The name where it was written.</summary>
    public SourceSpan? Definition { get; init; }

    /// <summary>The parameters in order.</summary>
    public required IReadOnlyList<MacroParameter> Parameters { get; init; }

    /// <summary>The lines between <c>.macro</c> and <c>.endm</c>.</summary>
    public required TracedText Body { get; init; }

    /// <summary>The index of a parameter, or -1. Parameter names have case.</summary>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    // Bodies are taken apart at the first call: a macro that is never called may hold anything.
    internal MacroTemplate Template(bool alternate) => alternate
        ? _alternateTemplate ??= MacroTemplate.Parse(Body, Parameters, alternate: true)
        : _template ??= MacroTemplate.Parse(Body, Parameters, alternate: false);
}
