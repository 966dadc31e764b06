using PtiStacks;

namespace EntryGen.OracleTests.Examples;

/// <summary>The example's table of mappings: a run for each of them without it. A class of its own, which runs beside the other questions.</summary>
public class PtiStacksMappingTests
{
    public static TheoryData<string> Ids => [.. Design.All.Select(design => design.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Each_mapping_that_a_design_asks_for_is_needed(string id) =>
        Assert.All(Mappings.LeaveOut(Design.All.Single(design => design.Id == id)), left => Assert.NotNull(left.Fault));
}
