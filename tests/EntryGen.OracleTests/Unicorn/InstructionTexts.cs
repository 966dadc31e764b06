using EntryGen.Asm.Instructions;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>Texts of instructions in every form of the instruction table: every width, kind of operand, way to address, prefix and condition.</summary>
/// <remarks>Made from the table alone, so that a new row is covered when it is added. Texts that GNU as refuses are dropped by who assembles them.</remarks>
internal static class InstructionTexts
{
    /// <summary>The label that direct branches go to.</summary>
    public const string Target = "form_target";

    /// <summary>A variable of data that RIP-relative operands name.</summary>
    public const string Data = "probe_data";

    /// <summary>A per-CPU variable that operands in GS name.</summary>
    public const string PerCpu = "probe_percpu";

    private const int MemoryForms = 4;

    private static readonly string[] _bytes = ["%al", "%cl", "%ah", "%bl", "%dh", "%sil", "%r9b", "%bpl"];
    private static readonly string[] _words = ["%ax", "%dx", "%si", "%r10w", "%sp", "%cx"];
    private static readonly string[] _doublewords = ["%eax", "%ecx", "%ebx", "%r8d", "%edi", "%esp"];
    private static readonly string[] _quadwords = ["%rax", "%rdx", "%rbp", "%r15", "%rcx", "%rsp"];

    private static readonly string[] _addresses =
    [
        "(%rbx)", $"{Data}+8(%rip)", "-8(%rbp)", $"%gs:{PerCpu}", "16(%rdi,%r12,8)", "0x40(%rsp)", "(%r13)", $"%gs:({PerCpu}+4)(%rip)",
        "(%rsi,%r14)", $"{Data}(,%r11,4)", "%gs:8(%rax)", "127(%r12)", "%fs:0x20(%rcx)", "-4096(%r9,%r10,2)", "(%rsp,%rdx)", "(%r11)",
    ];

    private static readonly long[] _immediates = [1, -1, 0x7f, 0x80, 0, 0x12345678, 0x8000, -128, 0x7fffffff, 0xffff, -0x80000000, 255];
    private static readonly string[] _bitNumbers = ["$0", "$1", "$7", "$8", "$9", "$15", "$16", "$17", "$31", "$32", "$33", "$63", "$64", "$255"];

    /// <summary>The texts for an operation, the same ones every time.</summary>
    public static IEnumerable<string> Of(InstructionInfo row)
    {
        var texts = new List<string>();
        foreach (var name in Names(row))
        {
            foreach (var form in row.Forms)
            {
                foreach (var operands in Operands(row, form, name.Width))
                {
                    var text = operands.Count == 0 ? name.Mnemonic : $"{name.Mnemonic} {string.Join(", ", operands)}";
                    texts.Add(text);
                    texts.AddRange(Prefixed(row, operands, text));
                }
            }
        }

        return texts.Distinct();
    }

    // One spelling of a condition each; mnemonics of the same meaning all.
    private static IEnumerable<(string Mnemonic, int Width)> Names(InstructionInfo row)
    {
        if (row.Op is Op.Movsx or Op.Movzx)
        {
            return Extensions(row.Op == Op.Movsx ? "movs" : "movz", row.Op == Op.Movsx ? 4 : 2);
        }

        var mnemonics = row.Op is Op.Jcc or Op.Set or Op.Cmov
            ? Conditions.Names.GroupBy(name => name.Condition).Select(group => row.Mnemonics[0][..^1] + group.First().Name)
            : row.Mnemonics;
        return row.Widths.Count == 0 || !row.HasSuffixes || row.Op is Op.Cdqe or Op.Cqo or Op.Cmpxchg16b
            ? mnemonics.SelectMany(name => Widths(row).Select(width => (name, width)))
            : mnemonics.SelectMany(name => row.Widths.Select(width => (name + Suffix(width), width)));
    }

    private static IEnumerable<int> Widths(InstructionInfo row) => row.Widths.Count == 0 ? [8] : row.Widths;

    private static IEnumerable<(string Mnemonic, int Width)> Extensions(string stem, int widest)
    {
        foreach (var source in new[] { 1, 2, 4 }.Where(source => source <= widest))
        {
            foreach (var width in new[] { 2, 4, 8 }.Where(width => width > source))
            {
                yield return ($"{stem}{Suffix(source)}{Suffix(width)}", width);
            }
        }
    }

    private static char Suffix(int width) => width switch { 1 => 'b', 2 => 'w', 4 => 'l', _ => 'q' };

