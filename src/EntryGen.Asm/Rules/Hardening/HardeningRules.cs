using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.Facts;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>All rules about facts, in one pass over the states.</summary>
/// <param name="rules">The rules.</param>
/// <param name="ofGuests">Those that are about paravirtualized guests of Xen's too.</param>
internal sealed class HardeningRules(IReadOnlyList<HardeningRule> rules, IReadOnlyList<HardeningRule> ofGuests) : IRule
{
    /// <inheritdoc/>
    public IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [.. rules.SelectMany(rule => rule.Descriptors)];

    /// <inheritdoc/>
    public IEnumerable<AsmDiagnostic> Check(RuleInput input, CancellationToken cancellation)
    {
        if (input.Entries.Count == 0)
        {
            return [];
        }

        var facts = new MitigationFacts(input.Program);
        var used = new Dictionary<Fact, FeatureCondition>();
        var found = input.CheckSimilarOnce(entries => Replay(entries, rules, facts, used, cancellation));
        if (input.Guest is { } guest)
        {
            // What the code does elsewhere against a leak is wanted in a guest as well.
            var wanted = used.ToDictionary(use => use.Key, use => use.Value.Forget("XENPV"));
            found = [.. found, .. guest.CheckSimilarOnce(entries => Replay(entries, ofGuests, facts, wanted, cancellation))];
        }

        return found;
    }

    private static IReadOnlyList<AsmDiagnostic> Replay(
        RuleInput input, IReadOnlyList<HardeningRule> rules, MitigationFacts facts, Dictionary<Fact, FeatureCondition> used, CancellationToken cancellation)
    {
        var flow = FactFlow.Run(input.States, input.Graph, facts.All, cancellation);
        foreach (var fact in facts.All)
        {
            used[fact] = flow.EstablishedSomewhere(fact).Or(used.TryGetValue(fact, out var before) ? before : input.Space.Nothing);
        }

        var report = new StateReport(input);
        FactPoint? point = null;
        var places = new InterestingPlaces(input.Graph);
        var looksAtBranches = rules.Any(rule => rule.LooksAtBranches);
        new StateReplay(input.States, input.Graph).Run(
            (node, instruction, cpu) =>
            {
                point ??= new FactPoint(flow, facts, used, cpu, input.Program, input.Space);
                point.MoveTo(node, instruction);
                if (!node.Scenario.IsFred && (InterestingPlaces.IsInteresting(instruction) || instruction.Info.ControlFlow == ControlFlow.ConditionalJump))
                {
                    foreach (var rule in rules)
                    {
                        rule.Before(point, report);
                    }
                }
            },
            (_, _, _) => point!.Apply(),
            cancellation,
            node => places.IsIn(node) || (looksAtBranches && !flow.MissingAt(facts.HandlerCalled, node).IsNever));
        foreach (var rule in point is null ? [] : rules)
        {
            rule.Finish(point!, input, report, cancellation);
        }

        return [.. report.Findings()];
    }
}
