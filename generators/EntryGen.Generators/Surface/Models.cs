using EntryGen.Asm.Units;

namespace EntryGen.Surface;

/// <summary>An <c>[EntryCode]</c> class as strings and numbers: all that generation depends on. Equal by value.</summary>
/// <param name="Hierarchy">How to open the class again.</param>
/// <param name="Unit">The assembly it declares.</param>
/// <param name="Methods">Partial methods that wait for a body.</param>
/// <param name="Properties">Partial per-CPU properties that wait for a body.</param>
/// <param name="TakenNames">Names of other members: an entry called so gets no method of its own.</param>
/// <param name="Misshapen">The other halves of partial members that have the wrong shape.</param>
internal sealed record EntryClassModel(
    TypeHierarchy Hierarchy,
    UnitDeclaration Unit,
    EquatableArray<EntryMethodModel> Methods,
    EquatableArray<PerCpuPropertyModel> Properties,
    EquatableArray<string> TakenNames,
    EquatableArray<string> Misshapen);

/// <summary>A partial method <c>Stop name(ref Cpu cpu)</c>.</summary>
/// <param name="Name">The entry's label.</param>
/// <param name="Modifiers">The modifiers as written.</param>
/// <param name="Parameter">The parameter's name as an identifier.</param>
internal sealed record EntryMethodModel(string Name, string Modifiers, string Parameter);

/// <summary>A partial property of type <c>PerCpu&lt;T&gt;</c>.</summary>
/// <param name="Name">The per-CPU variable.</param>
/// <param name="Modifiers">The modifiers as written.</param>
/// <param name="Type">The property's type, fully qualified.</param>
internal sealed record PerCpuPropertyModel(string Name, string Modifiers, string Type);
