using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.Facts;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>From where a per-CPU access can be reached ahead of any fence, by the control flow alone: what need not be run to see that nothing is wrong.</summary>
internal sealed class UnfencedReach
{
    private readonly FeatureSpace _space;
    private readonly Reach[] _behind;

    /// <summary>Looks at a Program.</summary>
    public UnfencedReach(FlowGraph graph, FeatureSpace space)
    {
        _space = space;
        _behind = new Reach[graph.Program.Items.Count];
        for (var i = 0; i < _behind.Length; i++)
        {
            _behind[i] = new Reach(space.Nothing, space.Nothing);
        }

        DataFlow.Backward(
            graph,
            _behind,
            (item, before, behind) => before is AlternativeSite site ? Before(item, behind).When(ConditionOf(site, item)) : Before(item, behind),
            (left, right) => new Reach(left.Straight.Or(right.Straight), left.Swapped.Or(right.Swapped)));
    }

    /// <summary>What can be reached from an item on.</summary>
    public Reach From(CodeItem item) => Before(item, _behind[item.Index]);

    /// <summary>Whether speculation does not go beyond an instruction.</summary>
    public static bool StopsSpeculation(Instruction instruction) => instruction.Info.Op == Op.Lfence || instruction.Info.IsSerializing;

    private Reach Before(CodeItem item, Reach behind) => item switch
    {
        Instruction stop when StopsSpeculation(stop) || stop.Info.Op == Op.Wrgsbase => new Reach(_space.Nothing, _space.Nothing),
        Instruction call when Departures.CFunctionOf(call) is not null => new Reach(_space.Everything, _space.Nothing),
        Instruction access when IsThroughGs(access) => behind with { Straight = _space.Everything },
        Instruction { Info.Op: Op.Swapgs } => new Reach(_space.Nothing, behind.Straight.Or(behind.Swapped)),
        _ => behind,
    };

    private static bool IsThroughGs(Instruction instruction)
    {
        foreach (var operand in instruction.Operands)
        {
            if (operand is MemoryOperand { Segment: not null } or IndirectOperand { Target: MemoryOperand { Segment: not null } })
            {
                return true;
            }
        }

        return false;
    }

    private FeatureCondition ConditionOf(AlternativeSite site, CodeItem item)
    {
        var (open, condition) = (_space.Everything, _space.Nothing);
        for (var i = site.Choices.Count - 1; i >= 0; i--)
        {
            var chosen = _space.Of(site.Choices[i].Feature, !site.Choices[i].Inverted);
            condition = ReferenceEquals(site.Choices[i].Target, item) ? condition.Or(open.And(chosen)) : condition;
            open = open.Except(chosen);
        }

        return ReferenceEquals(site.Original, item) ? condition.Or(open) : condition;
    }

    /// <summary>The features with which an access is reached.</summary>
    /// <param name="Straight">Without a SWAPGS in between.</param>
    /// <param name="Swapped">With one.</param>
    public readonly record struct Reach(FeatureCondition Straight, FeatureCondition Swapped)
    {
        /// <summary>The same, with fewer features.</summary>
        public Reach When(FeatureCondition condition) => new(Straight.And(condition), Swapped.And(condition));
    }
}
