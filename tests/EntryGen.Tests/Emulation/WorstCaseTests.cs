using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>The worst-case policy as one meets it: stale translations, freed tables, choices, snapshots.</summary>
public class WorstCaseTests
{
    private const ulong Page = Guest.Data;
    private const ulong Other = Guest.Data + 0x1000;

    [Fact]
    public void A_changed_entry_stays_usable_until_it_is_invalidated()
    {
        var guest = Worst(out var old);
        Remap(guest, Page, Other);
        Assert.Equal(2, guest.Machine.LegalTranslations(Page).Count);
        Assert.Equal([Frame(guest, Other), old], guest.Machine.LegalTranslations(Page).Select(static translation => translation.Frame));
        Assert.True(guest.Machine.Cpu.Invlpg(Page));
        Assert.Equal([Frame(guest, Other)], guest.Machine.LegalTranslations(Page).Select(static translation => translation.Frame));
    }

    [Fact]
    public void Each_access_chooses_and_scripts_reach_every_combination()
    {
        var guest = Worst(out _);
        guest.Machine.Memory.Write(Frame(guest, Page), 1UL);
        guest.Machine.Memory.Write(Frame(guest, Other), 2UL);
        Remap(guest, Page, Other);
        var start = guest.Machine.Snapshot();
        var seen = new List<(ulong, ulong)>();
        for (int[]? script = []; script is not null;)
        {
            guest.Machine.Restore(start);
            var choices = new RecordedChoices(script);
            guest.Machine.Choices = choices;
            Assert.True(guest.Machine.Cpu.Load64(Page, out var first));
            Assert.True(guest.Machine.Cpu.Load64(Page, out var second));
            seen.Add((first, second));
            Assert.Equal([2, 2], choices.Taken.Select(static choice => choice.Alternatives));
            script = choices.NextScript();
        }

        Assert.Equal([(2, 2), (2, 1), (1, 2), (1, 1)], seen);
    }

    [Fact]
    public void An_unmapped_page_faults_or_is_still_read_and_a_fault_ends_that()
    {
        var guest = Worst(out _);
        guest.Unmap(Page);
        guest.Machine.Choices = new RecordedChoices(1, 0);
        Assert.True(guest.Machine.Cpu.Load64(Page, out _));
        Assert.False(guest.Machine.Cpu.Load64(Page, out _));
        Assert.Empty(guest.Machine.LegalTranslations(Page));
    }

    [Fact]
    public void Tables_that_were_unlinked_are_still_walked_until_the_caches_are_invalidated()
    {
        var guest = Worst(out var old);
        var link = guest.EntryOf(Page, shift: 21);
        var table = guest.Machine.Memory.Read<ulong>(link) & PageTableBits.AddressMask;
        guest.Machine.Memory.Write(link, 0UL);

        // The table's frame is used for something else: a walk that starts from a cached entry takes it for a table.
        guest.Machine.Memory.Write(table, 0x3_0000 | PageTableBits.Present | PageTableBits.Accessed);
        var legal = guest.Machine.LegalTranslations(Page);
        Assert.Equal(new PhysicalAddress[] { old, 0x3_0000 }.Order(), legal.Select(static translation => translation.Frame).Order());
        Assert.True(guest.Machine.Cpu.Invlpg(Other)); // any INVLPG drops the paging-structure caches of the PCID, but not other translations
        Assert.Contains(guest.Machine.LegalTranslations(Page), translation => translation.Frame == old);
        guest.Machine.Memory.Write(table, 0x4_0000 | PageTableBits.Present | PageTableBits.Accessed);
        Assert.DoesNotContain(guest.Machine.LegalTranslations(Page), translation => translation.Frame == 0x4_0000UL);
        Assert.True(guest.Machine.Cpu.WriteControl(3, guest.Root.Value));
        Assert.Empty(guest.Machine.LegalTranslations(Page));
    }

