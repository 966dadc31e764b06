using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Suppressions;

/// <summary>The suppressions of some units, and what they do to findings.</summary>
/// <remarks>
/// A finding is suppressed by a comment at its own line, or at the line of a macro call or preprocessor macro through which its characters were reached: who calls a macro of somebody
/// else's header has no line of his own in it.
/// </remarks>
public sealed class SuppressionSet
{
    private readonly IReadOnlyList<AssemblyListing> _listings;
    private readonly Dictionary<SourceText, List<(int Start, IReadOnlyList<SuppressedRange> Ranges)>> _rangesByText = [];
    private readonly List<SuppressedRange> _ranges = [];
    private readonly List<AsmDiagnostic> _problems = [];

    private SuppressionSet(IReadOnlyList<AssemblyListing> listings)
    {
        _listings = listings;
    }

    /// <summary>Finds the suppressions in everything that some units were read from.</summary>
    public static SuppressionSet Read(IReadOnlyList<AssemblyListing> listings)
    {
        var set = new SuppressionSet(listings);
        var seen = new HashSet<SourceText>();
        foreach (var file in listings.SelectMany(listing => listing.Files))
        {
            if (seen.Add(file))
            {
                var (ranges, problems) = SuppressionReader.Read(file);
                set._problems.AddRange(problems);
                set._ranges.AddRange(ranges);
                if (ranges.Count > 0)
                {
                    set.Place(file, 0, ranges);
                }
            }
        }

        return set;
    }

    /// <summary>The suppressions, in the order of the texts.</summary>
    public IEnumerable<Suppression> All => _ranges.Select(range => range.Suppression);

    /// <summary>Findings as suppressions leave them: those that are suppressed say by what (<see cref="AsmDiagnostic.Suppression"/>), and what is wrong with suppressions is added.</summary>
    /// <param name="findings">Everything that was found, warnings of reading included.</param>
    /// <param name="wasLookedFor">Whether a rule was looked for in full, so that a suppression of it that nothing needed is not needed; null for all.</param>
    /// <param name="used">Takes the suppressions that something needed; null when nobody asks.</param>
    public IReadOnlyList<AsmDiagnostic> Apply(IReadOnlyList<AsmDiagnostic> findings, Func<string, bool>? wasLookedFor = null, ICollection<Suppression>? used = null)
    {
        if (_ranges.Count == 0 && _problems.Count == 0)
        {
            return findings;
        }

        var needed = new HashSet<(SuppressedRange Range, string Rule)>();
        var result = new List<AsmDiagnostic>(findings.Count);
        foreach (var finding in findings)
        {
            var range = finding.Descriptor.Severity == AsmSeverity.Error ? null : RangeOf(finding);
            if (range is not null)
            {
                needed.Add((range, finding.Id));
            }

            result.Add(range is null ? finding : finding with { Suppression = range.Suppression });
        }

        result.AddRange(_problems);
        result.AddRange(Unused(needed, wasLookedFor ?? (_ => true)));
        foreach (var (range, _) in needed)
        {
            used?.Add(range.Suppression);
        }

        return result;
    }

    private IEnumerable<AsmDiagnostic> Unused(HashSet<(SuppressedRange Range, string Rule)> needed, Func<string, bool> wasLookedFor)
    {
        HashSet<SuppressedRange>? assembled = null;
        foreach (var range in _ranges)
        {
            var unneeded = range.Suppression.Rules.Where(rule => wasLookedFor(rule) && !needed.Contains((range, rule))).ToList();
            if (unneeded.Count > 0 && (range.Start == range.End || (assembled ??= FindAssembled()).Contains(range)))
            {
                yield return new AsmDiagnostic(
                    SuppressionDiagnostics.Unused,
                    range.Start == range.End
                        ? "No code follows that this could suppress anything of; take it away."
                        : $"{string.Join(" and ", unneeded)} {(unneeded.Count == 1 ? "is" : "are")} not found here; take the suppression away.",
                    range.Suppression.Comment);
            }
        }
    }

    // What conditionals leave out in this configuration, and macros that nobody calls, say nothing about a suppression.
    private HashSet<SuppressedRange> FindAssembled()
    {
        var assembled = new HashSet<SuppressedRange>();
        var seen = new HashSet<(SourceText, int)>();
        foreach (var statement in _listings.SelectMany(listing => listing.Statements))
        {
            foreach (var place in PlacesOf(statement.Text.Span, statement.Text.OriginAt(0)?.Expansion, statement.Frame))
            {
                if (seen.Add((place.Source, place.Start)))
                {
                    assembled.UnionWith(RangesAt(place));
                }
            }
        }

        return assembled;
    }

    private SuppressedRange? RangeOf(AsmDiagnostic finding)
    {
        foreach (var place in PlacesOf(finding.Span, finding.Expansion, finding.Frame))
        {
            foreach (var range in RangesAt(place))
            {
                if (range.Suppression.Rules.Contains(finding.Id))
                {
                    return range;
                }
            }
        }

        return null;
    }

    private static IEnumerable<SourceSpan> PlacesOf(SourceSpan? own, CppExpansion? expansion, MacroFrame? frame)
    {
        if (own is { } span)
        {
            yield return span;
        }

        for (; expansion is not null; expansion = expansion.Parent)
        {
            yield return expansion.Invocation;
        }

        for (; frame is not null; frame = frame.Parent)
        {
            if (frame.CallSite is { } call)
            {
                yield return call;
            }
        }
    }

    private IEnumerable<SuppressedRange> RangesAt(SourceSpan place)
    {
        var (source, offset) = place.Source.Resolve(place.Start);
        if (!_rangesByText.TryGetValue(source, out var texts))
        {
            yield break;
        }

        foreach (var (start, ranges) in texts)
        {
            foreach (var range in ranges)
            {
                if (offset + start >= range.Start && offset + start < range.End)
                {
                    yield return range;
                }
            }
        }
    }

    private void Place(SourceText text, int start, IReadOnlyList<SuppressedRange> ranges)
    {
        if (!_rangesByText.TryGetValue(text, out var list))
        {
            _rangesByText.Add(text, list = []);
        }

        list.Add((start, ranges));
        foreach (var (offset, part) in text.Parts)
        {
            Place(part, start + offset, ranges);
        }
    }
}