    // Pairs of kinds, and for each pair the texts side by side: as many as the longer list has.
    private static IEnumerable<IReadOnlyList<string>> Operands(InstructionInfo row, OperandForm form, int width)
    {
        IEnumerable<IReadOnlyList<OperandKinds>> choices = [[]];
        foreach (var kinds in form.Operands)
        {
            choices = choices.SelectMany(_ => Single(kinds), (before, kind) => (IReadOnlyList<OperandKinds>)[.. before, kind]).ToList();
        }

        var turn = (int)row.Op + width;
        foreach (var choice in choices)
        {
            var lists = choice.Select(kind => Texts(row, kind, width, turn)).ToList();
            var count = lists.Select(list => list.Count).DefaultIfEmpty(1).Max();
            for (var i = 0; i < count; i++)
            {
                // The first list is out of step now and then, so that the same register meets itself and others.
                yield return [.. lists.Select((list, place) => list[(i + (place == 0 ? i / 2 : 0)) % list.Count])];
            }

            turn += MemoryForms;
        }
    }

    private static IEnumerable<OperandKinds> Single(OperandKinds kinds) => Enum.GetValues<OperandKinds>().Where(kind => kind != OperandKinds.None && (kinds & kind) != 0);

    private static IReadOnlyList<string> Texts(InstructionInfo row, OperandKinds kind, int width, int turn) => kind switch
    {
        OperandKinds.Register => Registers(width),
        OperandKinds.AnyRegister => [.. _bytes.Take(4), .. _words.Take(3), .. _doublewords.Take(3)],
        OperandKinds.Register64 => _quadwords,
        OperandKinds.Register16 => _words,
        OperandKinds.Memory => Addresses(row, turn),
        OperandKinds.Immediate => [.. _immediates.Where(value => Fits(value, width)).Select(value => "$" + value)],
        OperandKinds.Immediate64 => ["$0x123456789abcdef0", "$-2"],
        OperandKinds.ImmediateByte => _bitNumbers,
        OperandKinds.ImmediateWord => ["$0", "$8", "$40"],
        OperandKinds.Count => ["%cl"],
        OperandKinds.Accumulator => [Registers(width)[0]],
        OperandKinds.Port => ["%dx"],
        OperandKinds.Segment => ["%ds", "%es", "%fs", "%gs", "%ss", "%cs"],
        OperandKinds.Control => ["%cr0", "%cr2", "%cr3", "%cr4", "%cr8"],
        OperandKinds.Debug => ["%dr0", "%dr3", "%dr6", "%dr7"],
        OperandKinds.Label => [Target],
        OperandKinds.Indirect => ["*%rax", "*%r9", "*8(%rsi)"],
        OperandKinds.IndirectMemory => ["*8(%rsi)", "*(%r13)"],
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No texts for this kind of operand."),
    };

    private static bool Fits(long value, int width) => width >= 4 || (value < 1L << (8 * width) && value >= -(1L << (8 * width - 1)));

    private static string[] Registers(int width) => width switch { 1 => _bytes, 2 => _words, 4 => _doublewords, _ => _quadwords };

    private static IReadOnlyList<string> Addresses(InstructionInfo row, int turn) => row.Op switch
    {
        // The rows that most of entry code is made of see every way to address, the others a few each, all of them together every one.
        Op.Mov or Op.Push or Op.Pop => _addresses,
        // An address that LEA cuts to 32 bits is linked as one that has to fit into them.
        Op.Lea => [.. _addresses.Where(address => !address.StartsWith(Data + "(,", StringComparison.Ordinal))],
        Op.Movs or Op.Cmps => ["(%rsi)", "%es:(%rdi)", "%gs:(%rsi)"],
        Op.Stos or Op.Scas => ["%es:(%rdi)"],
        Op.Lods => ["(%rsi)", "%gs:(%rsi)"],
        _ => [.. Enumerable.Range(turn, MemoryForms).Select(i => _addresses[i % _addresses.Length])],
    };

    private static IEnumerable<string> Prefixed(InstructionInfo row, IReadOnlyList<string> operands, string text)
    {
        if (row.Op is Op.Movs or Op.Stos or Op.Lods)
        {
            return ["rep " + text];
        }

        if (row.Op is Op.Scas or Op.Cmps)
        {
            return ["repe " + text, "repne " + text];
        }

        var changesMemory = operands.Count > 0 && row.Uses.Count > 0 && row.Uses[0] == OperandUse.ReadWrite && operands[^1].Contains('(');
        return changesMemory ? ["lock " + text] : [];
    }
}
