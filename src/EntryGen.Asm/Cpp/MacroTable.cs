using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>The preprocessor's macros at the end of a unit.</summary>
public sealed class MacroTable
{
    /// <summary>The names of all macros that are defined, predefined ones included, in no order that means anything.</summary>
    public IReadOnlyCollection<string> Names => [];

    /// <summary>The names that were expanded or tested by a conditional, defined or not, in ordinal order.</summary>
    public IReadOnlyCollection<string> Used => [];

    /// <summary>Looks a macro up.</summary>
    public bool TryGet(string name, out MacroInfo? macro)
    {
        macro = null;
        return false;
    }

    /// <summary>Expands an object-like macro and computes it as <c>#if</c> would; false when it is no integer constant expression.</summary>
    public bool TryEvaluate(string name, out long value)
    {
        value = 0;
        return false;
    }
}

/// <summary>One macro, as defined.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">The parameters of a function-like macro; null for an object-like one.</param>
/// <param name="IsVariadic">The last parameter takes all arguments that are left.</param>
/// <param name="Body">The replacement as written.</param>
/// <param name="Definition">The name in its definition; null for a predefined macro.</param>
public sealed record MacroInfo(string Name, IReadOnlyList<string>? Parameters, bool IsVariadic, TracedText Body, SourceSpan? Definition);
