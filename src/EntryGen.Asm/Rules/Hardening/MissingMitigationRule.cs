using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>What some functions of the kernel do for one feature and no other place of the unit does: the headers know the feature, the function has no code for it.</summary>
internal sealed class MissingMitigationRule : IRule
{
    private static readonly Row[] _rows =
    [
        // arch/x86/entry/entry_64.S: switching to a shallower call stack leaves return predictions of the task before (Skylake, CVE-2017-5715).
        new("__switch_to_asm", "RSB_CTXSW", "fills the return stack buffer", "FILL_RETURN_BUFFER"),

        // arch/x86/entry/entry.S: an IBPB that leaves return predictions (CVE-2022-26373 class, BUG_IBPB_NO_RET).
        new("entry_ibpb", "BUG_IBPB_NO_RET", "fills the return stack buffer", "FILL_RETURN_BUFFER"),

        // arch/x86/entry/entry_64.S: MOV to GS and SWAPGS need an MFENCE in between on some AMD processors (BUG_SWAPGS_FENCE, erratum 88).
        new("asm_load_gs_index", "BUG_SWAPGS_FENCE", "has an MFENCE between MOV to GS and SWAPGS", "mfence"),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [HardeningDiagnostics.MissingMitigation];

    /// <inheritdoc/>
    public IEnumerable<AsmDiagnostic> Check(RuleInput input, CancellationToken cancellation)
    {
        foreach (var row in _rows)
        {
            if (input.Program.Symbols.TryGetValue(row.Function, out var symbol) && symbol.Item is { } start && Knows(input, row.Feature)
                && Body(input.Program, start).ToList() is var body && !body.OfType<AlternativeSite>().Any(site => site.Choices.Any(choice => choice.Feature.Name == row.Feature))
                && body.OfType<Instruction>().FirstOrDefault() is { } first)
            {
                yield return new AsmDiagnostic(
                    HardeningDiagnostics.MissingMitigation,
                    $"{row.Function} {row.Does} with {row.Feature} in Linux ({row.By}), and has no code for it here; put it back, or say in a suppression why it is not needed.",
                    first.Statement.Text.Span,
                    first.Statement.Frame)
                {
                    Detail = new FindingDetail([row.Function], row.Feature, [new FindingStep(first.Statement.Text.Span, $"{row.Function}: {first}")]),
                };
            }
        }
    }

    private static bool Knows(RuleInput input, string feature)
    {
        var name = "X86_" + (feature.StartsWith("BUG_", StringComparison.Ordinal) ? feature : "FEATURE_" + feature);
        return input.Listings.Any(listing => listing.PreprocessorMacros is { } macros && macros.Find(name) is not null);
    }

    // The items from a function's start to the next global label.
    private static IEnumerable<CodeItem> Body(Program program, CodeItem start)
    {
        var others = new HashSet<CodeItem>(program.Symbols.Values.Where(symbol => symbol.IsGlobal).Select(symbol => symbol.Item).OfType<CodeItem>());
        for (var i = start.Index; i < program.Items.Count && (i == start.Index || !others.Contains(program.Items[i])) && program.Items[i].Section == start.Section; i++)
        {
            yield return program.Items[i];
        }
    }

    private sealed record Row(string Function, string Feature, string Does, string By);
}
