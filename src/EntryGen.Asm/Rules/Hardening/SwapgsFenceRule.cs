using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.Facts;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;
using EntryGen.Asm.Rules.Fixes;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>No per-CPU access runs ahead with the wrong GS base where a branch decides on SWAPGS (Spectre v1 swapgs, CVE-2019-1125).</summary>
/// <remarks>
/// A branch whose outcome is known in a state can be predicted to go the other way. The code there is run on the state as it is, up to what speculation does not
/// pass: LFENCE and serializing instructions, a write of CR3 among them - where it is reached. A SWAPGS that no branch decides on is never wrong that way.
/// Once the handler was called only registers are put back, with accesses whose addresses user mode does not choose: the way out is not looked at.
/// </remarks>
internal sealed class SwapgsFenceRule : HardeningRule
{
    private const string KernelFence = "FENCE_SWAPGS_KERNEL", UserFence = "FENCE_SWAPGS_USER";
    private static readonly AnalysisOptions _options = new() { MaxNodes = 50_000, EndsAt = instruction => UnfencedReach.StopsSpeculation(instruction) || IsOfC(instruction) };

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [HardeningDiagnostics.UnfencedSwapgs, HardeningDiagnostics.EmptyFence];

    /// <inheritdoc/>
    public override bool LooksAtBranches => true;

    /// <inheritdoc/>
    public override void Before(FactPoint point, StateReport report)
    {
        if (point.Instruction is { Info.ControlFlow: ControlFlow.ConditionalJump, Condition: { } condition } branch
            && point.Missing(point.Facts.HandlerCalled) is { IsNever: false } features
            && point.Cpu.Flags.Holds(condition) is { } isTaken
            && (isTaken ? branch.Next : branch.Target?.Item) is { } wrong)
        {
            point.MispredictedBranches.Add(new MispredictedBranch(branch, point.Node, wrong, point.Cpu.Save(), features));
        }
    }

    /// <inheritdoc/>
    public override void Finish(FactPoint point, RuleInput input, StateReport report, CancellationToken cancellation)
    {
        if (point.MispredictedBranches.Count == 0 || !input.Program.Items.Any(item => item is Instruction { Info.Op: Op.Swapgs }))
        {
            return;
        }

        // Each branch is followed by itself: its name tells its nodes from those of others.
        var needed = new Needed(input, report);
        var reach = new UnfencedReach(input.Graph, input.Space);
        var branches = new Dictionary<string, MispredictedBranch>(StringComparer.Ordinal);
        var starts = new List<Scenario>();
        foreach (var branch in point.MispredictedBranches)
        {
            if (IsSuspect(branch, reach.From(branch.Leg), needed))
            {
                var scenario = branch.Node.Scenario;
                var name = $"{scenario.Name}, mispredicted {branch.Branch.Index}";
                branches[scenario.Symbol + " " + name] = branch;
                starts.Add(scenario with { Name = name, Entry = branch.Leg, State = branch.State, Condition = branch.Features });
            }
        }

        if (starts.Count > 0)
        {
            Look(AbstractInterpreter.Run(input.Graph, input.Space, input.Assumptions, starts, _options, cancellation), input, branches, needed, report);
        }
    }

    // With the kernel's GS base only a SWAPGS makes an access wrong, with the user's the lack of one.
    private static bool IsSuspect(MispredictedBranch branch, UnfencedReach.Reach reach, Needed needed)
    {
        var (straight, swapped) = (reach.Straight.And(needed.For(isSwapped: false)), reach.Swapped.And(needed.For(isSwapped: true)));
        var wrong = branch.State.HasKernelGs switch { true => swapped, false => straight, null => straight.Or(swapped) };
        return !wrong.And(branch.Features).IsNever;
    }

    private static void Look(
        StateGraph graph, RuleInput input, IReadOnlyDictionary<string, MispredictedBranch> branches, Needed needed, StateReport report)
    {
        var cpu = new AbstractCpu(new KernelModel(graph.Program));
        foreach (var node in graph.Nodes)
        {
            if (node.Condition.IsNever || node.Item is not Instruction instruction)
            {
                continue;
            }

            cpu.Load(node.State);
            while (!UnfencedReach.StopsSpeculation(instruction))
            {
                var isOfC = IsOfC(instruction);
                if (!isOfC)
                {
                    cpu.Execute(instruction);
                }

                if ((isOfC || cpu.Accesses.Any(access => access.IsThroughGs)) && cpu.GsBase.Origin.Kind == OriginKind.UserGsBase)
                {
                    Report(node, instruction, branches[node.Scenario.Symbol + " " + node.Scenario.Name], needed, report, input.Graph);
                    break;
                }

                if (isOfC || instruction.Info.ControlFlow != ControlFlow.Sequential || instruction.Next is not Instruction next || input.Graph.IsLeader(next))
                {
                    break;
                }

                instruction = next;
            }
        }
    }

