using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using EntryGen.Asm.Text;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Kernel;
using EntryGen.OracleTests.Trace;

namespace EntryGen.OracleTests.Rules.Corpus;

/// <summary>What exploring says of the entries that an edit affects, in the features and the configuration in which it matters.</summary>
/// <param name="Version">The tree.</param>
/// <param name="Configuration">Configuration macros.</param>
public sealed partial record ExploredEdit(string Version, IReadOnlyList<string> Configuration)
{
    // Lines of the corpus name entry points in words; several kinds share their code, and one of each says it all.
    private static readonly ConcurrentDictionary<(string Version, string Configuration), Lazy<EntryUnit>> _unmodified = new();

    /// <summary>A property that is violated where it holds without the edit.</summary>
    /// <param name="Property">Its id.</param>
    /// <param name="Scenario">The question.</param>
    public sealed record Break(string Property, EntryScenario Scenario)
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Property} ({Scenario.Entry} from {From(Scenario.Start)}{Features(Scenario.Options.Features)})";

        private static string From(StartState start) => start.From == Side.User
            ? (start.On16BitStack ? "a 16-bit stack" : "user")
            : "kernel" + (start.Cr3 == Side.User ? ",cr3=user" : "") + (start.Gs == Side.User ? ",gs=user" : "");

        private static string Features(FeatureSet features) => string.Concat(
            features.Except(KernelOptions.DefaultFeatures).Select(feature => " +" + feature).Concat(KernelOptions.DefaultFeatures.Except(features).Select(feature => " -" + feature)));
    }

    /// <summary>Explores the affected entries with an edit.</summary>
    /// <param name="edit">The edit.</param>
    /// <param name="changed">The file as it is with it; null for the tree as it is.</param>
    /// <param name="features">The features to try; null for those in which the edit matters.</param>
    /// <param name="stopsAtFirst">Whether one break is enough.</param>
    public IReadOnlyList<Break> Explore(CorpusEdit edit, SourceText? changed, IReadOnlyList<FeatureSet>? features = null, bool stopsAtFirst = false)
    {
        var entries = AffectedEntries(edit);
        var breaks = new List<Break>();
        if (entries.Count == 0)
        {
            return breaks;
        }

        var unit = changed is null ? Unmodified() : Load(changed, entries);
        foreach (var scenario in Questions(edit, unit, entries, features ?? [.. FeatureSets(edit.FeatureState)]))
        {
            breaks.AddRange(scenario.Explore().Properties.Where(found => found.Verdict == Verdict.Violated).Select(found => new Break(found.Property.Id, scenario)));
            if (stopsAtFirst && breaks.Count > 0)
            {
                break;
            }
        }

        return breaks;
    }

    private static IEnumerable<EntryScenario> Questions(CorpusEdit edit, EntryUnit unit, IReadOnlyList<EntryPoint> entries, IReadOnlyList<FeatureSet> featureSets) =>
        from features in featureSets
        from entry in entries
        from start in StartsOf(entry)
        select EntryScenario.Of(unit, entry.Symbol).From(start).With(entry.FeaturesFor(features))
            .Inject(ScenarioEntries.In(unit) | (edit.EntryPoints.Contains("fault on IRET", StringComparison.Ordinal) ? InjectedEvents.GeneralProtection : InjectedEvents.None), edit.Class == "nmi-nesting" ? 2 : 1).Within(new ExplorationBounds { Threads = 1 });

    // The return to a 16-bit stack takes a path of its own. What a hypervisor calls has none: the double fault that repairs it comes through the IDT.
    private static IEnumerable<StartState> StartsOf(EntryPoint entry) =>
        entry.Starts.Concat(entry is { Kind: EntryKind.Interrupt } and ({ InIdt: true } or { InStub: true }) ? [StartState.User with { On16BitStack = true }] : []).Where(start => entry.ReasonAgainst(start) is null);

    /// <summary>One entry of each shape among those that an edit affects.</summary>
    private IReadOnlyList<EntryPoint> AffectedEntries(CorpusEdit edit) =>
    [
        .. KnownEntriesOf().Where(entry => CorpusJudge.IsEntry(edit.EntryPoints, entry.Symbol)).DistinctBy(entry => entry.Kind is EntryKind.Interrupt
            ? (entry.Kind, entry.Symbol.Split('_')[1], entry.UserCallable, entry.InStub, HasErrorCode(entry), entry.Symbol.Contains("xen", StringComparison.Ordinal))
            : (entry.Kind, entry.Symbol, false, false, false, false)),
    ];

    private IReadOnlyList<EntryPoint> KnownEntriesOf()
    {
        var defined = KernelUnit.Of(Version).Symbols;
        return [.. KnownEntries.All.Where(entry => entry.Kind == EntryKind.Fred ? HasFred : defined.ContainsKey(entry.Symbol)), new("asm_load_gs_index", EntryKind.Call)];
    }

    private bool HasFred => Configuration.Contains("CONFIG_X86_FRED=1");

    private static bool HasErrorCode(EntryPoint entry) => entry.Vector is 8 or (>= 10 and <= 14) or 17 or 21;

    // "A=1 or B=1": each for itself.
    private static IEnumerable<FeatureSet> FeatureSets(string state)
    {
        foreach (var alternative in state.Split(" or "))
        {
            var features = KernelOptions.DefaultFeatures;
            foreach (Match match in FeatureValue().Matches(alternative))
            {
                var name = match.Groups["name"].Value;
                features = match.Groups["value"].Value == "1" ? new FeatureSet([.. features, name]) : features.Without(name);
            }

            // A guest of Xen is entered by the hypervisor, on the kernel's stack and GS base: that is not modelled.
            if (!features.Contains("XENPV"))
            {
                yield return features;
            }
        }
    }

    private EntryUnit Unmodified() => _unmodified.GetOrAdd(
        (Version, string.Join(' ', Configuration)), _ => new(() => Load(KernelRules.Read(Version, "arch/x86/entry/calling.h"), KnownEntriesOf()))).Value;

    private EntryUnit Load(SourceText changed, IReadOnlyList<EntryPoint> entries)
    {
        string[] fred = [.. KnownEntries.All.Where(entry => HasFred && entry.Kind == EntryKind.Fred).Select(entry => entry.Symbol)];
        string[] symbols = [.. entries.Select(entry => entry.Symbol).Concat(ScenarioEntries.Of(InjectedEvents.All)).Concat(fred).Distinct()];
        return KernelUnit.Load(Version, KernelRules.Build(Version, changed, symbols, [.. Configuration]), symbols);
    }

    [GeneratedRegex(@"\b(?<name>[A-Z_0-9]+)=(?<value>[01])")]
    private static partial Regex FeatureValue();
}
