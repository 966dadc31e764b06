using EntryGen.Asm.Diagnostics;

namespace EntryGen.Asm.Units;

/// <summary>What several units find in the texts they share: one mistake in a header is one finding, with the entries of all units.</summary>
public static class SharedFindings
{
    private static readonly string[] _or = [" | "];

    /// <summary>Joins the findings of units.</summary>
    /// <param name="units">Each unit with what was found in it.</param>
    /// <returns>Each finding once, with the unit that found it first.</returns>
    public static IReadOnlyList<(UnitInputs Unit, UnitFinding Finding)> Join(IReadOnlyList<(UnitInputs Unit, IReadOnlyList<UnitFinding> Findings)> units)
    {
        var order = new List<(UnitInputs Unit, UnitFinding Finding)>();
        var known = new Dictionary<(string Id, UnitPlace Place, string Message), int>();
        foreach (var (unit, findings) in units)
        {
            foreach (var finding in findings)
            {
                if (finding.Diagnostic.Descriptor == SuppressionDiagnostics.Unused && !IsUnusedInAll(finding, units))
                {
                    continue;
                }

                var key = (finding.Diagnostic.Id, finding.Place, finding.Diagnostic.Message);
                if (known.TryGetValue(key, out var index))
                {
                    order[index] = (order[index].Unit, Join(order[index].Finding, finding));
                }
                else
                {
                    known.Add(key, order.Count);
                    order.Add((unit, finding));
                }
            }
        }

        return order;
    }

    // What one unit needs is needed.
    private static bool IsUnusedInAll(UnitFinding finding, IReadOnlyList<(UnitInputs Unit, IReadOnlyList<UnitFinding> Findings)> units) =>
        finding.Place.Part != UnitPart.File
        || units.Where(unit => unit.Unit.Files.Any(file => file.Path == finding.Place.Owner))
            .All(unit => unit.Findings.Any(other => other.Diagnostic.Descriptor == SuppressionDiagnostics.Unused && other.Place == finding.Place));

    private static UnitFinding Join(UnitFinding first, UnitFinding second)
    {
        if (first.Diagnostic.Detail is not { } one || second.Diagnostic.Detail is not { } other)
        {
            return first;
        }

        var features = one.Features == other.Features || other.Features.Length == 0 ? one.Features
            : one.Features == "any" || other.Features == "any" ? "any"
            : string.Join(" | ", one.Features.Split(_or, StringSplitOptions.None).Concat(other.Features.Split(_or, StringSplitOptions.None)).Distinct(StringComparer.Ordinal));
        var entries = new SortedSet<string>(one.Entries.Concat(other.Entries), StringComparer.Ordinal);
        return first with { Diagnostic = first.Diagnostic with { Detail = one with { Entries = [.. entries], Features = features } } };
    }
}
