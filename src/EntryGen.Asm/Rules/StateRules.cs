using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;

namespace EntryGen.Asm.Rules;

/// <summary>All rules about states, in one pass over them.</summary>
internal sealed class StateRules(IReadOnlyList<StateRule> rules) : IRule
{
    /// <inheritdoc/>
    public IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [.. rules.SelectMany(rule => rule.Descriptors)];

    /// <inheritdoc/>
    public IEnumerable<AsmDiagnostic> Check(RuleInput input, CancellationToken cancellation) =>
        input.Entries.Count == 0 ? [] : input.CheckSimilarOnce(entries => Replay(entries, cancellation));

    private IReadOnlyList<AsmDiagnostic> Replay(RuleInput input, CancellationToken cancellation)
    {
        var report = new StateReport(input);
        new StateReplay(input.States, input.Graph).Run(
            (node, instruction, cpu) =>
            {
                foreach (var rule in rules)
                {
                    rule.Before(node, instruction, cpu, report);
                }
            },
            (node, instruction, cpu) =>
            {
                foreach (var rule in rules)
                {
                    rule.After(node, instruction, cpu, report);
                }
            },
            cancellation);
        foreach (var rule in rules)
        {
            rule.Finish(input.States, report);
        }

        return [.. report.Findings()];
    }
}
