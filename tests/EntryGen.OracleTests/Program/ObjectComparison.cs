using System.Globalization;
using EntryGen.Asm;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Instructions;

namespace EntryGen.OracleTests;

/// <summary>Compares instructions of a Program with those of the object that GNU as made of the same unit.</summary>
internal sealed class ObjectComparison
{
    private readonly Program _program;
    private readonly Dictionary<Statement, (string Section, long Offset)> _places;
    private readonly Dictionary<(string, long), ObjectInstruction> _code;
    private readonly Dictionary<string, ExternalSymbol> _externals;
    private readonly Dictionary<ulong, CodeItem> _byAddress = [];
    private readonly Dictionary<string, List<(long Offset, Instruction Instruction)>> _bySection = [];

    public ObjectComparison(Program program, Dictionary<Statement, (string Section, long Offset)> places, IReadOnlyList<ObjectInstruction> code)
    {
        _program = program;
        _places = places;
        _code = code.ToDictionary(instruction => (instruction.Section, instruction.Offset));
        _externals = program.Externals.ToDictionary(external => external.Name);
        foreach (var item in program.Items)
        {
            _byAddress.TryAdd(item.Address, item);
            if (item is Instruction instruction)
            {
                var (section, offset) = places[instruction.Statement];
                _bySection.TryAdd(section, []);
                _bySection[section].Add((offset, instruction));
            }
        }

        foreach (var list in _bySection.Values)
        {
            list.Sort((a, b) => a.Offset.CompareTo(b.Offset));
        }
    }

    public List<string> Differences { get; } = [];

    public int Compared { get; private set; }

    public int Operands { get; private set; }

    public void Compare(Instruction instruction)
    {
        Compared++;
        var place = _places[instruction.Statement];
        if (!_code.TryGetValue(place, out var code))
        {
            Differences.Add($"{instruction} at {place} is not in the object");
            return;
        }

        var difference = CompareOperation(instruction, code) ?? CompareOperands(instruction, code);
        if (difference is not null)
        {
            Differences.Add($"{place.Section}:{place.Offset:x} own '{instruction}' as '{code.Mnemonic} {code.Operands}': {difference}");
        }
    }

    private string? CompareOperation(Instruction instruction, ObjectInstruction code)
    {
        // What jumps to the return thunk is a return.
        if (instruction.Info.Op == Op.Ret && code.Mnemonic == "jmp")
        {
            return code.Relocations is [{ Symbol: "__x86_return_thunk" }] ? null : "a jump became a return";
        }

        var name = code.Mnemonic;
        var stated = 0;
        if (instruction.Info.Op is Op.Movsx or Op.Movzx)
        {
            var widths = $"{"_bw_l___q"[instruction.SourceWidth]}{"_bw_l___q"[instruction.Width]}";
            return name == (instruction.Info.Op == Op.Movsx ? "movs" : "movz") + widths ? null : $"widths {widths}";
        }

        if (!instruction.Info.Mnemonics.Contains(name))
        {
            stated = name[^1] switch { 'b' => 1, 'w' => 2, 'l' => 4, 'q' => 8, _ => 0 };
            name = name[..^1];
        }

        if (!instruction.Info.Mnemonics.Contains(name))
        {
            return $"operation {instruction.Info.Op}";
        }

        if (instruction.Condition is { } condition && !Conditions.Names.Any(entry => entry.Condition == condition && name.EndsWith(entry.Name, StringComparison.Ordinal) && name.Length <= entry.Name.Length + 4))
        {
            return $"condition {condition}";
        }

        var register = SplitOperands(code.Operands).LastOrDefault(operand => operand.StartsWith('%') && RegisterNames.Find(operand[1..]) is { Class: RegisterClass.General });
        var width = stated != 0 ? stated : register is null || instruction.Info.Widths.Count == 0 ? 0 : RegisterNames.Find(register[1..])!.Width;
        return width == 0 || width == instruction.Width || instruction.Info.Op is Op.Verw ? null : $"width {instruction.Width}";
    }

    private string? CompareOperands(Instruction instruction, ObjectInstruction code)
    {
        if (instruction.Info.Op == Op.Ret)
        {
            return null;
        }

        var texts = SplitOperands(code.Operands);
        if (texts.Count != instruction.Operands.Count)
        {
            return $"{instruction.Operands.Count} operands";
        }

        for (var i = 0; i < texts.Count; i++)
        {
            Operands++;
            if (CompareOperand(instruction, instruction.Operands[i], texts[i], code) is { } difference)
            {
                return $"operand {i}: {difference}";
            }
        }

        return null;
    }

    private string? CompareOperand(Instruction instruction, Operand operand, string text, ObjectInstruction code)
    {
        switch (operand)
        {
            case RegisterOperand register:
                return "%" + RegisterNames.NameOf(register.Register) == text ? null : "register";
            case LabelOperand:
                return CompareTarget(instruction, text, code);
            case IndirectOperand { Target: RegisterOperand register } when code.Relocations is [{ } thunk]:
                return thunk.Symbol == "__x86_indirect_thunk_" + RegisterNames.NameOf(register.Register) ? null : "thunk";
            case IndirectOperand indirect:
                return CompareOperand(instruction, indirect.Target, text[1..], code);
            case ImmediateOperand immediate:
                var number = Number(text[1..]);
                return immediate.Symbol is { } symbol
                    ? CompareSymbol(symbol, immediate.Value, number, code)
                    : Truncate(number, instruction) == Truncate(immediate.Value, instruction) ? null : $"immediate {immediate.Value:x}";
            default:
                return CompareMemory((MemoryOperand)operand, text, code, others: instruction.Operands.Any(other => other is ImmediateOperand { Symbol: not null }));
        }
    }

