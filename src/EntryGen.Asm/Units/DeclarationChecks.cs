using EntryGen.Asm.Diagnostics;

namespace EntryGen.Asm.Units;

/// <summary>Checks a declaration before any text of it is read: names that are one to the assembler, places that overlap, definitions that are none.</summary>
internal static class DeclarationChecks
{
    /// <summary>What is wrong, in the order of declaration.</summary>
    public static IEnumerable<UnitFinding> Check(UnitDeclaration unit) =>
        CheckNames(unit).Concat(CheckEntries(unit)).Concat(CheckPerCpu(unit)).Concat(CheckDefines(unit));

    private static IEnumerable<UnitFinding> CheckNames(UnitDeclaration unit)
    {
        // GNU as looks macros up without regard to case (it folds the name when a macro is defined and when it is used).
        var macros = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var symbols = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in unit.Includes.Append(unit))
        {
            var declared = part.Macros.Select(macro => (macro.Name, Names: macros))
                .Concat(part.Constants.Select(constant => constant.Name)
                    .Concat(part.PerCpu.Select(variable => variable.Name))
                    .Concat(part.Entries.Select(entry => entry.Name))
                    .Select(name => (Name: name, Names: symbols)));
            foreach (var (name, names) in declared)
            {
                if (names.TryGetValue(name, out var first))
                {
                    yield return Find(
                        SurfaceDiagnostics.DuplicateName,
                        $"'{part.Name}.{name}' and '{first}' are one name to the assembler; rename one of them.",
                        PlaceOf(unit, part, name));
                }
                else
                {
                    names.Add(name, $"{part.Name}.{name}");
                }
            }
        }
    }

    private static IEnumerable<UnitFinding> CheckEntries(UnitDeclaration unit) =>
        unit.Entries
            .Where(entry => unit.Source is null && string.IsNullOrWhiteSpace(entry.Assembly))
            .Select(entry => Find(
                SurfaceDiagnostics.EntryWithoutAssembly,
                $"The entry '{entry.Name}' has no assembly; give the instructions as the attribute's argument, or the class a Source.",
                new UnitPlace(UnitPart.Member, unit.Key, entry.Name)));

    private static IEnumerable<UnitFinding> CheckPerCpu(UnitDeclaration unit)
    {
        var placed = unit.Includes.Append(unit)
            .SelectMany(part => part.PerCpu, (part, variable) => (Part: part, Variable: variable))
            .OrderBy(pair => pair.Variable.Place);
        PerCpuDeclaration? last = null;
        foreach (var (part, variable) in placed)
        {
            if (last is not null && variable.Name != last.Name && variable.Place < End(last))
            {
                yield return Find(
                    SurfaceDiagnostics.PerCpuOverlap,
                    $"'{variable.Name}' at offset {variable.Place} lies in '{last.Name}', which takes {last.Size} bytes from offset {last.Place}; give one of them another Offset.",
                    PlaceOf(unit, part, variable.Name));
            }

            last = last is null || End(variable) >= End(last) ? variable : last;
        }

        static long End(PerCpuDeclaration variable) => variable.Place + variable.Size;
    }

    private static IEnumerable<UnitFinding> CheckDefines(UnitDeclaration unit)
    {
        foreach (var define in unit.ProjectDefines.Where(define => !IsDefinition(define)))
        {
            yield return Malformed(define, new UnitPlace(UnitPart.Declaration, unit.Key));
        }

        for (var i = 0; i < unit.Defines.Count; i++)
        {
            if (!IsDefinition(unit.Defines[i]))
            {
                yield return Malformed(unit.Defines[i], new UnitPlace(UnitPart.Declaration, unit.Key, "Defines", i));
            }
        }
    }

    private static UnitFinding Malformed(string define, UnitPlace place) =>
        Find(SurfaceDiagnostics.DefineMalformed, $"'{define}' is no preprocessor definition; write NAME or NAME=value.", place);

    private static bool IsDefinition(string text)
    {
        var end = 0;
        while (end < text.Length && (text[end] is '_' or '$' || char.IsLetterOrDigit(text[end])))
        {
            end++;
        }

        return end > 0 && !char.IsDigit(text[0]) && (end == text.Length || text[end] is '=' or '(');
    }

    private static UnitFinding Find(AsmDiagnosticDescriptor descriptor, string message, UnitPlace place) =>
        new(new AsmDiagnostic(descriptor, message, null), place, default);

    private static UnitPlace PlaceOf(UnitDeclaration unit, UnitDeclaration part, string name) => ReferenceEquals(part, unit)
        ? new UnitPlace(UnitPart.Member, unit.Key, name)
        : new UnitPlace(UnitPart.Declaration, unit.Key, "Include");
}
