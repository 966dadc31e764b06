using EntryGen.Asm.Units;

namespace EntryGen.Surface;

/// <summary>An <c>[EntryCode]</c> class as strings and numbers: all that generation depends on. Equal by value.</summary>
/// <param name="HintName">Name of the generated file.</param>
/// <param name="Hierarchy">How to open the class again.</param>
/// <param name="Unit">The assembly it declares.</param>
/// <param name="Methods">Partial methods that wait for a body.</param>
/// <param name="Properties">Partial per-CPU properties that wait for a body.</param>
/// <param name="Functions">Methods that model C functions.</param>
internal sealed record EntryClassModel(
    string HintName,
    TypeHierarchy Hierarchy,
    UnitDeclaration Unit,
    EquatableArray<EntryMethodModel> Methods,
    EquatableArray<PerCpuPropertyModel> Properties,
    EquatableArray<string> Functions);

/// <summary>A partial method <c>Stop name(ref Cpu cpu)</c>.</summary>
/// <param name="Name">The entry's label.</param>
/// <param name="Modifiers">The modifiers as written, <c>partial</c> last.</param>
/// <param name="Parameter">The parameter without its type's name: modifiers and identifier are the user's.</param>
internal sealed record EntryMethodModel(string Name, string Modifiers, EntryParameter Parameter);

/// <summary>The parameter of an entry method.</summary>
/// <param name="Modifiers"><c>ref</c> or <c>scoped ref</c>.</param>
/// <param name="Name">Its name as written.</param>
internal sealed record EntryParameter(string Modifiers, string Name);

/// <summary>A partial property of type <c>PerCpu&lt;T&gt;</c>.</summary>
/// <param name="Name">The per-CPU variable.</param>
/// <param name="Modifiers">The modifiers as written, <c>partial</c> last.</param>
/// <param name="Type">The property's type, fully qualified.</param>
internal sealed record PerCpuPropertyModel(string Name, string Modifiers, string Type);
