using EntryGen.Asm;

namespace EntryGen.OracleTests;

public class AlternativeTests
{
    // Counted in the objects that GNU as made of all units: features by number, "!" for inverted.
    private const string Records61 =
        "XENPV 54, SMAP 52, PTI 14, PCID 14, KERNEL_IBRS 12, SRSO_ALIAS 10, UNRET 8, ENTRY_IBPB 8, CLEAR_BHB_LOOP 4, CLEAR_CPU_BUF 4, FSGSBASE 3, FENCE_SWAPGS_USER 3, "
        + "!ALWAYS 2, FENCE_SWAPGS_KERNEL 2, SRSO 2, BUG_IBPB_NO_RET 1, BUG_NULL_SEG 1, BUG_SWAPGS_FENCE 1, LA57 1, RSB_CTXSW 1";

    [KernelFact]
    public void Every_record_of_6_1_is_a_choice() => Assert.Equal(Sorted(Records61), Count("6.1"));

    private static IEnumerable<string> Sorted(string counts) => counts.Split(", ").OrderBy(count => count, StringComparer.Ordinal);

    private static IEnumerable<string> Count(string version) =>
        KernelTrees.Units.Where(unit => unit.Version == version)
            .SelectMany(unit => KernelPrograms.Alone(version, unit.Unit).Program.Items.OfType<AlternativeSite>())
            .SelectMany(site => site.Choices)
            .GroupBy(choice => (choice.Inverted ? "!" : "") + choice.Feature.Name)
            .Select(group => $"{group.Key} {group.Count()}")
            .OrderBy(count => count, StringComparer.Ordinal);
}
