using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>The TLB against a plain list of entries written from the SDM's table alone: after every operation both hold the same.</summary>
public class TlbReferenceTests
{
    private static readonly ulong[] Pages = [Guest.Data, Guest.Data + 0x1000, Guest.Data + 0x2000, Guest.Code, Guest.StackTop - 0x1000, Guest.UserData];

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Random_operations_leave_the_entries_that_the_rules_leave(int seed)
    {
        var random = new Random(seed);
        var guest = new Guest();
        foreach (var page in Pages[1..3])
        {
            guest.ChangeEntry(page, PageTableBits.Global);
        }

        var machine = guest.Machine;
        machine[Reg.Cr3] = guest.Root.Value;
        var reference = new List<Entry>();
        for (var step = 0; step < 5_000; step++)
        {
            var cpu = machine.Cpu;
            var address = Pages[random.Next(Pages.Length)] + (ulong)random.Next(4096);
            var pcid = (cpu.Cr4 & Cr4Bits.PCIDE) != 0 ? random.Next(4) : 0;
            var current = (cpu.Cr4 & Cr4Bits.PCIDE) != 0 ? (int)(cpu.Cr3 & 0xFFF) : 0;
            string operation;
            switch (random.Next(12))
            {
                case < 6:
                    operation = "access";
                    Assert.True(cpu.Load8(address, out _));
                    var isGlobal = (cpu.Cr4 & Cr4Bits.PGE) != 0 && (machine.Memory.Read<ulong>(guest.EntryOf(address)) & PageTableBits.Global) != 0;
                    if (!reference.Exists(e => e.Page == address >> 12 && (e.IsGlobal || e.Pcid == current)))
                    {
                        reference.Add(new Entry(current, address >> 12, isGlobal));
                    }

                    break;
                case 6:
                    operation = "MOV CR3, flushing";
                    Assert.True(cpu.WriteControl(3, guest.Root.Value | (uint)pcid));
                    reference.RemoveAll(e => e.Pcid == pcid && !e.IsGlobal);
                    break;
                case 7 when (cpu.Cr4 & Cr4Bits.PCIDE) != 0:
                    operation = "MOV CR3, bit 63 set";
                    Assert.True(cpu.WriteControl(3, Cr3Bits.NoFlush | guest.Root.Value | (uint)pcid));
                    break;
                case 8:
                    operation = "INVLPG";
                    Assert.True(cpu.Invlpg(address));
                    reference.RemoveAll(e => e.Page == address >> 12 && (e.IsGlobal || e.Pcid == current));
                    break;
                case 9:
                    var type = random.Next(4);
                    operation = $"INVPCID {type}";
                    guest.Machine.Poke(Guest.Data, (ulong)(uint)pcid);
                    guest.Machine.Poke(Guest.Data + 8, address);
                    Assert.True(cpu.Load8(Guest.Data, out _));
                    if (!reference.Exists(e => e.Page == Guest.Data >> 12 && (e.IsGlobal || e.Pcid == current)))
                    {
                        reference.Add(new Entry(current, Guest.Data >> 12, false));
                    }

                    Assert.True(cpu.Invpcid((ulong)type, Guest.Data));
                    reference.RemoveAll(e => type switch
                    {
                        0 => !e.IsGlobal && e.Pcid == pcid && e.Page == address >> 12,
                        1 => !e.IsGlobal && e.Pcid == pcid,
                        2 => true,
                        _ => !e.IsGlobal,
                    });
                    break;
                case 10:
                    operation = "MOV CR4, PGE";
                    Assert.True(cpu.WriteControl(4, cpu.Cr4 ^ Cr4Bits.PGE));
                    reference.Clear();
                    break;
                default:
                    operation = "MOV CR4, PCIDE";
                    var turnsOff = (cpu.Cr4 & Cr4Bits.PCIDE) != 0;
                    if (cpu.WriteControl(4, cpu.Cr4 ^ Cr4Bits.PCIDE) && turnsOff)
                    {
                        reference.Clear();

                        // Without PCIDE the low bits of CR3 mean nothing; PCIDE can be set again only when they are 0.
                        cpu.Cr3 = guest.Root.Value;
                    }

                    break;
            }

            var expected = reference.Select(e => (e.Pcid, e.Page, e.IsGlobal)).Order();
            var held = machine.Tlb.Entries.Select(e => (e.Pcid, e.Page.Value >> 12, e.Translation.IsGlobal)).Order();
            Assert.True(expected.SequenceEqual(held), $"seed {seed}, step {step}, {operation}");
        }
    }

    private sealed record Entry(int Pcid, ulong Page, bool IsGlobal);
}
