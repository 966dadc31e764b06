using EntryGen.Emulation;

namespace EntryGen.Tests.Emission;

/// <summary>Instructions, and corners of them, that no emulator at hand can judge, against numbers worked out by hand or seen on processors; in both forms.</summary>
public class HandCheckedInstructionTests
{
    private const ulong Old = 0x1111_1111_1111_1111, Status = 0x8d5;

    [Theory]
    [InlineData("popcnt %rbx, %rax", 0xffff_0000_0001_8003UL, 20UL)]
    [InlineData("popcnt %ebx, %eax", 0xffff_0000_0001_8003UL, 4UL)]
    [InlineData("popcnt %bx, %ax", 0xffff_0000_0001_8003UL, 0x1111_1111_1111_0003UL)]
    [InlineData("popcntq (%rdi), %rax", 0UL, 0UL)]
    public void Set_bits_are_counted_one_by_one(string text, ulong source, ulong result)
    {
        foreach (var guest in Run(text, guest => (guest[Reg.Rbx], guest[Reg.Rflags]) = (source, 2 | Status)))
        {
            // All flags are cleared but ZF, which says that there was no bit.
            Assert.Equal((result, source == 0 ? 0x42UL : 2UL), (guest[Reg.Rax], guest[Reg.Rflags]));
        }
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("serialize")]
    public void Hints_change_nothing(string text)
    {
        foreach (var guest in Run(text, guest => guest.Scramble(new Random(5))))
        {
            var before = new Guest(EmulatedUnit.Of("hlt").Unit);
            before.Scramble(new Random(5));
            before[Reg.Rip] = guest[Reg.Rip];
            Assert.Equal(before.Registers(), guest.Registers());
        }
    }

    [Fact]
    public void RDPID_reads_TSC_AUX()
    {
        foreach (var guest in Run("rdpid %rax", guest => guest[Reg.TscAux] = 0x1003))
        {
            Assert.Equal(0x1003UL, guest[Reg.Rax]);
        }
    }

    // A processor (Zen 4) writes the one register that changes; the other keeps its upper half.
    [Theory]
    [InlineData(0xff80_0000_0000_0000UL, 0x1234_5678_0000_0000UL, 0xff80_0000_0000_0000UL, 0x2222_2222UL, 0x40UL)]
    [InlineData(0xff80_0000_0000_0001UL, 0x1234_5678_0000_0000UL, 0UL, 0x1234_5678_0000_0000UL, 0UL)]
    public void CMPXCHG_of_32_bits_touches_one_register(ulong rax, ulong rcx, ulong raxAfter, ulong rcxAfter, ulong zero)
    {
        foreach (var guest in Run("cmpxchg %edx, %ecx", guest => (guest[Reg.Rax], guest[Reg.Rcx], guest[Reg.Rdx]) = (rax, rcx, 0x2222_2222_2222_2222)))
        {
            Assert.Equal((raxAfter, rcxAfter, zero), (guest[Reg.Rax], guest[Reg.Rcx], guest[Reg.Rflags] & 0x40));
        }
    }

    [Theory]
    [InlineData(0x0505UL, 0x2205UL)]
    [InlineData(0x0605UL, 0x0606UL)]
    public void CMPXCHG_with_AH_keeps_what_it_writes_there(ulong rax, ulong after)
    {
        foreach (var guest in Run("cmpxchg %bl, %ah", guest => (guest[Reg.Rax], guest[Reg.Rbx]) = (rax, 0x22)))
        {
            Assert.Equal(after, guest[Reg.Rax]);
        }
    }

    [Theory]
    [InlineData("shld %rbx, %rax")]
    [InlineData("shld %cl, %rbx, %rax")]
    public void A_double_shift_without_a_count_shifts_by_CL(string text)
    {
        foreach (var guest in Run(text, guest => (guest[Reg.Rcx], guest[Reg.Rbx]) = (8, 0xab00_0000_0000_0000)))
        {
            Assert.Equal(0x1111_1111_1111_11abUL, guest[Reg.Rax]);
        }
    }

    [Theory]
    [InlineData("idivw %bx", 0x8000UL, 0UL)]
    [InlineData("idivl %ebx", 0x8000_0000UL, 0UL)]
    [InlineData("idivq %rbx", 0x8000_0000_0000_0000UL, 0UL)]
    [InlineData("idivb %bl", 0UL, 0x8000UL)]
    public void The_least_dividend_by_minus_1_is_a_divide_error(string text, ulong rdx, ulong rax)
    {
        foreach (var guest in Run(text, guest => (guest[Reg.Rdx], guest[Reg.Rax], guest[Reg.Rbx]) = (rdx, rax, ulong.MaxValue), StopKind.Fault))
        {
            Assert.Equal((rdx, rax), (guest[Reg.Rdx], guest[Reg.Rax]));
        }
    }

    [Fact]
    public void MOV_to_CS_is_invalid_whatever_its_source()
    {
        foreach (var guest in Run("movw (%rsi), %cs", guest => guest[Reg.Rsi] = 1UL << 60, StopKind.Fault))
        {
            Assert.Equal(Old, guest[Reg.Rax]);
        }
    }

    [Theory]
    [InlineData("ret")]
    [InlineData("jmp *%rax")]
    [InlineData("jmp *(%rsp)")]
    [InlineData("call *%rax")]
    public void A_branch_to_an_address_that_is_not_canonical_faults_at_the_branch(string text)
    {
        const ulong Target = 0x0000_8000_0000_0000;
        foreach (var guest in Run(
            text,
            guest =>
            {
                guest[Reg.Rax] = Target;
                guest.Machine.Poke(guest[Reg.Rsp], Target);
            },
            StopKind.Fault))
        {
            Assert.Equal(Guest.StackTop - 0x800, guest[Reg.Rsp]);
        }
    }

    private static IEnumerable<Guest> Run(string text, Action<Guest> prepare, StopKind end = StopKind.Halted)
    {
        var code = EmulatedUnit.Of($" {text}\n hlt\n");
        foreach (var execute in new Func<Guest, Stop>[] { code.Run, code.RunBySteps })
        {
            var guest = new Guest(code.Unit);
            (guest[Reg.Rax], guest[Reg.Rdi]) = (Old, Guest.Data);
            prepare(guest);
            guest[Reg.Rip] = code["start"];
            Assert.Equal(end, execute(guest).Kind);
            guest[Reg.Rip] = code["start"];
            yield return guest;
        }
    }
}
