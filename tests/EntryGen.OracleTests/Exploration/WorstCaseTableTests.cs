using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.Handlers;
using RestoreCr3;

namespace EntryGen.OracleTests.Exploration;

/// <summary>Two accounts of what may be stale, of which neither knows of the other: the bookkeeping of exploration, and the machine's TLB at its worst.</summary>
public sealed class WorstCaseTableTests
{
    public static TheoryData<string, bool> Variants
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var variant in Experiment.Variants.Append(Verdicts.Wrong))
            {
                data.Add(variant.Id, true);
                data.Add(variant.Id, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void They_agree_on_every_way_to_put_CR3_back(string id, bool hasPcid)
    {
        var variant = Experiment.Variants.Append(Verdicts.Wrong).Single(known => known.Id == id);
        foreach (var (place, effect) in Place.All.SelectMany(place => HandlerEffect.All.Select(effect => (place, effect))))
        {
            var question = Verdicts.Question(variant, place, effect, hasPcid);
            var kept = Broken(question.Explore());
            var machine = Broken(question.WithWorstCaseTlb().Ask([.. Verdicts.Properties, EntryProperties.TranslationsPresent]).Explore());
            Assert.Equal([.. kept, .. kept.Contains("P1.2") ? ["tlb"] : Array.Empty<string>()], machine);
        }
    }

    private static List<string> Broken(ScenarioResult result) =>
        [.. result.Properties.Where(answer => answer.Verdict == Verdict.Violated).Select(answer => answer.Property.Id)];
}
