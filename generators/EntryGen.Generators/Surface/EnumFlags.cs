using Microsoft.CodeAnalysis;

namespace EntryGen.Surface;

/// <summary>Values of enums that are sets of flags, as C# writes them.</summary>
internal static class EnumFlags
{
    /// <summary>The flags of a value joined by <c>|</c>, fully qualified; null when a bit of it has no name.</summary>
    /// <param name="type">The enum.</param>
    /// <param name="value">The value.</param>
    public static string? Write(ITypeSymbol type, object? value)
    {
        if (ConstantValue.AsInteger(value) is not { } bits)
        {
            return null;
        }

        var prefix = type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) + ".";
        var members = type.GetMembers().OfType<IFieldSymbol>()
            .Where(field => field.HasConstantValue)
            .Select(field => (field.Name, Value: ConstantValue.AsInteger(field.ConstantValue) ?? 0))
            .ToList();
        if (members.FirstOrDefault(member => member.Value == bits).Name is { } name)
        {
            return prefix + name;
        }

        var flags = members.Where(member => member.Value != 0 && (member.Value & (member.Value - 1)) == 0 && (member.Value & bits) != 0).ToList();
        return flags.Aggregate(0L, (all, flag) => all | flag.Value) == bits ? string.Join(" | ", flags.Select(flag => prefix + flag.Name)) : null;
    }
}
