using EntryGen.Asm;
using EntryGen.Asm.Flow;

namespace EntryGen.Tests.Flow;

/// <summary>Conditions against the plain thing: a set of bit patterns, one bit a feature.</summary>
public class FeatureConditionTests
{
    private const int Count = 6;
    private static readonly CpuFeature[] _features = [.. Enumerable.Range(0, Count).Select(i => new CpuFeature(((char)('A' + i)).ToString(), i, i))];

    [Fact]
    public void Sets_of_assignments_and_conditions_agree_under_every_operation()
    {
        var random = new Random(7);
        var space = new FeatureSpace(_features);
        var known = new List<(FeatureCondition Condition, HashSet<int> Set)> { (space.Nothing, []), (space.Everything, [.. Assignments]) };
        foreach (var feature in _features)
        {
            known.Add((space.Of(feature), [.. Assignments.Where(assignment => (assignment >> feature.Index & 1) != 0)]));
            known.Add((space.Of(feature, on: false), [.. Assignments.Where(assignment => (assignment >> feature.Index & 1) == 0)]));
        }

        for (var round = 0; round < 2000; round++)
        {
            var (left, leftSet) = known[random.Next(known.Count)];
            var (right, rightSet) = known[random.Next(known.Count)];
            var (condition, set) = random.Next(4) switch
            {
                0 => (left.And(right), leftSet.Intersect(rightSet)),
                1 => (left.Or(right), leftSet.Union(rightSet)),
                2 => (left.Except(right), leftSet.Except(rightSet)),
                _ => (left.Not(), Assignments.Except(leftSet)),
            };
            known.Add((condition, [.. set]));
            Assert.Equal(leftSet.IsSubsetOf(rightSet), left.Implies(right));
            Assert.Equal(leftSet.SetEquals(rightSet), left == right);
            Assert.Equal(known[^1].Set.Count == 0, condition.IsNever);
            Assert.Equal(known[^1].Set.Count == 1 << Count, condition.IsAlways);

            // The words mean the set, wherever the assumption holds.
            var (assumption, assumed) = known[random.Next(known.Count)];
            var products = condition.Products(assumption);
            Assert.Equal(known[^1].Set.Intersect(assumed).Order(), assumed.Where(assignment => products.Any(product => Holds(product, assignment))).Order());
        }
    }

    [Theory]
    [InlineData("any")]
    [InlineData("A")]
    [InlineData("!B,C")]
    public void A_product_is_printed_as_it_is(string words)
    {
        var space = new FeatureSpace(_features);
        var condition = words == "any" ? space.Everything : words.Split(',').Aggregate(space.Everything, (all, literal) => all.And(space.Of(literal.TrimStart('!'), literal[0] != '!')));
        Assert.Equal(words, condition.Describe(space.Everything));
    }

    [Fact]
    public void An_assumption_shortens_the_words()
    {
        var space = new FeatureSpace(_features);
        var aWithoutB = space.Of("A").And(space.Of("B", on: false));
        Assert.Equal("A", aWithoutB.Describe(space.Of("B", on: false)));
        Assert.Equal("A", aWithoutB.Describe(aWithoutB.Or(space.Of("A", on: false))));
        Assert.Equal("", aWithoutB.Describe(space.Of("B")));
    }

    [Fact]
    public void A_feature_the_program_does_not_ask_for_is_off()
    {
        var space = new FeatureSpace(_features);
        Assert.True(space.Of("XENPV").IsNever);
        Assert.True(space.Of("XENPV", on: false).IsAlways);
    }

    private static IEnumerable<int> Assignments => Enumerable.Range(0, 1 << Count);

    private static bool Holds(FeatureProduct product, int assignment) =>
        product.Literals.All(literal => (assignment >> literal.Feature.Index & 1) != 0 == literal.On);
}
