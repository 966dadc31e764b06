using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.Facts;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;
using EntryGen.Asm.Rules.Fixes;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>A rule about what must have been done on every path before an instruction. All of them look in one pass.</summary>
internal abstract class HardeningRule
{
    /// <summary>What it can find.</summary>
    public abstract IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; }

    /// <summary>Whether it looks at conditional jumps before the handler was called, besides what leaves the entry code or writes an MSR.</summary>
    public virtual bool LooksAtBranches => false;

    /// <summary>Called before an instruction runs. Not for each one: for calls and jumps out of the Program, returns, writes of MSRs, and <see cref="LooksAtBranches"/>.</summary>
    public abstract void Before(FactPoint point, StateReport report);

    /// <summary>Called when all instructions were looked at.</summary>
    public virtual void Finish(FactPoint point, RuleInput input, StateReport report, CancellationToken cancellation)
    {
    }
}

/// <summary>A place before an instruction, with the state and the facts there.</summary>
internal sealed class FactPoint(
    FactFlow flow, MitigationFacts facts, IReadOnlyDictionary<Fact, FeatureCondition> used, AbstractCpu cpu, Program program, FeatureSpace space)
{
    private readonly int[] _missing = new int[flow.Facts.Count];

    /// <summary>The facts that can be asked for.</summary>
    public MitigationFacts Facts { get; } = facts;

    /// <summary>The state before the instruction.</summary>
    public AbstractCpu Cpu { get; } = cpu;

    /// <summary>The node that the instruction belongs to.</summary>
    public StateNode Node { get; private set; } = null!;

    /// <summary>The instruction.</summary>
    public Instruction Instruction { get; private set; } = null!;

    /// <summary>The branches that were met so far whose outcome is known, each as it goes when it is mispredicted.</summary>
    public List<MispredictedBranch> MispredictedBranches { get; } = [];

    /// <summary>The features with which the instruction is reached without a fact.</summary>
    public FeatureCondition Missing(Fact fact) => space.At(_missing[flow.IndexOf(fact)]);

    /// <summary>The same, with only the features with which some code of the Program establishes the fact: with others it is not wanted.</summary>
    public FeatureCondition MissingThoughUsed(Fact fact) => Missing(fact).And(Used(fact));

    /// <summary>The features with which some code of the Program establishes a fact.</summary>
    public FeatureCondition Used(Fact fact) => used[fact];

    /// <summary>A path to the instruction without a fact.</summary>
    public IReadOnlyList<StateNode> PathWithout(Fact fact) => flow.PathWithout(fact, Node);

    /// <summary>
    /// Does before an instruction what other code does for a fact: by the same instruction, or, where features decide on it, by the macro without arguments that a line elsewhere consists
    /// of and that does nothing else. Null where there is none.
    /// </summary>
    public SuggestedFix? FixLikeElsewhere(Fact fact, Instruction instruction)
    {
        var setting = program.Items.OfType<Instruction>().Where(other => fact.EffectOf(other) == FactEffect.Set);
        var text = Used(fact).IsAlways ? setting.FirstOrDefault()?.ToString() : setting.Select(other => MacroFor(fact, other)).FirstOrDefault(macro => macro is not null);
        return text is null ? null : InstructionFixes.AddBefore(instruction, text);
    }

    // The line as it is written, so that a preprocessor macro is one too.
    private string? MacroFor(Fact fact, Instruction setting)
    {
        var (file, number) = (setting.Statement.File, setting.Statement.Line);
        var line = file.Text.Substring(file.LineStart(number), file.LogicalLineEnd(file.LineStart(number)) - file.LineStart(number)).Trim();
        var isName = line.Length > 0 && line.All(letter => letter == '_' || char.IsLetterOrDigit(letter));
        return isName && setting.Statement.Depth > 0 && program.Items.OfType<Instruction>()
            .Where(other => other.Statement.Line == number && other.Statement.File == file)
            .All(other => fact.EffectOf(other) == FactEffect.Set || other.Info.Op == Op.Nop) ? line : null;
    }

    /// <summary>Goes to an instruction, before it runs.</summary>
    internal void MoveTo(StateNode node, Instruction instruction)
    {
        if (!ReferenceEquals(node, Node))
        {
            flow.MissingAt(node).CopyTo(_missing);
        }

        (Node, Instruction) = (node, instruction);
    }

    /// <summary>Takes over what the instruction did, after it ran.</summary>
    internal void Apply()
    {
        foreach (var site in flow.Sites.At(Instruction))
        {
            _missing[site.Fact] = (site.Effect ?? flow.Facts[site.Fact].Of(Node, Instruction, Cpu)) switch
            {
                FactEffect.None => _missing[site.Fact],
                FactEffect.Clear => Node.Condition.Node,
                _ => 0,
            };
        }
    }
}
