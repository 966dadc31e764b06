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

        // arch/x86/entry/entry_64.S: nothing called this code, so that its first RET has no call that was counted.
        new("ret_from_fork_asm", "CALL_DEPTH", "counts a call", "CALL_DEPTH_ACCOUNT") { Configurations = ["CONFIG_MITIGATION_CALL_DEPTH_TRACKING", "CONFIG_CALL_DEPTH_TRACKING"] },
    ];

    private static readonly string[] _anyKernel = ["CONFIG_X86_64"];

    // What stands in macros that every entry uses: with none of it in the whole unit no other place shows that it is missing. The configurations are those of which one has it; a sketch of some entries has none.
    private static readonly Row[] _ofUnit =
    [
        new(SystemCalls, "PTI", "switches page tables", "SWITCH_TO_KERNEL_CR3") { Configurations = ["CONFIG_MITIGATION_PAGE_TABLE_ISOLATION", "CONFIG_PAGE_TABLE_ISOLATION"] },
        new(SystemCalls, "KERNEL_IBRS", "sets IBRS", "IBRS_ENTER") { Configurations = ["CONFIG_MITIGATION_IBRS_ENTRY", "CONFIG_CPU_IBRS_ENTRY"] },
        new(SystemCalls, "UNRET", "untrains the return predictor", "UNTRAIN_RET") { Configurations = ["CONFIG_MITIGATION_UNRET_ENTRY", "CONFIG_CPU_UNRET_ENTRY"] },
        new(SystemCalls, "ENTRY_IBPB", "clears all predictions", "UNTRAIN_RET") { Configurations = ["CONFIG_MITIGATION_IBPB_ENTRY", "CONFIG_CPU_IBPB_ENTRY"] },
        new(SystemCalls, "CALL_DEPTH", "resets the depth of calls", "UNTRAIN_RET") { Configurations = ["CONFIG_MITIGATION_CALL_DEPTH_TRACKING", "CONFIG_CALL_DEPTH_TRACKING"] },
        new(SystemCalls, "CLEAR_CPU_BUF", "clears the CPU's buffers", "CLEAR_CPU_BUFFERS") { Configurations = _anyKernel },
        new(SystemCalls, "CLEAR_BHB_LOOP", "clears the branch history", "CLEAR_BRANCH_HISTORY") { Configurations = _anyKernel },
        new(SystemCalls, "FENCE_SWAPGS_USER", "fences SWAPGS", "FENCE_SWAPGS_USER_ENTRY") { Configurations = _anyKernel },
        new(SystemCalls, "FENCE_SWAPGS_KERNEL", "fences the way around SWAPGS", "FENCE_SWAPGS_KERNEL_ENTRY") { Configurations = _anyKernel },
        new(SystemCalls, "SMAP", "clears AC", "ASM_CLAC") { Configurations = _anyKernel },
    ];

    private const string SystemCalls = "entry_SYSCALL_64";

    /// <inheritdoc/>
    public IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [HardeningDiagnostics.MissingMitigation];

    /// <inheritdoc/>
    public IEnumerable<AsmDiagnostic> Check(RuleInput input, CancellationToken cancellation)
    {
        foreach (var row in _rows)
        {
            if (StartOf(input, row) is { } start && Body(input.Program, start).ToList() is var body
                && !body.OfType<AlternativeSite>().Any(site => Asks(site, row.Feature)) && body.OfType<Instruction>().FirstOrDefault() is { } first)
            {
                yield return Finding(row, first, $"{row.Function} {row.Does} with {row.Feature} in Linux ({row.By}), and has no code for it here");
            }
        }

        foreach (var row in _ofUnit)
        {
            if (StartOf(input, row) is { } start && !input.Program.Items.OfType<AlternativeSite>().Any(site => Asks(site, row.Feature)) && Body(input.Program, start).OfType<Instruction>().FirstOrDefault() is { } first)
            {
                // Shown where the entry is named: its first instruction may be a header's.
                var found = Finding(row, first, $"Entry code {row.Does} with {row.Feature} in Linux ({row.By}), and nothing here asks for it");
                yield return input.Program.Symbols[row.Function].Definition is { } name ? found with { Span = name, Frame = null } : found;
            }
        }
    }

    // A choice between nothing and nothing asks for nothing: both are what follows the site.
    private static bool Asks(AlternativeSite site, string feature) => site.Choices.Any(choice => choice.Feature.Name == feature && choice.Target != site.Original);

    private static AsmDiagnostic Finding(Row row, Instruction first, string what) => new(
        HardeningDiagnostics.MissingMitigation, what + "; put it back, or say in a suppression why it is not needed.", first.Statement.Text.Span, first.Statement.Frame)
    {
        Detail = new FindingDetail([row.Function], row.Feature, [new FindingStep(first.Statement.Text.Span, $"{row.Function}: {first}")]),
    };

    private static CodeItem? StartOf(RuleInput input, Row row) =>
        input.Program.Symbols.TryGetValue(row.Function, out var symbol) && Knows(input, row.Feature)
        && (row.Configurations.Count == 0 || row.Configurations.Any(name => input.Listings.Any(listing => listing.PreprocessorMacros?.Find(name) is not null)))
            ? symbol.Item
            : null;

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

    private sealed record Row(string Function, string Feature, string Does, string By)
    {
        public IReadOnlyList<string> Configurations { get; init; } = [];
    }
}
