using EntryGen.Asm.Building;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;

namespace EntryGen.Asm.Rules.State;

/// <summary>FRED has one entry point in a register, IA32_FRED_CONFIG: events in user mode start at it, a multiple of 4,096, those in the kernel 256 bytes behind it.</summary>
internal sealed class FredEntryRule : IRule
{
    private const string UserEntry = "asm_fred_entrypoint_user", KernelEntry = "asm_fred_entrypoint_kernel";
    private const long Page = 4096, KernelOffset = 256;

    /// <inheritdoc/>
    public IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.FredEntry];

    /// <inheritdoc/>
    public IEnumerable<AsmDiagnostic> Check(RuleInput input, CancellationToken cancellation) => input.Listings.SelectMany(Check);

    // Where code lies is known behind .org and an alignment, until the next instruction.
    private static IEnumerable<AsmDiagnostic> Check(AssemblyListing listing)
    {
        if (!listing.Statements.Any(statement => statement is { Kind: StatementKind.Label, Name: UserEntry }))
        {
            yield break;
        }

        var section = listing.Statements.First(statement => statement is { Kind: StatementKind.Label, Name: UserEntry }).Section;
        var (alignment, offset) = (0L, (long?)null);
        foreach (var statement in listing.Statements.Where(statement => statement.Section == section))
        {
            switch (statement)
            {
                case { Kind: StatementKind.Instruction }:
                    (alignment, offset) = (0, null);
                    break;
                case { Kind: StatementKind.Directive, Name: ".org" }:
                    (alignment, offset) = (0, OffsetFromUserEntry(statement, listing));
                    break;
                case { Kind: StatementKind.Directive } when DataDirectives.IsData(statement.Name):
                    var aligned = statement.Name is ".align" or ".balign" or ".p2align" ? DataDirectives.Read(statement, listing.Symbols).Alignment : 0;
                    offset = aligned > 0 && offset is { } at ? (at + aligned - 1) / aligned * aligned : null;
                    alignment = aligned;
                    break;
                case { Kind: StatementKind.Label, Name: UserEntry } when alignment % Page != 0 || alignment == 0:
                    yield return Finding(statement, "FRED's entry point for user mode must start a page of 4,096 bytes; align it.");
                    break;
                case { Kind: StatementKind.Label, Name: KernelEntry } when offset != KernelOffset:
                    var found = offset is null ? "and nothing says that it is" : $"not {offset}";
                    yield return Finding(statement, $"FRED's entry point for the kernel must be 256 bytes behind that for user mode, {found}; use .org.");
                    break;
            }
        }
    }

    private static long? OffsetFromUserEntry(Statement origin, AssemblyListing listing) =>
        DataDirectives.Evaluate(origin, listing.Symbols) is [{ Added.Name: UserEntry, Subtracted: null, Addend: var offset }, ..] ? offset : null;

    private static AsmDiagnostic Finding(Statement label, string message) =>
        new(StateDiagnostics.FredEntry, message, label.Text.Span, label.Frame) { Detail = new FindingDetail([label.Name], "any", []) };
}
