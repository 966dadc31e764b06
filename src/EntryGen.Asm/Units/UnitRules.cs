using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Rules;
using EntryGen.Asm.Suppressions;

namespace EntryGen.Asm.Units;

/// <summary>Looks at a unit with every rule.</summary>
internal static class UnitRules
{
    /// <summary>What reading found and, when there was no error, what the rules find, without what comments suppress. Never throws for anything in the unit.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static IReadOnlyList<UnitFinding> Check(UnitReading reading, CancellationToken cancellation)
    {
        if (reading is not { Program: { } program, Listing: { } listing, Texts: { } texts })
        {
            return reading.Findings;
        }

        try
        {
            var input = new RuleInput(program, [listing], EntriesOf(reading.Inputs.Declaration, program), cancellation: cancellation);
            List<AsmDiagnostic> read = [.. reading.Findings.Select(finding => finding.Diagnostic)];
            var found = FollowUps.Without(read, RuleSet.Check(input, cancellation));
            var judged = SuppressionSet.Read([listing]).Apply([.. read, .. found]);
            return [.. judged
                .Select((finding, i) => i < read.Count ? reading.Findings[i] with { Diagnostic = finding } : texts.Trace(finding))
                .Where(finding => finding.Diagnostic.Suppression is null)];
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return [.. reading.Findings, texts.Trace(UnitReader.Failure(reading.Inputs, "checking", exception))];
        }
    }

    private static IReadOnlyList<AnalyzedEntry> EntriesOf(UnitDeclaration unit, Program program) =>
        [.. unit.Entries.Select(entry => EntryOf(entry, program)).OfType<AnalyzedEntry>()];

    // A kind that is not given is what the kernel's name says; an entry of another name is a function that kernel code calls.
    private static AnalyzedEntry? EntryOf(EntryDeclaration entry, Program program) =>
        program.Symbols.TryGetValue(entry.Name, out var symbol) && symbol.Item is { } item
            ? EntryFinder.Describe(entry.Name, item, entry.Kind, entry.Vector)
            : null;
}
