using System.Buffers.Binary;
using EntryGen.Asm;
using EntryGen.Asm.Instructions;
using EntryGen.OracleTests.Trace;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>The bytes that GNU as gave each instruction of a kernel tree, at the address that EntryGen gave it.</summary>
/// <remarks>Fields that depend on where things lie - relocations, branch distances - are filled in for these addresses; all else is as in the object.</remarks>
internal sealed class KernelCode
{
    private readonly Dictionary<ulong, (Instruction Instruction, byte[] Bytes)> _code = [];
    private readonly Dictionary<ulong, AlternativeSite> _sites = [];

    private KernelCode(string version, EntryUnit unit, Program program, IEnumerable<string> units)
    {
        Unit = unit;
        foreach (var site in program.Items.OfType<AlternativeSite>())
        {
            _sites.TryAdd(site.Address, site);
        }

        var instructions = program.Items.OfType<Instruction>().ToDictionary(instruction => instruction.Statement);
        foreach (var name in units)
        {
            var sections = ElfSections.Read(KernelTrees.Output(version, name + ".o"));
            var code = ObjectCode.Read(version, name).ToDictionary(instruction => (instruction.Section, instruction.Offset));
            foreach (var (statement, place) in ObjectCode.Places(version, name, KernelPrograms.Unit(version, name).Listing))
            {
                if (instructions.TryGetValue(statement, out var instruction) && code.TryGetValue(place, out var found))
                {
                    // Nothing shows where the last one of a section ends but the section.
                    var length = (int)((found.End == 0 ? sections[place.Section].Length : found.End) - found.Offset);
                    Assert.InRange(length, 1, 15);
                    var bytes = sections[place.Section].AsSpan((int)found.Offset, length).ToArray();
                    _code.Add(instruction.Address, (instruction, Place(instruction, found, bytes)));
                }
            }
        }
    }

    /// <summary>The emulator.</summary>
    public EntryUnit Unit { get; }

    /// <summary>How many instructions have bytes.</summary>
    public int Count => _code.Count;

    /// <summary>What the entries of a version reach.</summary>
    public static KernelCode Of(string version)
    {
        var unit = KernelUnit.Of(version);
        return new(version, unit, KernelPrograms.Linked(version, [.. unit.Entries.Keys]).Program, UnitsOf(version));
    }

    /// <summary>All code of a version, whether an entry reaches it or not.</summary>
    public static KernelCode Whole(string version)
    {
        var program = KernelPrograms.Linked(version);
        return new(version, KernelUnit.Load($"all of {version}", program, ["asm_exc_nmi"]), program.Program, UnitsOf(version));
    }

    // FRED's entries are linked by other files, and lie too close together for the bytes of GNU as: the second has its place 256 bytes behind the first.
    private static IEnumerable<string> UnitsOf(string version) =>
        KernelTrees.Units.Where(unit => unit.Version == version && unit.Unit != "entry_64_fred").Select(unit => unit.Unit);

    /// <summary>Every instruction.</summary>
    public IEnumerable<Instruction> Instructions => _code.Values.Select(entry => entry.Instruction);

    /// <summary>Every instruction's address and bytes.</summary>
    public IEnumerable<(ulong Address, byte[] Bytes)> All => _code.Select(entry => (entry.Key, entry.Value.Bytes));

    /// <summary>The instruction that runs at an address, with its bytes; null when there is none.</summary>
    /// <param name="address">The address.</param>
    /// <param name="features">The features that choose among alternatives.</param>
    public (Instruction Instruction, byte[] Bytes)? At(ulong address, FeatureSet features)
    {
        while (_sites.TryGetValue(address, out var site) && site.Select(feature => features.Contains(feature.Name)).Address is var chosen && chosen != address)
        {
            address = chosen;
        }

        return _code.TryGetValue(address, out var found) ? found : null;
    }

