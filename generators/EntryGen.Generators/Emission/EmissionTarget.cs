namespace EntryGen.Generators.Emission;

/// <summary>Where an emulator is written to and what it has to tie in: everything about the user's class, nothing about the assembly.</summary>
public sealed record EmissionTarget
{
    /// <summary>The unit's name, shown in traces and messages; the class's name in full.</summary>
    public required string UnitName { get; init; }

    /// <summary>The namespace of the outermost type; null for the global one.</summary>
    public string? Namespace { get; init; }

    /// <summary>The type declarations around the generated members, outermost first; the last one is the unit's class.</summary>
    public required IReadOnlyList<TargetType> Types { get; init; }

    /// <summary>Where execution may start.</summary>
    public IReadOnlyList<TargetEntry> Entries { get; init; } = [];

    /// <summary>C functions with a model in the class.</summary>
    public IReadOnlyList<FunctionBinding> Functions { get; init; } = [];

    /// <summary>Per-CPU variables that are properties of the class.</summary>
    public IReadOnlyList<PerCpuProperty> PerCpu { get; init; } = [];

    /// <summary>C# constants (macros among them) that the assembly uses: mentioned by <c>nameof</c>, so that the compiler sees the use. Each is an expression valid in the class.</summary>
    public IReadOnlyList<string> Constants { get; init; } = [];
}

/// <summary>One partial type declaration.</summary>
/// <param name="Keywords">What stands before the name, for example <c>static partial class</c>.</param>
/// <param name="Name">The name, with type parameters if it has any.</param>
public sealed record TargetType(string Keywords, string Name);

/// <summary>An entry and the method that starts it.</summary>
/// <param name="Modifiers">The method's modifiers: those of the user's declaration (<c>public static partial</c>), or without <c>partial</c> for a method that the generator adds.</param>
/// <param name="Method">The method's name.</param>
/// <param name="Symbol">The label at which execution starts.</param>
/// <param name="Kind">A member of <c>EntryGen.EntryKind</c>.</param>
/// <param name="Parameter">The name of the <c>ref Cpu</c> parameter.</param>
/// <param name="Vector">The IDT vector; null when none is declared.</param>
public sealed record TargetEntry(string Modifiers, string Method, string Symbol, string Kind, string Parameter = "cpu", byte? Vector = null);

/// <summary>A C function that the assembly calls and its model.</summary>
/// <param name="Symbol">The function's name in the assembly.</param>
/// <param name="Method">The static method of shape <c>void (ref Cpu)</c>; an expression valid in the class.</param>
public sealed record FunctionBinding(string Symbol, string Method);

/// <summary>A partial property that stands for a per-CPU variable.</summary>
/// <param name="Modifiers">The modifiers of the user's declaration.</param>
/// <param name="Type">The property's type, fully qualified: <c>global::EntryGen.PerCpu&lt;ushort&gt;</c>.</param>
/// <param name="Name">The property's name, which is the symbol.</param>
/// <param name="Offset">Offset in bytes from the per-CPU base.</param>
/// <param name="Size">Size in bytes; 0 for that of the type argument.</param>
/// <param name="UserMapped">Whether the user half of the page tables maps it.</param>
public sealed record PerCpuProperty(string Modifiers, string Type, string Name, ulong Offset, int Size = 0, bool UserMapped = false)
{
    /// <summary>The implementing half of the property.</summary>
    internal string Implementation =>
        $"{Modifiers} {Type} {Name} => new(0x{Offset:x}L, {Size}, {(UserMapped ? "true" : "false")});";
}
