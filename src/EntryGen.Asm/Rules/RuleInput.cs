using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Gas;

namespace EntryGen.Asm.Rules;

/// <summary>What rules look at: one Program that could be read, with everything that is known about it. What is costly is computed when first asked for.</summary>
public sealed class RuleInput
{
    private readonly CancellationToken _cancellation;

    /// <summary>Prepares a Program.</summary>
    /// <param name="program">The Program.</param>
    /// <param name="listings">The units it was made of.</param>
    /// <param name="entries">Its entries; null to find them by the kernel's names.</param>
    /// <param name="isOn">Which features are on; null to look at every assignment that occurs.</param>
    /// <param name="cancellation">Ends the analysis.</param>
    public RuleInput(
        Program program,
        IReadOnlyList<AssemblyListing> listings,
        IReadOnlyList<AnalyzedEntry>? entries = null,
        Func<CpuFeature, bool>? isOn = null,
        CancellationToken cancellation = default)
    {
        Program = program;
        Listings = listings;
        Entries = entries ?? FindEntries(program);
        Space = new FeatureSpace(program.Features);
        Assumptions = isOn is null
            ? KernelFeatures.Assumptions(Space)
            : program.Features.Aggregate(Space.Everything, (all, feature) => all.And(Space.Of(feature, feature.IsAlwaysOn || isOn(feature))));
        _cancellation = cancellation;
    }

    /// <summary>The Program.</summary>
    public Program Program { get; }

    /// <summary>The units it was made of.</summary>
    public IReadOnlyList<AssemblyListing> Listings { get; }

    /// <summary>Its entries.</summary>
    public IReadOnlyList<AnalyzedEntry> Entries { get; }

    /// <summary>The features that findings speak of.</summary>
    public FeatureSpace Space { get; }

    /// <summary>The feature assignments that occur.</summary>
    public FeatureCondition Assumptions { get; }

    /// <summary>The control flow.</summary>
    public FlowGraph Graph => field ??= FlowGraph.Create(Program);

    /// <summary>The states in which the code runs, from every scenario of every entry.</summary>
    public StateGraph States
    {
        get
        {
            if (field is null)
            {
                var scenarios = new ScenarioFactory(Program, Space);
                field = AbstractInterpreter.Run(Graph, Space, Assumptions, Entries.SelectMany(scenarios.Of), cancellation: _cancellation);
            }

            return field;
        }
    }

    // What an entry's stub calls is looked at where it is called, with what is known there.
    private static IReadOnlyList<AnalyzedEntry> FindEntries(Program program)
    {
        var called = new HashSet<CodeItem>(program.Items.OfType<Instruction>().Select(instruction => instruction.Target?.Item).OfType<CodeItem>());
        return [.. EntryFinder.Find(program).Where(entry => entry.Shape != EntryShape.Call || !called.Contains(entry.Item))];
    }
}
