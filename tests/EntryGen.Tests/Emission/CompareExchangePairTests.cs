using EntryGen.Emulation;

namespace EntryGen.Tests.Emission;

/// <summary>CMPXCHG8B and CMPXCHG16B in both forms (SDM vol. 2, CMPXCHG8B/CMPXCHG16B).</summary>
public class CompareExchangePairTests
{
    private const ulong Status = Flags.Status;
    private const ulong Low = 0x1111_2222_3333_4444, LowHalf = 0x3333_4444, High = 0x5555_6666_7777_8888;

    private static readonly Lazy<EmulatedUnit> _code = new(() => EmulatedUnit.OfSnippets(
        [" cmpxchg16b (%rdi)\n hlt", " lock cmpxchg16b (%rdi)\n hlt", " cmpxchg8b (%rdi)\n hlt", " lock cmpxchg8b (%rdi)\n hlt", " cmpxchg16b (%rsp)\n hlt"]));

    private static IEnumerable<(Guest Guest, Stop Stop)> Run(int snippet, ulong address, Action<Guest> prepare)
    {
        foreach (var execute in new Func<Guest, Stop>[] { _code.Value.Run, _code.Value.RunBySteps })
        {
            var guest = new Guest(_code.Value.Unit);
            (guest[Reg.Rdi], guest[Reg.Rbx], guest[Reg.Rcx], guest[Reg.Rip]) = (address, 0xB0B0_B0B0_B0B0_B0B0, 0xC0C0_C0C0_C0C0_C0C0, _code.Value["s" + snippet]);
            prepare(guest);
            yield return (guest, execute(guest));
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    public void An_equal_pair_is_replaced_and_only_ZF_changes(int snippet, bool isWide)
    {
        foreach (var flags in new[] { Flags.Reserved1, Flags.Reserved1 | Status })
        {
            foreach (var (guest, stop) in Run(snippet, Guest.Data + 16, guest =>
            {
                guest.Machine.Poke(Guest.Data + 16, Low);
                guest.Machine.Poke(Guest.Data + 24, High);

                // Of RAX and RDX the narrow form compares 32 bits each.
                (guest[Reg.Rax], guest[Reg.Rdx]) = isWide ? (Low, High) : (0x9999_9999_0000_0000 | LowHalf, 0x9999_9999_0000_0000 | Low >> 32);
                guest[Reg.Rflags] = flags;
            }))
            {
                Assert.Equal(StopKind.Halted, stop.Kind);
                Assert.Equal(isWide ? (0xB0B0_B0B0_B0B0_B0B0, 0xC0C0_C0C0_C0C0_C0C0) : (0xC0C0_C0C0_B0B0_B0B0, High), Pair(guest));
                Assert.Equal(isWide ? (Low, High) : (0x9999_9999_0000_0000 | LowHalf, 0x9999_9999_0000_0000 | Low >> 32), (guest[Reg.Rax], guest[Reg.Rdx]));
                Assert.Equal(flags | Flags.ZF, guest[Reg.Rflags]);
            }
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    public void Another_pair_is_loaded_and_memory_keeps_its_own(int snippet, bool isWide)
    {
        foreach (var (rax, rdx) in new[] { (0UL, isWide ? High : Low >> 32), (isWide ? Low : LowHalf, 0UL) })
        {
            foreach (var (guest, stop) in Run(snippet, Guest.Data + 16, guest =>
            {
                guest.Machine.Poke(Guest.Data + 16, Low);
                guest.Machine.Poke(Guest.Data + 24, High);
                (guest[Reg.Rax], guest[Reg.Rdx], guest[Reg.Rflags]) = (rax | 1UL << 60, rdx, Flags.Reserved1 | Status);
                guest[Reg.Rax] ^= isWide && rax == Low ? 1UL << 60 : 0;
            }))
            {
                Assert.Equal(StopKind.Halted, stop.Kind);
                Assert.Equal((Low, High), Pair(guest));
                Assert.Equal(isWide ? (Low, High) : (LowHalf, Low >> 32), (guest[Reg.Rax], guest[Reg.Rdx]));
                Assert.Equal(Flags.Reserved1 | (Status & ~Flags.ZF), guest[Reg.Rflags]);
            }
        }
    }

    [Theory]
    [InlineData(0, 8UL, false)]
    [InlineData(1, 1UL, false)]
    [InlineData(0, 0UL, true)]
    [InlineData(2, 4UL, true)]
    [InlineData(3, 1UL, true)]
    public void Only_16_bytes_have_to_be_aligned(int snippet, ulong offset, bool isAllowed)
    {
        foreach (var (guest, stop) in Run(snippet, Guest.Data + 16 + offset, _ => { }))
        {
            Assert.Equal(isAllowed ? new Stop(StopKind.Halted) : new Stop(StopKind.Fault, Vectors.GeneralProtection), stop);
        }
    }

    // The destination is written in any case, so that it has to be writable also when the comparison fails.
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_page_that_cannot_be_written_faults_whatever_is_compared(int snippet)
    {
        foreach (var (guest, stop) in Run(snippet, Guest.ReadOnlyData, guest => guest[Reg.Rax] = 1))
        {
            Assert.Equal(new Stop(StopKind.Fault, Vectors.PageFault, 3, Guest.ReadOnlyData), stop);
            Assert.Equal(1UL, guest[Reg.Rax]);
        }
    }

    [Fact]
    public void On_the_stack_an_address_that_is_not_canonical_is_SS()
    {
        foreach (var (_, stop) in Run(4, 0, guest => guest[Reg.Rsp] = 1UL << 62))
        {
            Assert.Equal(new Stop(StopKind.Fault, Vectors.StackFault), stop);
        }
    }

    private static (ulong, ulong) Pair(Guest guest) => (guest.Machine.Peek<ulong>(Guest.Data + 16), guest.Machine.Peek<ulong>(Guest.Data + 24));
}
