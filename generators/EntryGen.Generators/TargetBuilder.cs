using System.Text;
using EntryGen.Asm.Units;
using EntryGen.Generators.Emission;
using EntryGen.Surface;

namespace EntryGen.Generators;

/// <summary>Tells the emitter about the user's class.</summary>
internal static class TargetBuilder
{
    /// <summary>The target for a class.</summary>
    public static EmissionTarget Build(EntryClassModel model) => new()
    {
        UnitName = model.Hierarchy.MetadataName,
        Namespace = model.Hierarchy.Namespace.Length == 0 ? null : model.Hierarchy.Namespace,
        Types = [.. model.Hierarchy.Types.Select(type => new TargetType(type.Keywords, type.Name))],
        Entries = [.. Entries(model)],
        Functions = [.. model.Unit.Functions.Select(name => new FunctionBinding(name, Identifiers.Escape(name)))],
        PerCpu = [.. model.Properties.Select(property => Place(property, model.Unit.PerCpu.First(variable => variable.Name == property.Name)))],
        Constants = [.. model.Unit.Constants.Select(constant => constant.Name).Concat(model.Unit.Macros.Select(macro => macro.Name)).Select(Identifiers.Escape)],
    };

    private static PerCpuProperty Place(PerCpuPropertyModel property, PerCpuDeclaration variable) =>
        new(property.Modifiers, property.Type, Identifiers.Escape(property.Name), (ulong)variable.Place, variable.Size, variable.UserMapped);

    private static IEnumerable<TargetEntry> Entries(EntryClassModel model)
    {
        var taken = new HashSet<string>(model.TakenNames, StringComparer.Ordinal);
        foreach (var entry in model.Unit.Entries)
        {
            if (model.Methods.FirstOrDefault(method => method.Name == entry.Name) is { } method)
            {
                yield return new TargetEntry(method.Modifiers, Identifiers.Escape(method.Name), entry.Name, entry.Kind, method.Parameter, entry.Vector);
            }
            else if (taken.Add(entry.Name))
            {
                yield return new TargetEntry("public static", MethodName(entry.Name), entry.Name, entry.Kind, Vector: entry.Vector);
            }
        }
    }

    // A label may hold characters that an identifier may not (foo.cold).
    private static string MethodName(string label)
    {
        var name = new StringBuilder(label.Length + 1);
        foreach (var character in label)
        {
            name.Append(character == '_' || char.IsLetterOrDigit(character) ? character : '_');
        }

        if (name.Length == 0 || char.IsDigit(name[0]))
        {
            name.Insert(0, '_');
        }

        return Identifiers.Escape(name.ToString());
    }
}
