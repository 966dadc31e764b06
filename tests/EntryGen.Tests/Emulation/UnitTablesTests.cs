using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

public class UnitTablesTests
{
    private const string Text =
        "section\t.entry.text\tffffffff81000000\t40\txu\n" +
        "section\t.data\tffffffff82000000\t4\t-\t01020304\n" +
        "symbol\tasm_exc_nmi\tffffffff81000000\n" +
        "symbol\t.Lend\tffffffff81000020\n" +
        "symbol\trestore\tffffffff81000020\n" +
        "entry\tasm_exc_nmi\tffffffff81000000\tNmi\n" +
        "external\texc_nmi\tfunction\tffffffff83000000\t10\t-\n" +
        "external\tmask\tpercpu\t40\t2\tu\n" +
        "function\texc_nmi\t0\n" +
        "feature\t0\tPTI\n" +
        "constant\tPTI_USER_PGTABLE_BIT\t12\n" +
        "constant\tNEGATIVE\t-1\n" +
        "insn\tffffffff81000000\tmovq %cr3, %rax\tentry.S:10\tOUTER@entry.S:10 INNER@calling.h:5\n" +
        "insn\tffffffff81000010\tiretq\tentry.S:11\t\n";

    private static readonly EntryUnit Unit = new("U", static (ref Cpu _) => default, static (ref Cpu _) => default, Text, [static (ref Cpu _) => { }]);

    [Fact]
    public void Every_record_is_read()
    {
        Assert.Equal(new UnitEntry("asm_exc_nmi", 0xffffffff81000000, EntryKind.Nmi), Unit.Entries["asm_exc_nmi"]);
        Assert.Equal(0xffffffff81000020, Unit.Symbols["restore"]);
        Assert.Equal(new UnitExternal("mask", ExternalKind.PerCpu, 0x40, 2, true), Unit.Externals["mask"]);
        Assert.Equal(new UnitExternal("exc_nmi", ExternalKind.Function, 0xffffffff83000000, 16, false), Unit.Externals["exc_nmi"]);
        Assert.Equal(["PTI"], Unit.Features);
        Assert.Equal((12L, -1L), (Unit.Constants["PTI_USER_PGTABLE_BIT"], Unit.Constants["NEGATIVE"]));
        var first = new UnitInstruction(0xffffffff81000000, "movq %cr3, %rax", "entry.S:10", "OUTER@entry.S:10 INNER@calling.h:5");
        Assert.Equal(first, Unit.Instructions[0xffffffff81000000]);
        Assert.Equal("", Unit.Instructions[0xffffffff81000010].MacroStack);
        Assert.Equal(0, Unit.FunctionIndex["exc_nmi"]);
        Assert.Equal([(".entry.text", true, true), (".data", false, false)], Unit.Sections.Select(s => (s.Name, s.Executable, s.UserMapped)));
        Assert.Equal([1, 2, 3, 4], Unit.Sections[1].Data.ToArray());
    }

    [Theory]
    [InlineData(0xffffffff81000000, "asm_exc_nmi")]
    [InlineData(0xffffffff81000010, "asm_exc_nmi+0x10")]
    [InlineData(0xffffffff81000030, "restore+0x10")]
    [InlineData(0xffffffff83000000, "exc_nmi")]
    [InlineData(0xffffffff81000040, null)]
    [InlineData(0x1000UL, null)]
    public void An_address_is_named_by_the_nearest_symbol(ulong address, string? name) => Assert.Equal(name, Unit.Locate(address)?.ToString());

    [Theory]
    [InlineData("nonsense\t1")]
    [InlineData("symbol\tx")]
    [InlineData("symbol\tx\tzz")]
    [InlineData("entry\tx\t0\tSometimes")]
    [InlineData("feature\t1\tPTI")]
    public void Damaged_tables_name_the_line(string line)
    {
        var unit = new EntryUnit("U", static (ref Cpu _) => default, static (ref Cpu _) => default, "symbol\ta\t0\n" + line, []);
        Assert.Contains("line 2", Assert.Throws<FormatException>(() => unit.Symbols).Message);
    }

    [Fact]
    public void A_feature_set_is_a_value()
    {
        Assert.Equal(new FeatureSet("PCID", "X86_FEATURE_PTI"), new FeatureSet("PTI", "PCID"));
        Assert.Equal("PCID,PTI", new FeatureSet("PTI", "PCID").ToString());
        Assert.True(FeatureSet.Pti.Contains("X86_FEATURE_PTI"));
        Assert.False(FeatureSet.Pti.Without("PTI").Contains("PTI"));
        Assert.Empty(FeatureSet.None);
        Assert.Throws<ArgumentException>(() => FeatureSet.None.With(""));
    }

    [Fact]
    public void A_per_CPU_variable_is_reached_whichever_page_table_is_current()
    {
        var guest = new Guest();
        guest.Machine[Reg.KernelGsBase] = Guest.Data;
        var variable = new PerCpu<ushort>(0x40);
        var cpu = guest.Machine.Cpu;
        variable.Set(ref cpu, 0xabcd);
        Assert.Equal(0xabcd, variable.Get(in cpu));
        Assert.Equal(0xabcdUL, guest.Words(Guest.Data + 0x40, 1)[0]);
        guest.Machine.HostPageTable = guest.Root;
        cpu.Cr3 = guest.Pages.NewRoot().Value;
        Assert.Equal(0xabcd, variable.Get(guest.Machine));
        Assert.Equal((2, 0x40L, false), (variable.Size, variable.Offset, variable.UserMapped));
    }

    [Fact]
    public void Fixups_are_found_by_the_instruction_that_faults()
    {
        var unit = new TestUnit($"fixup\t{Guest.Code:x}\t{Guest.Code + 16:x}\t1").Unit;
        Assert.Equal(new UnitFixup(Guest.Code, Guest.Code + 16, UnitFixup.DefaultType), Assert.Single(unit.Fixups).Value);
    }
}
