using EntryGen.Asm.Diagnostics;

namespace EntryGen.Asm.Units;

/// <summary>The texts of a unit in which something can be found.</summary>
public enum UnitPart
{
    /// <summary>A macro's signature; owner is the unit's key, member the macro.</summary>
    MacroSignature,

    /// <summary>A macro's body; owner is the unit's key, member the macro.</summary>
    MacroBody,

    /// <summary>An entry's instructions; owner is the unit's key, member the entry.</summary>
    EntryAssembly,

    /// <summary>A file; owner is its path as the host names it.</summary>
    File,

    /// <summary>The declaration of the unit itself; owner is the unit's key, member the argument (<c>Source</c>, <c>Entries</c>, empty for all of it), start the element.</summary>
    Declaration,

    /// <summary>A member of the unit; owner is the unit's key, member its name.</summary>
    Member,
}

/// <summary>A place in what the author wrote, in terms the host can find again.</summary>
/// <param name="Part">The kind of text.</param>
/// <param name="Owner">The unit or file.</param>
/// <param name="Member">The member, empty for a file.</param>
/// <param name="Start">Offset of the first character.</param>
/// <param name="Length">Number of characters.</param>
public sealed record UnitPlace(UnitPart Part, string Owner, string Member = "", int Start = 0, int Length = 0)
{
    /// <summary>For a file with line markers: where the characters were written. Null elsewhere.</summary>
    public ImportedPlace? Imported { get; init; }
}

/// <summary>A place in a file that was imported into another.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
public sealed record ImportedPlace(string Path, int Line, int Column);

/// <summary>Something found in a unit, with the places the author knows.</summary>
/// <param name="Diagnostic">What was found.</param>
/// <param name="Place">Where to show it.</param>
/// <param name="Calls">The macro calls that led there, innermost first; empty at top level.</param>
public sealed record UnitFinding(AsmDiagnostic Diagnostic, UnitPlace Place, EquatableArray<UnitPlace> Calls)
{
    /// <summary>The way to it, from an entry on: the steps of <see cref="FindingDetail.Path"/> that are in what the author wrote, each once.</summary>
    public EquatableArray<UnitPlace> Steps { get; init; }

    /// <summary>The fix, when all that it changes is in what the author wrote; null otherwise.</summary>
    public UnitFix? Fix { get; init; }
}

/// <summary>A fix in terms of places.</summary>
/// <param name="Title">What it does.</param>
/// <param name="Edits">The changes.</param>
public sealed record UnitFix(string Title, EquatableArray<UnitEdit> Edits);

/// <summary>One change.</summary>
/// <param name="Place">The characters that are replaced.</param>
/// <param name="Replacement">What stands there instead, before a host writes it in the form of its text.</param>
public sealed record UnitEdit(UnitPlace Place, string Replacement);