    private static void Report(StateNode node, Instruction access, MispredictedBranch branch, Needed needed, StateReport report, FlowGraph flow)
    {
        var path = StatePath.Shortest(node);
        var swapgs = LastSwapgs(path, access, flow);
        var place = swapgs ?? branch.Branch;
        var fence = path.Select(step => step.Item).OfType<AlternativeSite>().Select(FenceOf).FirstOrDefault(feature => feature is not null);
        var leg = swapgs is null ? "When this branch is mispredicted SWAPGS is skipped" : "When the branch before is mispredicted SWAPGS is run needlessly";
        report.Add(
            fence is null ? HardeningDiagnostics.UnfencedSwapgs : HardeningDiagnostics.EmptyFence,
            node,
            place,
            fence is null
                ? $"{leg}, and nothing stops a per-CPU access with the user's GS base from running ahead; this leg needs a fence before the first one."
                : $"{leg}, and the fence on this leg is there only with {fence}: without it nothing stops a per-CPU access with the user's GS base from running ahead.",
            needed.For(swapgs is not null),
            fix: () => swapgs is not null ? InstructionFixes.AddAfter(swapgs, "lfence") : branch.Leg is Instruction first ? InstructionFixes.AddBefore(first, "lfence") : null,
            path: () => [.. StatePath.Shortest(branch.Node), .. path],
            end: access);
    }

    // The SWAPGS that was run last on the wrong leg.
    private static Instruction? LastSwapgs(IReadOnlyList<StateNode> path, Instruction access, FlowGraph flow)
    {
        Instruction? last = null;
        foreach (var node in path)
        {
            for (var instruction = node.Item as Instruction; instruction is not null && instruction != access; instruction = instruction.Next as Instruction)
            {
                last = instruction.Info.Op == Op.Swapgs ? instruction : last;
                if (instruction.Info.ControlFlow != ControlFlow.Sequential || instruction.Next is null || flow.IsLeader(instruction.Next))
                {
                    break;
                }
            }
        }

        return last;
    }

    private static string? FenceOf(AlternativeSite site) =>
        site.Choices.FirstOrDefault(choice => choice.Target is Instruction { Info.Op: Op.Lfence })?.Feature.Name;

    private static bool IsOfC(Instruction instruction) => Departures.CFunctionOf(instruction) is not null;

    // arch/x86/kernel/cpu/bugs.c, spectre_v1_select_mitigation: FENCE_SWAPGS_KERNEL is on where fences are wanted at all. On the leg with SWAPGS none is needed
    // where SWAPGS itself is not speculated on: then neither FENCE_SWAPGS_USER is on, nor page-table isolation, whose write of CR3 takes its place.
    private sealed class Needed
    {
        private readonly FeatureCondition _skipped;
        private readonly FeatureCondition _swapped;

        public Needed(RuleInput input, StateReport report)
        {
            var names = new HashSet<string>(input.Space.Features.Select(feature => feature.Name), StringComparer.Ordinal);
            _skipped = names.Contains(KernelFence) ? input.Space.Of(KernelFence) : input.Space.Everything;
            _swapped = names.Contains(UserFence) ? _skipped.And(input.Space.Of(UserFence).Or(report.PageTableIsolation)) : _skipped;
        }

        public FeatureCondition For(bool isSwapped) => isSwapped ? _swapped : _skipped;
    }
}

/// <summary>A conditional jump as it goes when it is predicted wrong.</summary>
/// <param name="Branch">The jump.</param>
/// <param name="Node">The node it belongs to.</param>
/// <param name="Leg">Where it goes wrongly.</param>
/// <param name="State">The state there.</param>
/// <param name="Features">The features with which it is reached.</param>
internal sealed record MispredictedBranch(Instruction Branch, StateNode Node, CodeItem Leg, AbstractState State, FeatureCondition Features);
