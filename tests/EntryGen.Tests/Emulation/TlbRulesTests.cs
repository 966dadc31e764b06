using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>
/// Which operation must drop which entry (SDM vol. 3A, 4.10.4.1). A page is used, its mapping goes away, the operation runs; then the page is still
/// readable or not.
/// </summary>
public class TlbRulesTests
{
    private const ulong Page = Guest.Data;
    private const ulong GlobalPage = Guest.Data + 0x1000;
    private const ulong LargePage = 0xffff_8000_0000_0000;

    private static Guest NewGuest(ulong pcid = 5)
    {
        var guest = new Guest();
        guest.ChangeEntry(GlobalPage, PageTableBits.Global);
        guest.Pages.Map(guest.Root, LargePage, 0, PageTableBits.Present | PageTableBits.Writable, 21);
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.WriteControl(4, cpu.Cr4 | Cr4Bits.PCIDE));
        Assert.True(cpu.WriteControl(3, guest.Root.Value | pcid));
        return guest;
    }

    private delegate bool Operation(ref Cpu cpu, Guest guest);

    private static (bool Own, bool Global) Survives(Operation operation, bool pcide = true)
    {
        var guest = NewGuest(pcide ? 5UL : 0);
        var cpu = guest.Machine.Cpu;
        if (!pcide)
        {
            Assert.True(cpu.WriteControl(4, cpu.Cr4 & ~Cr4Bits.PCIDE));
        }

        Assert.True(cpu.Load8(Page, out _));
        Assert.True(cpu.Load8(GlobalPage, out _));
        guest.Unmap(Page);
        guest.Unmap(GlobalPage);
        Assert.True(cpu.Load8(Page, out _), "an entry is used until it must go");
        Assert.True(operation(ref cpu, guest));

        // Come back to the PCID the entries were made under without a flush.
        if (pcide && (cpu.Cr4 & Cr4Bits.PCIDE) != 0)
        {
            Assert.True(cpu.WriteControl(3, Cr3Bits.NoFlush | guest.Root.Value | 5));
        }

        return (cpu.Load8(Page, out _), cpu.Load8(GlobalPage, out _));
    }

    [Fact]
    public void Mov_cr3_drops_the_pcid_it_loads_but_for_globals() =>
        Assert.Equal((false, true), Survives((ref Cpu cpu, Guest guest) => cpu.WriteControl(3, guest.Root.Value | 5)));

    [Fact]
    public void Mov_cr3_with_bit_63_drops_nothing() =>
        Assert.Equal((true, true), Survives((ref Cpu cpu, Guest guest) => cpu.WriteControl(3, Cr3Bits.NoFlush | guest.Root.Value | 5)));

    [Fact]
    public void Mov_cr3_of_another_pcid_leaves_the_old_one_alone() =>
        Assert.Equal((true, true), Survives((ref Cpu cpu, Guest guest) => cpu.WriteControl(3, guest.Root.Value | 6)));

    [Fact]
    public void Mov_cr3_without_pcide_drops_all_but_globals() =>
        Assert.Equal((false, true), Survives((ref Cpu cpu, Guest guest) => cpu.WriteControl(3, guest.Root.Value), pcide: false));

    [Theory]
    [InlineData(Cr4Bits.PGE, false, false)]
    [InlineData(Cr4Bits.PCIDE, false, false)]
    [InlineData(Cr4Bits.SMEP, false, true)]
    [InlineData(Cr4Bits.SMAP, true, true)]
    [InlineData(Cr4Bits.PSE, true, true)]
    public void Mov_cr4_drops_by_the_bit_that_changes(ulong bit, bool own, bool global) =>
        Assert.Equal((own, global), Survives((ref Cpu cpu, Guest guest) =>
            (bit != Cr4Bits.PCIDE || cpu.WriteControl(3, Cr3Bits.NoFlush | guest.Root.Value)) && cpu.WriteControl(4, cpu.Cr4 ^ bit)));

    [Fact]
    public void Mov_cr4_that_turns_smep_off_drops_nothing() =>
        Assert.Equal((true, true), Survives((ref Cpu cpu, Guest _) =>
        {
            var cr4 = cpu.Cr4;
            cpu.Cr4 = cr4 | Cr4Bits.SMEP;
            return cpu.WriteControl(4, cr4);
        }));

    [Fact]
    public void Mov_cr0_that_changes_wp_drops_nothing() =>
        Assert.Equal((true, true), Survives((ref Cpu cpu, Guest _) => cpu.WriteControl(0, cpu.Cr0 ^ Cr0Bits.WP)));

    [Fact]
    public void Invlpg_drops_the_page_in_the_current_pcid()
    {
        Assert.Equal((false, true), Survives((ref Cpu cpu, Guest _) => cpu.Invlpg(Page + 0x123)));
        Assert.Equal((true, false), Survives((ref Cpu cpu, Guest _) => cpu.Invlpg(GlobalPage)));
    }

    [Fact]
    public void Invlpg_under_another_pcid_drops_global_entries_only()
    {
        Assert.Equal((true, false), Survives((ref Cpu cpu, Guest guest) =>
            cpu.WriteControl(3, guest.Root.Value | 6) && cpu.Invlpg(Page) && cpu.Invlpg(GlobalPage)));
    }

    [Theory]
    [InlineData(0, 5, Page, false, true)]
    [InlineData(0, 5, GlobalPage, true, true)]
    [InlineData(0, 6, Page, true, true)]
    [InlineData(1, 5, 0, false, true)]
    [InlineData(1, 6, 0, true, true)]
    [InlineData(2, 0, 0, false, false)]
    [InlineData(3, 0, 0, false, true)]
    public void Invpcid_drops_by_its_type(ulong type, ulong pcid, ulong address, bool own, bool global) =>
        Assert.Equal((own, global), Survives((ref Cpu cpu, Guest _) =>
            cpu.Store64(Guest.StackTop - 16, pcid) && cpu.Store64(Guest.StackTop - 8, address) && cpu.Invpcid(type, Guest.StackTop - 16)));

    [Fact]
    public void A_page_fault_drops_the_entry_that_caused_it()
    {
        var guest = NewGuest();
        var cpu = guest.Machine.Cpu;
        guest.ChangeEntry(Page, 0, PageTableBits.Writable);
        Assert.True(cpu.Load8(Page, out _));
        guest.ChangeEntry(Page, PageTableBits.Writable);
        Assert.False(cpu.Store8(Page, 1), "the stale entry forbids writes: a spurious fault");
        Assert.Equal(3u, cpu.Fault().ErrorCode);
        Assert.True(cpu.Store8(Page, 1), "it happens once");
    }

    [Fact]
    public void A_large_page_goes_whole()
    {
        var guest = NewGuest();
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.Load8(LargePage + 0x1000, out _));
        Assert.True(cpu.Load8(LargePage + 0x1ff000, out _));
        guest.ChangeEntry(LargePage, 0, PageTableBits.Present, 21);
        Assert.True(cpu.Load8(LargePage + 0x5000, out _), "one entry serves the whole page");
        Assert.True(cpu.Invlpg(LargePage + 0x1ff000));
        Assert.False(cpu.Load8(LargePage + 0x1000, out _));
    }

    [Fact]
    public void Global_is_ignored_while_pge_is_off()
    {
        var guest = NewGuest();
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.WriteControl(4, cpu.Cr4 & ~Cr4Bits.PGE));
        Assert.True(cpu.Load8(GlobalPage, out _));
        Assert.DoesNotContain(guest.Machine.Tlb.Entries, e => e.Translation.IsGlobal);
        guest.Unmap(GlobalPage);
        Assert.True(cpu.WriteControl(3, guest.Root.Value | 5));
        Assert.False(cpu.Load8(GlobalPage, out _));
    }

    [Fact]
    public void Two_pcids_keep_two_translations_of_one_address()
    {
        var guest = NewGuest();
        var other = guest.Pages.NewRoot();
        guest.Map(Page, PageTableBits.Present | PageTableBits.Writable, root: other);
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.Store64(Page, 1));
        Assert.True(cpu.WriteControl(3, other.Value | 6));
        Assert.True(cpu.Store64(Page, 2));
        for (var round = 0; round < 3; round++)
        {
            Assert.True(cpu.WriteControl(3, Cr3Bits.NoFlush | guest.Root.Value | 5));
            Assert.True(cpu.Load64(Page, out var first));
            Assert.True(cpu.WriteControl(3, Cr3Bits.NoFlush | other.Value | 6));
            Assert.True(cpu.Load64(Page, out var second));
            Assert.Equal((1UL, 2UL), (first, second));
        }

        // The same PCID for another table without a flush serves the old table: SDM vol. 3A, 4.10.4.1.
        Assert.True(cpu.WriteControl(3, Cr3Bits.NoFlush | other.Value | 5));
        Assert.True(cpu.Load64(Page, out var stale));
        Assert.Equal(1UL, stale);
    }
}