    private string? CompareMemory(MemoryOperand memory, string text, ObjectInstruction code, bool others)
    {
        var segment = "";
        if (text.StartsWith('%'))
        {
            segment = text[1..3];
            text = text[4..];
        }

        var open = text.IndexOf('(');
        var displacement = Number(open < 0 ? text : text[..open]);
        var parts = open < 0 ? [] : text[(open + 1)..^1].Split(',');
        string Part(int index) => index < parts.Length ? parts[index].TrimStart('%') : "";
        if (segment != (memory.Segment is null ? "" : RegisterNames.NameOf(memory.Segment))
            || Part(0) != (memory.Base is null ? "" : RegisterNames.NameOf(memory.Base))
            || Part(1) != (memory.Index is null ? "" : RegisterNames.NameOf(memory.Index))
            || (Part(2).Length > 0 && Part(2) != memory.Scale.ToString(CultureInfo.InvariantCulture)))
        {
            return "address";
        }

        if (memory.Symbol is { } symbol)
        {
            return memory.Base == Register.Rip && code.Relocations.Count == 0
                ? ComparePlace(symbol.Address, memory.Displacement, code.Section, code.End + displacement)
                : CompareSymbol(symbol, memory.Displacement, displacement, code);
        }

        return displacement == memory.Displacement && (others || code.Relocations.Count == 0) ? null : $"displacement {memory.Displacement:x}";
    }

    private string? CompareTarget(Instruction instruction, string text, ObjectInstruction code)
    {
        if (instruction.Target is { External: { } external })
        {
            return code.Relocations is [{ } relocation] && relocation.Symbol == external.Name && Value(relocation, code) == 0 ? null : $"target {external.Name}";
        }

        var address = instruction.Target!.Item!.Address;
        return code.Relocations is [{ } local]
            ? ComparePlace(address, 0, local, Value(local, code))
            : ComparePlace(address, 0, code.Section, Number("0x" + text.Split(' ')[0]));
    }

    private string? CompareSymbol(SymbolReference symbol, long addend, long inPlace, ObjectInstruction code)
    {
        if (code.Relocations is not [{ } relocation] || inPlace != 0)
        {
            return "a symbol where the object has a number";
        }

        var value = Value(relocation, code);
        return _externals.ContainsKey(symbol.Name)
            ? relocation.Symbol == symbol.Name && value == addend ? null : $"{symbol.Name}+{addend:x}"
            : ComparePlace(symbol.Address, addend, relocation, value);
    }

    // PC-relative relocations count from their place, the instruction from its end.
    private static long Value((long Offset, string Type, string Symbol, long Addend) relocation, ObjectInstruction code) =>
        relocation.Type is "R_X86_64_PC32" or "R_X86_64_PLT32" ? relocation.Addend + code.End - relocation.Offset : relocation.Addend;

    // Against a section, or a symbol that the Program knows.
    private string? ComparePlace(ulong address, long addend, (long Offset, string Type, string Symbol, long Addend) relocation, long value)
    {
        if (relocation.Symbol.StartsWith('.'))
        {
            return ComparePlace(address, addend, relocation.Symbol, value);
        }

        return _program.Symbols.TryGetValue(relocation.Symbol, out var symbol) && symbol.Address == address && addend == value ? null : $"symbol {relocation.Symbol}";
    }

    // A label may stand before padding; the first instruction behind it is meant.
    private string? ComparePlace(ulong address, long addend, string section, long offset)
    {
        var item = SkipSites(_byAddress[address]);

        // The end of a replacement is where the patched code goes on behind the site, and not the next replacement.
        if (section == ".altinstr_replacement" && _bySection[section].LastOrDefault(entry => entry.Offset < offset).Instruction is { } last && IsLastOfReplacement(last))
        {
            return SkipSites(last.Next!) == item && addend == 0 ? null : $"end of replacement {section}+{offset:x}";
        }

        var expected = _bySection[section].First(entry => entry.Offset >= offset).Instruction;
        return ReferenceEquals(expected, item) && addend == 0 ? null : $"place {section}+{offset:x}";
    }

    private static bool IsLastOfReplacement(Instruction instruction) => instruction.Next is { } next && instruction.Statement.Section != (SkipSites(next) as Instruction)?.Statement.Section;

    private static CodeItem SkipSites(CodeItem item)
    {
        while (item is AlternativeSite site)
        {
            item = site.Original;
        }

        return item;
    }

    private static long Truncate(long value, Instruction instruction) =>
        instruction.Width >= 8 ? value : value & ((1L << (8 * instruction.Width)) - 1);

    private static long Number(string text)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        var negative = text[0] == '-';
        var digits = negative ? text[3..] : text[2..];
        var value = unchecked((long)ulong.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        return negative ? -value : value;
    }

    private static List<string> SplitOperands(string text)
    {
        var parts = new List<string>();
        var depth = 0;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (text[i] == ',' && depth == 0)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        if (text.Length > 0)
        {
            parts.Add(text[start..]);
        }

        return parts;
    }
}
