using EntryGen.Asm;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Rules;
using EntryGen.Asm.Suppressions;
using EntryGen.Asm.Text;
using EntryGen.Tool.Input;

namespace EntryGen.Tool.Linting;

/// <summary>Looks at files with every rule.</summary>
internal static class Linter
{
    // Rules about states find less when only some features are looked at.
    private const string AboutStates = "EG2", AboutHardening = "EG3";

    /// <summary>What is found in some files, those mistakes included for which they cannot be read; then no rule is asked.</summary>
    /// <param name="input">The files.</param>
    /// <param name="entries">Their entries.</param>
    /// <param name="features">The features that are on, once the files are read; null for every set of them.</param>
    /// <param name="options">What to look for.</param>
    public static LintReport Check(ReaderInput input, DeclaredEntries entries, Func<IReadOnlyList<ReadUnit>, Program, FeatureSet?> features, LintOptions options)
    {
        var (units, program, mistakes) = input.TryRead(_ => null);
        var suppressions = SuppressionSet.Read([.. units.Select(unit => unit.Listing)]);
        if (suppressions.Apply(mistakes, _ => false).Any(found => found.Suppression is null && ReaderInput.IsRefused(found)))
        {
            return Present(units, mistakes, options, "they could not be read, so no rule looked at them");
        }

        entries.MustBeIn(units);
        input.UserMapped.MustBeIn(units);
        var on = features(units, program);
        var rules = InputOf(units, program, entries, on);
        var found = suppressions.Apply(
            [.. mistakes, .. RuleSet.Check(rules)],
            rule => (options.Rules.Count == 0 || options.Rules.Contains(rule)) && (on is null || !(rule.StartsWith(AboutStates, StringComparison.Ordinal) || rule.StartsWith(AboutHardening, StringComparison.Ordinal))));
        return Present(units, found, options, ScopeOf(rules, on));
    }

    /// <summary>What rules find with no configuration.</summary>
    /// <param name="units">The files.</param>
    /// <param name="program">The Program made of them.</param>
    /// <param name="entries">Its entries.</param>
    /// <param name="on">The features that are on; null for every set of them.</param>
    public static IReadOnlyList<AsmDiagnostic> Check(IReadOnlyList<ReadUnit> units, Program program, DeclaredEntries entries, FeatureSet? on) =>
        [.. SuppressionSet.Read([.. units.Select(unit => unit.Listing)])
            .Apply(RuleSet.Check(InputOf(units, program, entries, on)), _ => false)
            .Where(found => found.Suppression is null && !found.Descriptor.IsOptInForFiles && found.Descriptor != SuppressionDiagnostics.Malformed)];

    private static RuleInput InputOf(IReadOnlyList<ReadUnit> units, Program program, DeclaredEntries entries, FeatureSet? on) =>
        new(program, [.. units.Select(unit => unit.Listing)], entries.Of(program), on is null ? null : feature => on.Contains(feature.Name));

    private static LintReport Present(IReadOnlyList<ReadUnit> units, IEnumerable<AsmDiagnostic> found, LintOptions options, string scope)
    {
        var order = new Dictionary<SourceText, int>();
        foreach (var file in units.SelectMany(unit => unit.Listing.Files.SelectMany(file => file.Parts.Select(part => part.Part).Append(file))))
        {
            order.TryAdd(file, order.Count);
        }

        var all = found
            .OrderBy(finding => finding.Span is { } span && order.TryGetValue(span.Source, out var place) ? place : int.MaxValue)
            .ThenBy(finding => finding.Span?.Start ?? 0).ThenBy(finding => finding.Id, StringComparer.Ordinal).ThenBy(finding => finding.Message, StringComparer.Ordinal)
            .Select(finding => (Finding: finding, Severity: SeverityOf(finding, options)))
            .Where(known => known.Severity is not null)
            .Select(known => new LintFinding(known.Finding, known.Severity!.Value))
            .ToList();
        var shown = all.Where(finding => finding.Severity >= options.Least || options.Rules.Contains(finding.Diagnostic.Id)).ToLookup(finding => finding.Diagnostic.Suppression is not null);
        return new LintReport(units, [.. shown[false]], [.. shown[true]], all.Count(finding => finding.Diagnostic.Suppression is null) - shown[false].Count(), scope);
    }

    // A rule asked for leaves the others out, but not what keeps a file from being read.
    private static AsmSeverity? SeverityOf(AsmDiagnostic finding, LintOptions options)
    {
        var isAskedFor = options.Rules.Contains(finding.Id);
        return ReaderInput.IsRefused(finding) && finding.Suppression is null ? AsmSeverity.Error
            : options.Rules.Count > 0 && !isAskedFor ? null
            : options.Severities.SeverityOf(finding, isAskedFor);
    }

    private static string ScopeOf(RuleInput input, FeatureSet? on) => input.Entries.Count switch
    {
        0 => "no entry that is known by the kernel's names is defined here, so CR3, GS, stacks and mitigations were not looked at; --entry SYMBOL=KIND declares one",
        var entries => $"{entries} {(entries == 1 ? "entry" : "entries")}, {(on is not null ? $"with features {on}" : input.Space.Features.Count == 0 ? "no CPU feature asked for" : $"every set of the {input.Space.Features.Count} CPU features asked for")}",
    };
}
