using System.Numerics;
using EntryGen.Emulation;

namespace EntryGen.Tests.Emission;

/// <summary>DIV and IDIV in every width and both forms, against arithmetic on numbers of any size (SDM vol. 2, DIV, IDIV).</summary>
public class DivisionTests
{
    private const int Rounds = 400;
    private static readonly (string Suffix, string Register, int Width)[] _widths = [("b", "%cl", 1), ("w", "%cx", 2), ("l", "%ecx", 4), ("q", "%rcx", 8)];

    private static readonly Lazy<EmulatedUnit> _code = new(() => EmulatedUnit.OfSnippets(
        from operation in new[] { "div", "idiv" }
        from width in _widths
        from operand in new[] { width.Register, "(%rdi)" }
        select $" {operation}{width.Suffix} {operand}\n hlt"));

    public static TheoryData<bool, int, bool> Forms
    {
        get
        {
            var data = new TheoryData<bool, int, bool>();
            foreach (var isSigned in new[] { false, true })
            {
                for (var width = 0; width < _widths.Length; width++)
                {
                    data.Add(isSigned, width, false);
                    data.Add(isSigned, width, true);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Quotient_and_remainder_are_those_of_whole_numbers_or_DE(bool isSigned, int widthIndex, bool isMemory)
    {
        var width = _widths[widthIndex].Width;
        var snippet = (isSigned ? 8 : 0) + (widthIndex * 2) + (isMemory ? 1 : 0);
        var random = new Random(snippet);
        var (quotients, faults) = (0, 0);
        var guest = new Guest(_code.Value.Unit);
        for (var round = 0; round < Rounds; round++)
        {
            var (low, high, divisor) = Operands(random, width, isSigned);
            var expected = Divide(low, high, divisor, width, isSigned);
            foreach (var execute in new Func<Guest, Stop>[] { _code.Value.Run, _code.Value.RunBySteps })
            {
                var (rax, rdx) = width == 1 ? ((0xABCD_0000_0000_0000 | high << 8 | low), 0x77UL) : (low, high);
                (guest[Reg.Rax], guest[Reg.Rdx], guest[Reg.Rcx], guest[Reg.Rdi], guest[Reg.Rip]) = (rax, rdx, divisor, Guest.Data, _code.Value["s" + snippet]);
                guest.Machine.Poke(Guest.Data, divisor);
                guest.Machine.Budget = 100;
                var stop = execute(guest);
                if (expected is not var (quotient, remainder))
                {
                    Assert.Equal(new Stop(StopKind.Fault, Vectors.DivideError), stop);
                    Assert.Equal((rax, rdx), (guest[Reg.Rax], guest[Reg.Rdx]));
                    faults++;
                    continue;
                }

                Assert.Equal(StopKind.Halted, stop.Kind);
                var after = width == 1 ? (0xABCD_0000_0000_0000 | remainder << 8 | quotient, rdx)
                    : width == 2 ? ((rax & ~0xFFFFUL) | quotient, (rdx & ~0xFFFFUL) | remainder) : (quotient, remainder);
                Assert.Equal(after, (guest[Reg.Rax], guest[Reg.Rdx]));
                quotients++;
            }
        }

        Assert.True(quotients > Rounds / 2 && faults > Rounds / 10, $"{quotients} quotients, {faults} faults");
    }

    // Half the time the dividend comes from a quotient that fits; edges are frequent.
    private static (ulong Low, ulong High, ulong Divisor) Operands(Random random, int width, bool isSigned)
    {
        var mask = Mask(width);
        var divisor = random.Next(8) == 0 ? 0 : Guest.Word(random) & mask;
        if (random.Next(2) == 0)
        {
            return (Guest.Word(random) & mask, random.Next(2) == 0 ? 0 : Guest.Word(random) & mask, divisor);
        }

        var dividend = Number(Guest.Word(random) & mask, width, isSigned) * Number(divisor, width, isSigned) + random.Next(3);
        return ((ulong)(dividend & mask), (ulong)((dividend >> (8 * width)) & mask), divisor);
    }

    private static (ulong Quotient, ulong Remainder)? Divide(ulong low, ulong high, ulong divisor, int width, bool isSigned)
    {
        var bits = 8 * width;
        var dividend = ((BigInteger)high << bits) | low;
        dividend -= isSigned && (high >> (bits - 1) & 1) != 0 ? BigInteger.One << (2 * bits) : 0;
        var by = Number(divisor, width, isSigned);
        if (by.IsZero)
        {
            return null;
        }

        var quotient = BigInteger.DivRem(dividend, by, out var remainder);
        var (least, most) = isSigned ? (-(BigInteger.One << (bits - 1)), (BigInteger.One << (bits - 1)) - 1) : (BigInteger.Zero, (BigInteger.One << bits) - 1);
        return quotient < least || quotient > most ? null : ((ulong)(quotient & Mask(width)), (ulong)(remainder & Mask(width)));
    }

    private static BigInteger Number(ulong value, int width, bool isSigned) =>
        isSigned && (value >> ((8 * width) - 1) & 1) != 0 ? (BigInteger)value - (BigInteger.One << (8 * width)) : value;

    private static ulong Mask(int width) => width == 8 ? ulong.MaxValue : (1UL << (8 * width)) - 1;
}
