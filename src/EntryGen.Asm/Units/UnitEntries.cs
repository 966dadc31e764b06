using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Units;

/// <summary>Compares what a unit declares with what its assembly has: entries with labels, models with calls.</summary>
internal static class UnitEntries
{
    /// <summary>The declared entries that the assembly defines; each other one is a finding.</summary>
    public static IReadOnlyList<string> Check(UnitDeclaration unit, AssemblyListing listing, List<UnitFinding> findings)
    {
        var labels = new HashSet<string>(
            listing.Statements.Where(statement => statement.Kind == StatementKind.Label).Select(statement => statement.Name), StringComparer.Ordinal);
        var defined = new List<string>();
        foreach (var entry in unit.Entries)
        {
            if (labels.Contains(entry.Name))
            {
                defined.Add(entry.Name);
                continue;
            }

            var diagnostic = new AsmDiagnostic(
                SurfaceDiagnostics.EntryNotDefined,
                $"'{unit.Source}' defines no label '{entry.Name}'." + NearestName.Suggest(entry.Name, labels),
                null);
            findings.Add(new UnitFinding(diagnostic, PlaceOf(unit, entry.Name), default));
        }

        return defined;
    }

    /// <summary>Finds models of C functions that no instruction reaches.</summary>
    public static void CheckFunctions(UnitDeclaration unit, Program program, List<UnitFinding> findings)
    {
        var functions = new HashSet<string>(
            program.Externals.Where(external => external.Kind == ExternalKind.Function).Select(external => external.Name), StringComparer.Ordinal);
        foreach (var function in unit.Functions.Where(name => !functions.Contains(name)))
        {
            var diagnostic = new AsmDiagnostic(
                SurfaceDiagnostics.FunctionNotCalled,
                $"No entry of '{unit.Name}' calls a C function '{function}'." + NearestName.Suggest(function, functions),
                null);
            findings.Add(new UnitFinding(diagnostic, new UnitPlace(UnitPart.Member, unit.Key, function), default));
        }
    }

    private static UnitPlace PlaceOf(UnitDeclaration unit, string entry)
    {
        var index = 0;
        foreach (var name in unit.NamedEntries)
        {
            if (name == entry)
            {
                return new UnitPlace(UnitPart.Declaration, unit.Key, "Entries", index);
            }

            index++;
        }

        return new UnitPlace(UnitPart.Member, unit.Key, entry);
    }
}
