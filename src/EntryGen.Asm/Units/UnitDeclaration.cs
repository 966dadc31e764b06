namespace EntryGen.Asm.Units;

/// <summary>One assembly unit as its author declares it: names, texts and numbers, nothing read yet.</summary>
/// <remarks>
/// Equal by value. A unit's meaning is a pure function of this and of the files it reaches (<see cref="UnitInputs"/>),
/// so hosts that must not repeat work compare inputs and never results.
/// </remarks>
public sealed record UnitDeclaration
{
    /// <summary>The name shown to people, for a class its name without the namespace.</summary>
    public required string Name { get; init; }

    /// <summary>Distinguishes units of the same <see cref="Name"/>, for a class its metadata name.</summary>
    public required string Key { get; init; }

    /// <summary>Path suffix of the file that is the unit, or null when the unit is written in <see cref="Macros"/> and <see cref="Entries"/>.</summary>
    public string? Source { get; init; }

    /// <summary>Macros in the order of their declaration.</summary>
    public EquatableArray<MacroDeclaration> Macros { get; init; }

    /// <summary>Entries in the order of their declaration.</summary>
    public EquatableArray<EntryDeclaration> Entries { get; init; }

    /// <summary>The names of entries as the declaration lists them apart from members, so that a finding can point into the list.</summary>
    public EquatableArray<string> NamedEntries { get; init; }

    /// <summary>Assembler symbols with a constant value.</summary>
    public EquatableArray<ConstantDeclaration> Constants { get; init; }

    /// <summary>Per-CPU variables.</summary>
    public EquatableArray<PerCpuDeclaration> PerCpu { get; init; }

    /// <summary>Names of C functions that have a model.</summary>
    public EquatableArray<string> Functions { get; init; }

    /// <summary>Units whose macros, constants and per-CPU variables are seen too, in order; already closed over their own includes.</summary>
    public EquatableArray<UnitDeclaration> Includes { get; init; }

    /// <summary>Preprocessor symbols of all units of a project, defined before <see cref="Defines"/>.</summary>
    public EquatableArray<string> ProjectDefines { get; init; }

    /// <summary>Preprocessor symbols, each <c>NAME</c> or <c>NAME=value</c>.</summary>
    public EquatableArray<string> Defines { get; init; }

    /// <summary>Directories searched for includes, as parts of paths.</summary>
    public EquatableArray<string> IncludeDirectories { get; init; }

    /// <summary>Whether the user half of the page tables maps the stacks of tasks too.</summary>
    public bool UserMapsThreadStack { get; init; }
}

/// <summary>A GNU as macro.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Signature">The formals, as after <c>.macro NAME</c>.</param>
/// <param name="Body">The lines between <c>.macro</c> and <c>.endm</c>.</param>
public sealed record MacroDeclaration(string Name, string Signature, string Body);

/// <summary>A label at which execution may start.</summary>
/// <param name="Name">The label.</param>
/// <param name="Kind">How it is reached: a name of <c>EntryGen.EntryKind</c>.</param>
/// <param name="Assembly">The instructions after the label; null when the unit's file defines it.</param>
/// <param name="Vector">The IDT vector; null when none is given.</param>
public sealed record EntryDeclaration(string Name, string Kind, string? Assembly, byte? Vector = null)
{
    /// <summary>The kind of an entry about which nothing is said.</summary>
    public const string DefaultKind = "Call";
}

/// <summary>An assembler symbol with a constant value.</summary>
/// <param name="Name">The symbol.</param>
/// <param name="Value">Its value; unsigned 64-bit constants keep their bits.</param>
public sealed record ConstantDeclaration(string Name, long Value);

/// <summary>A per-CPU variable.</summary>
/// <param name="Name">The symbol, whose value is the offset from the per-CPU base.</param>
/// <param name="Offset">The offset in bytes, or null when none is given.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="UserMapped">Whether the user half of the page tables maps it.</param>
public sealed record PerCpuDeclaration(string Name, int? Offset, int Size, bool UserMapped)
{
    /// <summary>Its offset in bytes from the per-CPU base: the one given, otherwise one that follows from the name.</summary>
    /// <remarks>Several units may name one variable, each read without knowing the others, and all must mean the same bytes.</remarks>
    public long Place => Offset ?? PerCpuPlaces.Of(this);
}
