namespace EntryGen;

/// <summary>Marks a partial class as one assembly unit; the generator writes an emulator for its entries.</summary>
/// <remarks>
/// The unit is either written in the class (<see cref="MacroAttribute"/>, <see cref="EntryAttribute"/>) or taken unchanged from an
/// AdditionalFiles item (<see cref="Source"/>). Integral C# constants of the class are assembler symbols of the same name.
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class EntryCodeAttribute : Attribute
{
    /// <summary>A path suffix that names exactly one AdditionalFiles item (<c>entry_64.S</c>); its quoted includes resolve among the AdditionalFiles too.</summary>
    public string? Source { get; set; }

    /// <summary>Symbols of <see cref="Source"/> at which execution may start. For each one that has no partial method of that name the generator adds one.</summary>
    public string[] Entries { get; set; } = [];

    /// <summary>Classes marked <c>[EntryCode]</c> whose macros, constants and per-CPU variables this unit sees too.</summary>
    public Type[] Include { get; set; } = [];

    /// <summary>Preprocessor symbols, each <c>NAME</c> or <c>NAME=value</c>.</summary>
    public string[] Defines { get; set; } = [];

    /// <summary>Directories searched for includes, as path parts of AdditionalFiles items (<c>arch/x86/include</c>), in order.</summary>
    public string[] IncludeDirectories { get; set; } = [];

    /// <summary>Whether the user half of the page tables maps the stacks of tasks too. Linux maps entry and IST stacks only.</summary>
    public bool UserMapsThreadStack { get; set; }
}
