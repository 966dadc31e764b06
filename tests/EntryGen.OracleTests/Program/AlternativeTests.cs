using EntryGen.Asm;

namespace EntryGen.OracleTests;

public class AlternativeTests
{
    // Records by feature in all units but FRED's, which has none; "!" for inverted. Both trees share most.
    private const string Both =
        "XENPV 54, PTI 14, PCID 14, KERNEL_IBRS 12, SRSO_ALIAS 10, UNRET 8, ENTRY_IBPB 8, CLEAR_BHB_LOOP 4, FSGSBASE 3, FENCE_SWAPGS_USER 3, !ALWAYS 2, "
        + "FENCE_SWAPGS_KERNEL 2, SRSO 2, BUG_IBPB_NO_RET 1, BUG_NULL_SEG 1, BUG_SWAPGS_FENCE 1, RSB_CTXSW 1";

    [KernelTheory]
    [InlineData("6.1", 197, "SMAP 52, CLEAR_CPU_BUF 4, LA57 1")]
    [InlineData("6.12", 208, "SMAP 53, CLEAR_CPU_BUF 5, CALL_DEPTH 10")]
    public void Every_record_is_a_choice_of_a_named_feature(string version, int records, string own)
    {
        var counts = Choices(version)
            .GroupBy(choice => (choice.Inverted ? "!" : "") + choice.Feature.Name)
            .Select(group => $"{group.Key} {group.Count()}")
            .Order(StringComparer.Ordinal);
        Assert.Equal($"{Both}, {own}".Split(", ").Order(StringComparer.Ordinal), counts);
        Assert.Equal(records, Choices(version).Count());
    }

    // What objdump shows of .altinstr_replacement in the objects of GNU as, instructions written as bytes included.
    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Replacements_hold_every_instruction_of_their_section(string version)
    {
        foreach (var (_, unit) in KernelTrees.Units.Where(unit => unit.Version == version))
        {
            var items = KernelPrograms.Alone(version, unit).Program.Items.OfType<Instruction>();
            var replacements = items.Count(item => item.Statement.Section == ".altinstr_replacement");
            var expected = ObjectCode.Read(version, unit).Count(code => code.Section == ".altinstr_replacement");
            Assert.Equal(expected, replacements);
        }
    }

    private static IEnumerable<AlternativeChoice> Choices(string version) =>
        KernelTrees.Units.Where(unit => unit.Version == version)
            .SelectMany(unit => KernelPrograms.Alone(version, unit.Unit).Program.Items.OfType<AlternativeSite>())
            .SelectMany(site => site.Choices);
}
