using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Units;
using Microsoft.CodeAnalysis;

namespace EntryGen.Surface;

/// <summary>Finds declarations that C# keeps apart and the assembler does not.</summary>
internal static class DuplicateNames
{
    /// <summary>Reports the second of two declarations of one name: on the member when it is the class's own, otherwise on the attribute that includes it.</summary>
    public static void Check(INamedTypeSymbol type, UnitDeclaration unit, AttributeValues attribute, ISurfaceSink sink, CancellationToken cancellation)
    {
        // GNU as looks macros up without regard to case (macro.c: the name is folded when it is defined and when it is used).
        var macros = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var symbols = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in unit.Includes.Append(unit))
        {
            foreach (var macro in part.Macros)
            {
                Declare(macros, macro.Name, part);
            }

            foreach (var symbol in part.Constants.Select(constant => constant.Name)
                .Concat(part.PerCpu.Select(variable => variable.Name))
                .Concat(part.Entries.Select(entry => entry.Name)))
            {
                Declare(symbols, symbol, part);
            }
        }

        void Declare(Dictionary<string, string> names, string name, UnitDeclaration part)
        {
            var declared = $"{part.Name}.{name}";
            if (!names.TryGetValue(name, out var first))
            {
                names.Add(name, declared);
                return;
            }

            var location = ReferenceEquals(part, unit)
                ? type.GetMembers(name).FirstOrDefault()?.Locations.FirstOrDefault()
                : null;
            sink.Report(
                SurfaceDiagnostics.DuplicateName,
                $"'{declared}' and '{first}' are one name to the assembler; rename one of them",
                location ?? attribute.NamedLocation("Include", cancellation));
        }
    }
}
