using EntryGen.Emulation;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Paging;

/// <summary>Whatever is done to page tables and mode, the machine never uses a translation that the manual forbids by then.</summary>
public sealed class TlbLegalityTests(ITestOutputHelper output)
{
    private const int Operations = 250_000;
    private const ulong UserCode = 0x33, KernelCode = 0x10;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void Every_access_has_a_legal_outcome(int seed, bool hasStructureCaches)
    {
        var random = new Random(seed);
        var guest = new PagingGuest();
        var machine = guest.Machine;
        var legal = new LegalTranslations(address => machine.Memory.Read<ulong>(address), PagingGuest.Pages, hasStructureCaches);
        legal.Observe(guest.Mode);
        long accesses = 0, stale = 0, faults = 0, choices = 0;
        for (var step = 0; step < Operations; step++)
        {
            if (random.Next(3) == 0)
            {
                Operate(guest, legal, random);
                legal.Observe(guest.Mode);
                continue;
            }

            var address = PagingGuest.Pages[random.Next(PagingGuest.Pages.Count)] + (ulong)(8 * random.Next(512));
            var page = address & ~0xfffUL;
            var access = (Access)random.Next(3);
            SetLevel(machine, random);
            var mode = guest.Mode;
            legal.Observe(mode);
            var outcomes = legal.Outcomes(page, access, mode);
            var outcome = Try(machine, address, access, out var isFault);
            if (access == Access.Fetch)
            {
                Assert.True(isFault ? outcomes.Contains(null) : outcomes.Any(found => found is not null), $"seed {seed}, step {step}: fetch at {address:x}, fault {isFault}");
            }
            else
            {
                Assert.True(outcomes.Contains(outcome), $"seed {seed}, step {step}: {access} at {address:x} gives {outcome:x}, legal {string.Join(' ', outcomes.Select(found => $"{found:x}"))}");
            }

            accesses++;
            faults += isFault ? 1 : 0;
            choices += outcomes.Count > 1 ? 1 : 0;
            stale += !isFault && access != Access.Fetch && Current(guest, page) != outcome ? 1 : 0;
            if (isFault)
            {
                legal.PageFault(page, mode.Pcid);
            }

            legal.Observe(guest.Mode);
        }

        // Where nothing was ever stale the test would say little.
        Assert.True(stale > 1000 && faults > 1000 && choices > 1000, $"{stale} stale, {faults} faults, {choices} choices");
        output.Report(
            "TLB against the set of legal translations", $"seed {seed}{(hasStructureCaches ? ", paging-structure caches" : "")}", ("operations", Operations),
            ("accesses", accesses), ("served stale, legally", stale), ("page faults", faults), ("illegal", 0));
    }

    // An operation on both.
    private static void Operate(PagingGuest guest, LegalTranslations legal, Random random)
    {
        var machine = guest.Machine;
        machine[Reg.Cs] = KernelCode;
        var cpu = machine.Cpu;
        var mode = guest.Mode;
        var hasPcids = (cpu.Cr4 & Cr4Bits.PCIDE) != 0;
        var pcid = hasPcids ? random.Next(3) : 0;
        var address = PagingGuest.Pages[random.Next(PagingGuest.Pages.Count)];
        switch (random.Next(20))
        {
            case 0 or 1 or 2:
                var keeps = hasPcids && random.Next(2) == 0;
                Assert.True(cpu.WriteControl(3, guest.Roots[random.Next(2)] | (uint)pcid | (keeps ? Cr3Bits.NoFlush : 0)));
                if (!keeps)
                {
                    legal.InvalidatePcid(pcid);
                }

                break;
            case 3:
                Assert.True(cpu.Invlpg(address));
                legal.InvalidatePage(address, mode.Pcid);
                break;
            case 4:
                Invpcid(guest, legal, random.Next(4), pcid, address);
                break;
            case 5:
                Assert.True(cpu.WriteControl(4, cpu.Cr4 ^ Cr4Bits.PGE));
                legal.InvalidateAll();
                break;
            case 6 when hasPcids || (cpu.Cr3 & 0xfff) == 0:
                Assert.True(cpu.WriteControl(4, cpu.Cr4 ^ Cr4Bits.PCIDE));
                if (hasPcids)
                {
                    // The low bits of CR3 mean nothing then; PCIDE can be set again only when they are 0.
                    legal.InvalidateAll();
                    Assert.True(cpu.WriteControl(3, mode.Root));
                    legal.InvalidatePcid(0);
                }

                break;
            case 7:
                Assert.True(cpu.WriteControl(4, cpu.Cr4 ^ Cr4Bits.SMEP));
                if (!mode.Smep)
                {
                    legal.InvalidatePcid(mode.Pcid);
                }

                break;
            case 8:
                Assert.True(cpu.WriteControl(4, cpu.Cr4 ^ Cr4Bits.SMAP));
                break;
            case 9:
                Assert.True(cpu.WriteControl(0, cpu.Cr0 ^ Cr0Bits.WP));
                break;
            default:
                guest.ChangeEntry(random);
                break;
        }
    }

    private static void Invpcid(PagingGuest guest, LegalTranslations legal, int type, int pcid, ulong address)
    {
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.Store64(PagingGuest.Descriptor, (uint)pcid) && cpu.Store64(PagingGuest.Descriptor + 8, address));
        Assert.True(cpu.Invpcid((ulong)type, PagingGuest.Descriptor));
        switch (type)
        {
            case 0:
                legal.InvalidatePageOfPcid(address, pcid);
                break;
            case 1:
                legal.InvalidatePcid(pcid);
                break;
            case 2:
                legal.InvalidateAll();
                break;
            default:
                legal.InvalidateAllButGlobal();
                break;
        }
    }

    private static void SetLevel(Machine machine, Random random)
    {
        machine[Reg.Cs] = random.Next(3) != 0 ? UserCode : KernelCode;
        machine[Reg.Rflags] = Flags.Reserved1 | (random.Next(4) != 0 ? Flags.AC : 0);
    }

    // Every word holds the address of its frame.
    private static ulong? Try(Machine machine, ulong address, Access access, out bool isFault)
    {
        var cpu = machine.Cpu;
        ulong value = 0;
        isFault = !(access switch
        {
            Access.Read => cpu.Load64(address, out value),
            Access.Write => cpu.LoadForUpdate64(address, out value),
            _ => cpu.FetchInstruction(address),
        });
        Assert.True(!isFault || cpu.Fault().Vector == Vectors.PageFault, $"{access} at {address:x}: {cpu.Fault()}");
        return isFault ? null : value;
    }

    private static ulong? Current(PagingGuest guest, ulong page)
    {
        var now = new LegalTranslations(address => guest.Machine.Memory.Read<ulong>(address), [page], hasStructureCaches: false);
        now.Observe(guest.Mode);
        return now.Of(page, guest.Mode.Pcid).Select(leaf => (ulong?)leaf.Physical(page)).FirstOrDefault();
    }
}
