using System.Globalization;
using EntryGen.Asm.Text;
using EntryGen.Asm.Units;

namespace EntryGen.Generators;

/// <summary>Names of generated files: the class's metadata name. The compiler holds names that differ in case only for one, as file systems may.</summary>
internal static class HintNames
{
    /// <summary>The names that another one equals but for case, in ordinal order.</summary>
    public static EquatableArray<string> FindClashes(IEnumerable<string> names) => new(names
        .Distinct(StringComparer.Ordinal)
        .GroupBy(name => name, StringComparer.OrdinalIgnoreCase)
        .Where(group => group.Skip(1).Any())
        .SelectMany(group => group)
        .OrderBy(name => name, StringComparer.Ordinal));

    /// <summary>The file name of a class; one that clashes gets its hash.</summary>
    /// <param name="metadataName">The class.</param>
    /// <param name="clashes">The names that clash.</param>
    /// <param name="part">What of the class is in the file; empty for its emulator.</param>
    public static string Of(string metadataName, EquatableArray<string> clashes, string part = "") =>
        clashes.Contains(metadataName, StringComparer.Ordinal)
            ? $"{metadataName}.{StableHash.Of(metadataName).ToString("x8", CultureInfo.InvariantCulture)}{part}.g.cs"
            : metadataName + part + ".g.cs";
}