    private static byte[] Place(Instruction instruction, ObjectInstruction code, byte[] bytes)
    {
        if (Thunk(instruction, bytes) is { } thunk)
        {
            return thunk;
        }

        if (instruction.Target is { } target)
        {
            return Branch(instruction, bytes, target.Item?.Address ?? target.External!.Address);
        }

        var end = instruction.Address + (ulong)bytes.Length;
        foreach (var operand in instruction.Operands)
        {
            var inner = operand is IndirectOperand indirect ? indirect.Target : operand;
            if (inner is MemoryOperand { Base.Class: RegisterClass.InstructionPointer } relative)
            {
                // The displacement is the last field but an immediate.
                var field = code.Relocations.Count > 0 ? (int)(code.Relocations[0].Offset - code.Offset) : bytes.Length - 4 - ImmediateSize(instruction);
                Write(bytes, field, AddressOf(relative.Symbol, relative.Displacement) - end);
            }
            else if (inner is MemoryOperand { Symbol: { } symbol } memory)
            {
                Write(bytes, FieldOf(code, symbol, isImmediate: false, bytes), AddressOf(symbol, memory.Displacement));
            }
            else if (inner is ImmediateOperand { Symbol: { } constant } immediate)
            {
                Write(bytes, FieldOf(code, constant, isImmediate: true, bytes), AddressOf(constant, immediate.Value));
            }
        }

        return bytes;
    }

    // A jump to the return thunk is a RET, a call of an indirect thunk a call of its register: what the thunks do when they do nothing else.
    private static byte[]? Thunk(Instruction instruction, byte[] bytes)
    {
        var code = bytes[0] == 0x2e ? bytes.AsSpan(1) : bytes;
        return (instruction.Info.Op, code.ToArray()) switch
        {
            (Op.Ret, [0xe9, ..]) => [0xc3],
            (Op.Call, [0xe8, ..]) when instruction.Operands[0] is IndirectOperand { Target: RegisterOperand register } => Indirect(register, 0xd0),
            (Op.Jmp, [0xe9, ..]) when instruction.Operands[0] is IndirectOperand { Target: RegisterOperand register } => Indirect(register, 0xe0),
            _ => null,
        };
    }

    private static byte[] Indirect(RegisterOperand operand, byte modRm)
    {
        byte[] code = [0xff, (byte)(modRm + (operand.Register.Number & 7))];
        return operand.Register.Number < 8 ? code : [0x41, .. code];
    }

    private static ulong AddressOf(SymbolReference? symbol, long addend) => unchecked((symbol?.Address ?? 0) + (ulong)addend);

    private static int ImmediateSize(Instruction instruction) => instruction.Operands[0] is ImmediateOperand immediate
        ? instruction.Width == 1 || immediate.Value is >= -128 and <= 127 ? 1 : 4
        : 0;

    // An immediate comes last.
    private static int FieldOf(ObjectInstruction code, SymbolReference symbol, bool isImmediate, byte[] bytes)
    {
        Assert.True(code.Relocations.Count > 0, $"{code} has no relocation for {symbol.Name}");
        return (int)((isImmediate ? code.Relocations[^1] : code.Relocations[0]).Offset - code.Offset) is var field && field + 4 <= bytes.Length ? field : bytes.Length - 4;
    }

    private static void Write(byte[] bytes, int field, ulong value) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(field), unchecked((int)value));

    // Short branches become long ones: the slots are wider than the code.
    private static byte[] Branch(Instruction instruction, byte[] bytes, ulong target)
    {
        byte[] opcode = bytes switch
        {
            [0xe8, ..] => [0xe8],
            [0xe9 or 0xeb, ..] => [0xe9],
            [>= 0x70 and <= 0x7f, ..] => [0x0f, (byte)(bytes[0] + 0x10)],
            [0x0f, >= 0x80 and <= 0x8f, ..] => [0x0f, bytes[1]],
            [0x2e, 0xe8 or 0xe9, ..] => [0x2e, bytes[1]],
            _ => throw new InvalidOperationException($"'{instruction}' is no branch: {Convert.ToHexString(bytes)}"),
        };
        byte[] result = [.. opcode, 0, 0, 0, 0];
        Write(result, opcode.Length, target - (instruction.Address + (ulong)result.Length));
        return result;
    }
}
