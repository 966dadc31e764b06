using EntryGen.Emulation;

namespace EntryGen.Tests.Emission;

/// <summary>Every arithmetic operation in every width against the bit-by-bit reference, in both forms: results, flags, and flags kept where the SDM leaves them undefined.</summary>
public class ArithmeticTests
{
    private const int States = 16;
    private static readonly string[] _binary = ["add", "adc", "sub", "sbb", "cmp", "and", "or", "xor", "test"];
    private static readonly string[] _unary = ["neg", "inc", "dec", "not"];
    private static readonly string[] _shifts = ["shl", "shr", "sar", "rol", "ror", "rcl", "rcr"];
    private static readonly (int Bits, string A, string B, char Suffix)[] _widths = [(8, "%al", "%bl", 'b'), (16, "%ax", "%bx", 'w'), (32, "%eax", "%ebx", 'l'), (64, "%rax", "%rbx", 'q')];

    private sealed record Case(string Assembly, string Operation, int Bits, ulong? Immediate, bool InMemory);

    [Fact]
    public void Results_and_flags_are_those_of_the_reference()
    {
        var cases = Cases().ToArray();
        var code = EmulatedUnit.OfSnippets(cases.Select(test => test.Assembly + "\n hlt"));
        var random = new Random(1);
        var run = new Guest(code.Unit);
        var step = new Guest(code.Unit);
        for (var i = 0; i < cases.Length; i++)
        {
            for (var state = 0; state < States; state++)
            {
                ulong a = Guest.Word(random), b = Guest.Word(random), flags = 2 | ((ulong)random.Next() & 0x8d5);
                if (_shifts.Contains(cases[i].Operation))
                {
                    b = (ulong)random.Next(70);
                }

                Check(code, cases[i], i, run, code.Run, a, b, flags);
                Check(code, cases[i], i, step, code.RunBySteps, a, b, flags);
            }
        }
    }

    private static void Check(EmulatedUnit code, Case test, int index, Guest guest, Func<Guest, Stop> execute, ulong a, ulong b, ulong flags)
    {
        guest[Reg.Rip] = code["s" + index];
        guest[Reg.Rax] = a;
        guest[Reg.Rbx] = b;
        guest[Reg.Rcx] = b;
        guest[Reg.Rdi] = Guest.Data + 0x40;
        guest[Reg.Rflags] = flags;
        guest.Machine.Poke(Guest.Data + 0x40, a);
        guest.Machine.Budget = 10;
        Assert.Equal(StopKind.Halted, execute(guest).Kind);

        var mask = test.Bits == 64 ? ulong.MaxValue : (1UL << test.Bits) - 1;
        var expected = ReferenceAlu.Compute(test.Operation, test.Bits, a & mask, (test.Immediate ?? b) & mask, flags);
        var writes = test.Operation is not ("cmp" or "test");
        var kept = test.Bits == 32 && !test.InMemory ? 0 : a & ~mask;
        var result = test.InMemory ? guest.Machine.Peek<ulong>(Guest.Data + 0x40) : guest[Reg.Rax];
        var what = $"{test.Assembly} a={a:x} b={b:x} flags={flags:x}";
        Assert.True((writes ? kept | expected.Result : a) == result, $"{what}: result {result:x}, expected {expected.Result:x}");
        var wanted = (flags & ~expected.Defined) | (expected.Flags & expected.Defined);
        Assert.True(wanted == guest[Reg.Rflags], $"{what}: flags {guest[Reg.Rflags]:x}, expected {wanted:x}");
    }

    private static IEnumerable<Case> Cases()
    {
        foreach (var (bits, a, b, suffix) in _widths)
        {
            foreach (var operation in _binary)
            {
                yield return new($" {operation} {b}, {a}", operation, bits, null, false);
                yield return new($" {operation}{suffix} {b}, (%rdi)", operation, bits, null, true);
                yield return new($" {operation}{suffix} $-3, {a}", operation, bits, unchecked((ulong)-3), false);
            }

            foreach (var operation in _unary)
            {
                yield return new($" {operation} {a}", operation, bits, null, false);
                yield return new($" {operation}{suffix} (%rdi)", operation, bits, null, true);
            }

            foreach (var operation in _shifts)
            {
                yield return new($" {operation} %cl, {a}", operation, bits, null, false);
                yield return new($" {operation}{suffix} %cl, (%rdi)", operation, bits, null, true);
                yield return new($" {operation} {a}", operation, bits, 1, false);
                yield return new($" {operation} $7, {a}", operation, bits, 7, false);
                yield return new($" {operation} $17, {a}", operation, bits, 17, false);
                yield return new($" {operation}{suffix} $1, (%rdi)", operation, bits, 1, true);
            }
        }
    }

    /// <summary>A case per condition: SETcc after CMP agrees with the numbers compared.</summary>
    [Fact]
    public void Conditions_after_a_comparison_compare_the_numbers()
    {
        (string Name, Func<ulong, ulong, bool> Holds)[] conditions =
        [
            ("b", (x, y) => x < y), ("ae", (x, y) => x >= y), ("e", (x, y) => x == y), ("ne", (x, y) => x != y), ("be", (x, y) => x <= y), ("a", (x, y) => x > y),
            ("l", (x, y) => (long)x < (long)y), ("ge", (x, y) => (long)x >= (long)y), ("le", (x, y) => (long)x <= (long)y), ("g", (x, y) => (long)x > (long)y),
            ("s", (x, y) => (long)(x - y) < 0), ("ns", (x, y) => (long)(x - y) >= 0),
        ];
        var code = EmulatedUnit.OfSnippets(conditions.Select(condition => $" cmp %rbx, %rax\n set{condition.Name} %cl\n cmov{Opposite(condition.Name)} %rax, %rdx\n j{condition.Name} 1f\n hlt\n1: mov $1, %esi\n hlt"));
        var guest = new Guest(code.Unit);
        var random = new Random(2);
        for (var i = 0; i < conditions.Length * 60; i++)
        {
            var (name, holds) = conditions[i % conditions.Length];
            ulong a = Guest.Word(random), b = random.Next(4) == 0 ? a : Guest.Word(random);
            foreach (var execute in new Func<Guest, Stop>[] { code.Run, code.RunBySteps })
            {
                guest[Reg.Rip] = code["s" + i % conditions.Length];
                guest[Reg.Rax] = a;
                guest[Reg.Rbx] = b;
                guest[Reg.Rcx] = 0xff00;
                guest[Reg.Rdx] = 7;
                guest[Reg.Rsi] = 0;
                guest.Machine.Budget = 10;
                Assert.Equal(StopKind.Halted, execute(guest).Kind);
                var expected = holds(a, b);
                Assert.Equal((name, a, b, expected ? 0xff01UL : 0xff00UL, expected ? 7UL : a, expected ? 1UL : 0UL), (name, a, b, guest[Reg.Rcx], guest[Reg.Rdx], guest[Reg.Rsi]));
            }
        }
    }

    private static string Opposite(string condition) => condition[0] == 'n' ? condition[1..] : "n" + condition;
}
