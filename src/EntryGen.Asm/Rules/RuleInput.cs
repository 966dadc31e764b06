using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Gas;

namespace EntryGen.Asm.Rules;

/// <summary>What rules look at: one Program that could be read, with everything that is known about it. What is costly is computed when first asked for.</summary>
public sealed class RuleInput
{
    private readonly CancellationToken _cancellation;
    private readonly bool _isGuest;
    private readonly FeatureCondition _guestAssumptions;

    /// <summary>Prepares a Program.</summary>
    /// <param name="program">The Program.</param>
    /// <param name="listings">The units it was made of.</param>
    /// <param name="entries">Its entries; null to find them by the kernel's names. Functions that code of the Program reaches itself are looked at there, and not as entries.</param>
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
        Graph = FlowGraph.Create(program, cancellation);
        Entries = RootEntries.Of(Graph, entries ?? EntryFinder.Find(program));
        Space = new FeatureSpace(program.Features);
        Assumptions = isOn is null
            ? KernelFeatures.Assumptions(Space)
            : program.Features.Aggregate(Space.Everything, (all, feature) => all.And(Space.Of(feature, feature.IsAlwaysOn || isOn(feature))));
        Occurring = Assumptions;
        _guestAssumptions = isOn is null ? KernelFeatures.GuestAssumptions(Space) : Assumptions.And(KernelFeatures.GuestAssumptions(Space));
        _cancellation = cancellation;
    }

    // The same Program with fewer entries.
    private RuleInput(RuleInput all, IReadOnlyList<AnalyzedEntry> entries)
        : this(all, entries, all.Assumptions, all._isGuest)
    {
    }

    private RuleInput(RuleInput all, IReadOnlyList<AnalyzedEntry> entries, FeatureCondition assumptions, bool isGuest)
    {
        Program = all.Program;
        Listings = all.Listings;
        Space = all.Space;
        Assumptions = assumptions;
        Occurring = isGuest ? KernelFeatures.Possible(all.Space) : assumptions;
        _isGuest = isGuest;
        _guestAssumptions = all.Space.Nothing;
        Graph = all.Graph;
        Entries = entries;
        _cancellation = all._cancellation;
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

    /// <summary>What conditions are described under: <see cref="Assumptions"/>, but of a guest also that it is one.</summary>
    internal FeatureCondition Occurring { get; }

    /// <summary>The same Program as a paravirtualized guest of Xen's, with the exceptions and interrupts that it handles there; null where it is none.</summary>
    internal RuleInput? Guest =>
        _guestAssumptions.IsNever ? null : new RuleInput(this, [.. Entries.Where(ScenarioFactory.IsOfGuest)], _guestAssumptions, isGuest: true);

    /// <summary>The control flow.</summary>
    public FlowGraph Graph { get; }

    /// <summary>The states in which the code runs, from every scenario of every entry.</summary>
    public StateGraph States
    {
        get
        {
            if (field is null)
            {
                var scenarios = new ScenarioFactory(Program, Space);
                field = AbstractInterpreter.Run(Graph, Space, Assumptions, Entries.SelectMany(entry => _isGuest ? scenarios.OfGuest(entry) : scenarios.Of(entry)), cancellation: _cancellation);
            }

            return field;
        }
    }

    private HashSet<string> UserMapped => field ??= new(
        Program.Externals.Where(symbol => symbol is { Kind: ExternalKind.PerCpu, UserMapped: true }).Select(symbol => symbol.Name), StringComparer.Ordinal);

    /// <summary>Whether the user half of the page tables maps a per-CPU variable.</summary>
    /// <param name="variable">Its symbol.</param>
    public bool IsUserMapped(string variable) => UserMapped.Contains(variable);

    private IReadOnlyList<IReadOnlyList<AnalyzedEntry>> Similar => field ??= SimilarEntries.Group(Entries, _cancellation);

    private RuleInput Samples => field ??= Similar.Count == Entries.Count ? this : new RuleInput(this, [.. Similar.Select(group => group[0])]);

    /// <summary>Makes a check that goes by entries on one of those that are <see cref="SimilarEntries">similar</see>, and on all of them where it found something.</summary>
    /// <param name="check">The check: what it finds names the entries.</param>
    /// <returns>What it finds when it is made on all entries.</returns>
    internal IReadOnlyList<AsmDiagnostic> CheckSimilarOnce(Func<RuleInput, IReadOnlyList<AsmDiagnostic>> check)
    {
        var found = check(Samples);
        var named = new HashSet<string>(found.SelectMany(finding => finding.Detail?.Entries ?? []), StringComparer.Ordinal);
        var isWrong = Similar.Where(group => group.Count > 1 && named.Contains(group[0].Symbol)).ToList();
        if (isWrong.Count == 0)
        {
            return found;
        }

        var looked = new HashSet<AnalyzedEntry>(Similar.Select(group => group[0]).Concat(isWrong.SelectMany(group => group)));
        return check(new RuleInput(this, [.. Entries.Where(looked.Contains)]));
    }
}