    [Fact]
    public void A_PCID_that_served_another_page_table_gives_its_translations_back_without_a_flush()
    {
        var guest = Worst(out var old);
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.WriteControl(4, cpu.Cr4 | Cr4Bits.PCIDE));
        var second = guest.Pages.NewRoot();
        Assert.True(cpu.WriteControl(3, second.Value | Cr3Bits.NoFlush));
        Assert.Equal([old], guest.Machine.LegalTranslations(Page).Select(static translation => translation.Frame));
        Assert.True(cpu.WriteControl(3, second.Value | 1 | Cr3Bits.NoFlush));
        Assert.Empty(guest.Machine.LegalTranslations(Page));
        Assert.True(cpu.WriteControl(3, second.Value));
        Assert.Empty(guest.Machine.LegalTranslations(Page));
    }

    [Fact]
    public void Without_choices_the_machine_is_as_it_was()
    {
        var guest = new Guest();
        Assert.True(guest.Machine.Cpu.Load64(Page, out _));
        Assert.Single(guest.Machine.LegalTranslations(Page));
        guest.Machine.Choices = new RandomChoices(1);
        Assert.Empty(guest.Machine.Tlb.Entries);
        guest.Machine.Choices = null;
        Remap(guest, Page, Other);
        Assert.True(guest.Machine.Cpu.Load64(Page, out _));
        Assert.Equal([Frame(guest, Other)], guest.Machine.LegalTranslations(Page).Select(static translation => translation.Frame));
        Assert.Empty(guest.Machine.LegalTranslations(0x8000_0000_0000_0000));
    }

    [Fact]
    public void A_choice_that_there_is_not_is_the_hosts_mistake()
    {
        var guest = Worst(out _);
        Remap(guest, Page, Other);
        guest.Machine.Choices = new RecordedChoices(2);
        Assert.Throws<InvalidOperationException>(() => guest.Machine.Cpu.Load64(Page, out _));
        guest.Machine.Choices = new Wrong();
        Assert.Throws<InvalidOperationException>(() => guest.Machine.Cpu.Load64(Page, out _));
    }

    [Fact]
    public void Encoded_states_keep_what_may_be_cached()
    {
        var first = Worst(out _);
        var second = Worst(out _);
        var here = new MachineStateCodec(first.Machine, first.Machine.Snapshot());
        var there = new MachineStateCodec(second.Machine, second.Machine.Snapshot());
        var cpu = first.Machine.Cpu;
        Assert.True(cpu.WriteControl(4, cpu.Cr4 | Cr4Bits.PCIDE));
        Remap(first, Page, Other);
        first.Machine.Memory.Write(first.EntryOf(Page, shift: 21), 0UL);
        Assert.True(cpu.WriteControl(3, first.Root.Value | 5 | Cr3Bits.NoFlush));
        Assert.True(cpu.Invlpg(Other));
        first.Machine.Memory.Write(first.EntryOf(Guest.UserData), 0UL);
        Assert.True(cpu.WriteControl(3, first.Root.Value | Cr3Bits.NoFlush));
        var state = here.Encode().ToArray();
        there.Decode(state);
        Assert.Equal(state, there.Encode().ToArray());
        foreach (var page in new[] { Page, Other, Guest.UserData, Guest.Code })
        {
            Assert.Equal(first.Machine.LegalTranslations(page), second.Machine.LegalTranslations(page));
        }

        Assert.Equal(2, second.Machine.LegalTranslations(Page).Count);
        here.Decode(state);
        Assert.Equal(state, here.Encode().ToArray());
    }

    [Fact]
    public void A_guest_that_links_tables_to_themselves_keeps_nobody_busy()
    {
        var guest = Worst(out _);
        for (var entry = 0UL; entry < 40; entry++)
        {
            guest.Machine.Memory.Write(guest.Root + (long)(entry * 8), guest.Root.Value | 0x63);
        }

        guest.Machine.Memory.Write(guest.Root, 0UL);
        Assert.NotNull(guest.Machine.LegalTranslations(Page));
    }

    /// <summary>A guest whose tables have A and D set, so that everything in them may be cached.</summary>
    private static Guest Worst(out PhysicalAddress frame)
    {
        var guest = new Guest();
        foreach (var page in new[] { Page, Other, Guest.UserData, Guest.Code })
        {
            Assert.True(guest.Machine.Cpu.Load64(page, out _));
        }

        guest.Machine.Cpu.WriteControl(3, guest.Root.Value);
        guest.Machine.Choices = new RecordedChoices();
        frame = Frame(guest, Page);
        return guest;
    }

    private static PhysicalAddress Frame(Guest guest, ulong page) => guest.Machine.Memory.Read<ulong>(guest.EntryOf(page)) & PageTableBits.AddressMask;

    private static void Remap(Guest guest, ulong page, ulong to) =>
        guest.Machine.Memory.Write(guest.EntryOf(page), guest.Machine.Memory.Read<ulong>(guest.EntryOf(to)));

    private sealed class Wrong : IChoiceSource
    {
        public int Choose(int alternatives, ChoiceKind kind) => -1;
    }
}
