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
            if (hasPcid && effect == HandlerEffect.TemporaryMmAfterWrap)
            {
                continue;
            }

            var question = Verdicts.Question(variant, place, effect, hasPcid);
            var kept = Broken(question.Explore());
            var machine = Broken(question.WithWorstCaseTlb().Ask([.. Verdicts.Properties, EntryProperties.TranslationsPresent]).Explore());
            Assert.Equal([.. kept, .. kept.Contains("P1.2") ? ["tlb"] : Array.Empty<string>()], machine);
        }
    }

    /// <summary>
    /// Where they differ: the temporary mm has taken the ASID of the process. Written back, the process's CR3 lets kernel code use translations of the temporary mm, which only the TLB knows. And the user half's
    /// PCID counts as the temporary mm's, whose user half nobody ever loaded: the bookkeeping says more than the TLB.
    /// </summary>
    [Theory]
    [InlineData("W", "tlb", "tlb", "P1.2 tlb")]
    [InlineData("S", "", "", "P1.2")]
    [InlineData("F", "", "", "P1.2")]
    [InlineData("F'", "", "", "P1.2")]
    [InlineData("C", "tlb", "tlb", "P1.2 tlb")]
    [InlineData("X", "", "tlb", "P1.2")]
    public void They_differ_where_an_ASID_has_two_owners(string id, params string[] expected)
    {
        var variant = Experiment.Variants.Append(Verdicts.Wrong).Single(known => known.Id == id);
        var found = Place.All.Select(place => Verdicts.Question(variant, place, HandlerEffect.TemporaryMmAfterWrap, hasPcid: true)
            .WithWorstCaseTlb().Ask(EntryProperties.NoStaleTranslation, EntryProperties.TranslationsPresent).Explore());
        Assert.Equal(expected, found.Select(result => string.Join(' ', Broken(result))));
    }

    private static List<string> Broken(ScenarioResult result) =>
        [.. result.Properties.Where(answer => answer.Verdict == Verdict.Violated).Select(answer => answer.Property.Id)];
}
