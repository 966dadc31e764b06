using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.States;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>Unwind hints say where the frame or the caller's stack is; stack traces and live patching go by them.</summary>
internal sealed class UnwindHintRule : IRule
{
    // Two hints of the kernel's own are wrong, with the reasons in docs/findings.md. Nobody else's are meant: an entry, or a macro, by its name.
    private const string KnownEntry = "asm_exc_vmm_communication", KnownMacro = "STACKLEAK_ERASE_NOCLOBBER";
    private const int ErrorCode = 8;

    /// <inheritdoc/>
    public IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [HardeningDiagnostics.UnwindHint];

    /// <inheritdoc/>
    public IEnumerable<AsmDiagnostic> Check(RuleInput input, CancellationToken cancellation) =>
        input.Entries.Count == 0 || input.Program.Tables.UnwindHints.Count == 0 ? []
        : [.. input.CheckSimilarOnce(entries => Compare(entries, cancellation)), .. Gaps(input.Program)];

    private static IEnumerable<AsmDiagnostic> Gaps(Program program) => new UnwindHintGaps(program).Find()
        .GroupBy(gap => gap.Instruction.Statement.Text.Span)
        .Select(gaps => gaps.First())
        .Select(gap => new AsmDiagnostic(
            HardeningDiagnostics.UnwindHint,
            "RSP points somewhere else behind this, but the hint before still counts from it; a hint must follow.",
            gap.Instruction.Statement.Text.Span,
            gap.Instruction.Statement.Frame)
        {
            Detail = new FindingDetail([], "any", [new FindingStep(gap.Hint.Statement.Text.Span, "the hint before"), new FindingStep(gap.Instruction.Statement.Text.Span, $"{gap.Instruction}")]),
        });

    private static IReadOnlyList<AsmDiagnostic> Compare(RuleInput input, CancellationToken cancellation) =>
        [.. UnwindHintComparison.Compare(input.States, input.Graph, cancellation)
            .SelectMany(result => result.Contradictions.Where(state => !IsKnown(result, state)).Select(state => (Result: result, State: state)))
            .GroupBy(found => (Place: FindingPlace.KeyOf(found.Result.Hint.Statement, found.State.Node.Scenario), found.State.Found))
            .Select(group => Finding(input, [.. group]))];

    private static AsmDiagnostic Finding(RuleInput input, IReadOnlyList<(UnwindHintResult Result, UnwindHintState State)> found)
    {
        var (result, state) = found[0];
        var what = result.Hint.Type is UnwindHintType.Call or UnwindHintType.Function ? "the caller's stack" : "the frame of what was interrupted";
        var condition = found.Aggregate(input.Space.Nothing, (all, one) => all.Or(one.State.Node.Condition));
        return new AsmDiagnostic(
            HardeningDiagnostics.UnwindHint,
            $"The hint says that {what} is {result.Expected} bytes from %{Name(result.Hint.Register)}, but it is {state.Found}: unwinding from here takes something else for it.",
            result.Hint.Statement.Text.Span,
            result.Hint.Statement.Frame)
        {
            Detail = new FindingDetail(
                [.. found.Select(one => one.State.Node.Scenario.Symbol).Distinct().OrderBy(name => name, StringComparer.Ordinal)],
                condition.Describe(input.Occurring),
                result.Hint.Place.Item is Instruction place ? [.. StatePath.To(StatePath.Shortest(state.Node), place)] : []),
        };
    }

    private static bool IsKnown(UnwindHintResult result, UnwindHintState state)
    {
        for (var frame = result.Hint.Statement.Frame; frame is not null; frame = frame.Parent)
        {
            if (frame.Name == KnownMacro)
            {
                return true;
            }
        }

        return state.Node.Scenario is { Symbol: KnownEntry, Entry: var entry } && ReferenceEquals(entry, result.Hint.Place.Item) && state.Found - result.Expected == ErrorCode;
    }

    private static string Name(UnwindRegister register) => register switch
    {
        UnwindRegister.Sp or UnwindRegister.SpIndirect => "rsp",
        UnwindRegister.Dx => "rdx",
        UnwindRegister.Bp or UnwindRegister.BpIndirect => "rbp",
        UnwindRegister.Di => "rdi",
        UnwindRegister.R10 => "r10",
        _ => "r13",
    };
}
