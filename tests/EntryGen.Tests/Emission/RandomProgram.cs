using System.Text;

namespace EntryGen.Tests.Emission;

/// <summary>Writes programs with memory accesses of all kinds, branches and calls, from a seed. They end, by HLT, RET or the budget.</summary>
internal sealed class RandomProgram(Random random)
{
    private static readonly string[] _r64 = ["rax", "rcx", "rdx", "rbx", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"];
    private static readonly string[] _r32 = ["eax", "ecx", "edx", "ebx", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d"];
    private static readonly string[] _r16 = ["ax", "cx", "dx", "bx", "bp", "si", "di", "r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w", "r15w"];
    private static readonly string[] _r8 = ["al", "cl", "dl", "bl", "bpl", "sil", "dil", "r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b", "r15b", "ah", "bh", "ch", "dh"];
    private static readonly string[] _conditions = ["o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"];
    private readonly StringBuilder _text = new();
    private int _labels;

    /// <summary>A program of about some instructions.</summary>
    public string Write(int instructions)
    {
        for (var i = 0; i < instructions; i++)
        {
            if (random.Next(7) == 0)
            {
                _text.Append($"{_labels++}:\n");
            }

            _text.Append(' ').Append(Instruction()).Append('\n');
        }

        // Forward references of the last lines need something to go to.
        for (var label = 0; label < 3; label++)
        {
            _text.Append($"{_labels + label}:\n");
        }

        return _text.Append(" hlt\n").ToString();
    }

    private string Instruction() => random.Next(34) switch
    {
        0 or 1 or 2 or 3 => $"push %{R64()}",
        4 or 5 or 6 => $"pop %{R64()}",
        7 => $"pushq {Memory()}",
        8 => $"popq {Memory()}",
        9 => $"pushq ${random.Next(-200, 200)}",
        10 or 11 => $"mov {Memory()}, %{R64()}",
        12 or 13 => $"mov %{R64()}, {Memory()}",
        14 => Sized((suffix, register) => $"mov{suffix} {register}, {Memory()}"),
        15 => Sized((suffix, register) => $"{Binary()}{suffix} {register}, {Memory()}"),
        16 => Sized((suffix, register) => $"{Binary()}{suffix} {Memory()}, {register}"),
        17 or 18 => Sized((suffix, register) => $"{Binary()}{suffix} ${random.Next(-100, 100)}, {register}"),
        19 => Sized((suffix, register) => $"{Unary()}{suffix} {register}"),
        20 => Sized((suffix, _) => $"{Unary()}{suffix} {Memory()}"),
        21 => Sized((suffix, register) => $"{Shift()}{suffix} ${random.Next(1, 40)}, {register}"),
        22 => Sized((suffix, register) => $"{Shift()}{suffix} %cl, {register}"),
        23 => $"{Pick("bt", "bts", "btr", "btc")}{Pick("l", "q")} ${random.Next(64)}, {Memory()}",
        24 => $"{Pick("bt", "bts", "btr", "btc")} %{R64()}, %{R64()}",
        25 => $"lea {Address()}, %{R64()}",
        26 or 27 or 28 => $"j{Pick(_conditions)} {_labels + random.Next(3)}f",
        29 => $"set{Pick(_conditions)} {(random.Next(2) == 0 ? Memory() : "%" + Pick(_r8[..4]))}",
        30 => $"cmov{Pick(_conditions)} {Memory()}, %{R64()}",
        31 => Other(),
        32 => $"add ${8 * random.Next(-4, 5)}, %rsp",
        _ => Sized((suffix, register) => $"{Binary()}{suffix} {register}, {Same(register)}"),
    };

    private string Other() => random.Next(22) switch
    {
        0 => "cld",
        1 => "std",
        2 => "pushfq",
        3 => "movsb",
        4 => "stosq",
        5 => "rep stosb",
        6 => $"xchg %{R64()}, {Memory()}",
        7 => $"xadd %{R64()}, {Memory()}",
        8 => $"cmpxchg %{R64()}, {Memory()}",
        9 => $"movslq %{Pick(_r32)}, %{R64()}",
        10 => $"movzbl {Memory()}, %{Pick(_r32)}",
        11 => $"imul %{R64()}, %{R64()}",
        12 => $"mulq {Memory()}",
        13 => $"bsf %{R64()}, %{R64()}",
        14 => $"shld ${random.Next(64)}, %{R64()}, %{R64()}",
        15 => "lahf",
        16 => "sahf",
        17 => "cmc",
        18 => "swapgs\n swapgs",
        19 => "cltq\n cqto",
        20 => $"xchg %{Pick(_r32)}, %{Pick(_r32)}",
        _ => $"mov %rsp, %{R64()}",
    };

    // RSP and the registers that the test points at things come up often.
    private string Memory() => random.Next(8) switch
    {
        0 => $"%gs:{random.Next(0, 0x60)}",
        1 => $"%gs:{0xff0 + random.Next(0, 0x20)}",
        _ => Address(),
    };

    private string Address() => random.Next(6) switch
    {
        0 or 1 or 2 => $"{random.Next(-40, 120)}(%rsp)",
        3 => $"{random.Next(-64, 64)}(%r15)",
        4 => $"{random.Next(-64, 64)}(%r14,%r13,{1 << random.Next(4)})",
        _ => $"{random.Next(-64, 64)}(%{R64()})",
    };

    private string Sized(Func<string, string, string> write)
    {
        var size = random.Next(4);
        return write(new[] { "b", "w", "l", "q" }[size], "%" + Pick(new[] { _r8[..4], _r16, _r32, _r64 }[size]));
    }

    private string Same(string register) => random.Next(3) == 0 ? register : register[1..] switch
    {
        var name when _r64.Contains(name) => "%" + Pick(_r64),
        var name when _r32.Contains(name) => "%" + Pick(_r32),
        var name when _r16.Contains(name) => "%" + Pick(_r16),
        _ => "%" + Pick(_r8[..4]),
    };

    private string R64() => Pick(_r64);

    private string Binary() => Pick("add", "adc", "sub", "sbb", "and", "or", "xor", "cmp", "test");

    private string Unary() => Pick("inc", "dec", "neg", "not");

    private string Shift() => Pick("shl", "shr", "sar", "rol", "ror", "rcl", "rcr");

    private string Pick(params string[] from) => from[random.Next(from.Length)];
}
