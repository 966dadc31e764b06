using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Gas.Expressions;

namespace EntryGen.Asm.Instructions;

/// <summary>The number of bytes that GNU as makes of an instruction (SDM vol. 2A, chapter 2), as far as it does not depend on where symbols are.</summary>
internal static class InstructionLength
{
    private const int Int8 = 1;

    /// <summary>The length of an instruction statement; null when it is not modelled, or when a jump may still become shorter or longer.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="symbols">Values of symbols, as far as they are known where the statement stands.</param>
    public static int? Find(Statement statement, SymbolTable symbols)
    {
        if (statement.Text.Text[0] == '{')
        {
            return null; // asks for an encoding
        }

        var parser = new InstructionParser(symbols, new DiagnosticList(0), new Dictionary<string, MacroDefinition>());
        var instruction = parser.Parse(statement);
        return Opcode(instruction) is { } opcode && RestOf(instruction) is { } rest
            ? PrefixWords(statement) + Prefixes(instruction) + opcode + rest
            : null;
    }

    // Each prefix before the mnemonic is a byte.
    private static int PrefixWords(Statement statement)
    {
        var text = statement.Text.Text;
        var words = 0;
        for (var i = 0; !IsMnemonicAt(text, i, statement.Name) && i < text.Length; words++)
        {
            i = Characters.SkipBlanks(text, Characters.NameEnd(text, i, text.Length), text.Length);
        }

        return words;
    }

    private static bool IsMnemonicAt(string text, int index, string mnemonic) =>
        string.Compare(text, index, mnemonic, 0, mnemonic.Length, StringComparison.OrdinalIgnoreCase) == 0
        && Characters.NameEnd(text, index, text.Length) == index + mnemonic.Length;

    // Opcode bytes with the prefixes that are part of them; null where the form has lengths of its own that are not modelled.
    private static int? Opcode(InstructionSyntax instruction) => instruction.Info.Op switch
    {
        Op.Mov or Op.Lea or Op.Xchg or Op.Push or Op.Pop or Op.Pushf or Op.Popf or Op.Leave or Op.Cdqe or Op.Cqo or Op.Movs or Op.Stos or Op.Lods or Op.Scas or Op.Cmps
            or Op.Add or Op.Adc or Op.Sub or Op.Sbb or Op.Cmp or Op.And or Op.Or or Op.Xor or Op.Test or Op.Not or Op.Neg or Op.Inc or Op.Dec or Op.Mul or Op.ImulImmediate
            or Op.ImulWide or Op.Div or Op.Idiv or Op.Shl or Op.Shr or Op.Sar or Op.Rol or Op.Ror or Op.Rcl or Op.Rcr or Op.Call or Op.Ret or Op.FarRet or Op.Iret or Op.Int
            or Op.Int3 or Op.Hlt or Op.Cli or Op.Sti or Op.Cld or Op.Std or Op.Clc or Op.Stc or Op.Cmc or Op.Lahf or Op.Sahf or Op.In or Op.Out
            when !IsSegmentPush(instruction) => 1,
        Op.Jmp when instruction.Operands is [IndirectSyntax] => 1,
        Op.Nop => instruction.Operands.Count == 0 ? 1 : 2,
        Op.Push or Op.Pop => 2,
        Op.Movsx => instruction.SourceWidth == 4 ? 1 : 2,
        Op.Movzx or Op.Movnti or Op.Xadd or Op.Cmpxchg or Op.Cmpxchg16b or Op.Bswap or Op.Cmov or Op.Imul or Op.Bt or Op.Bts or Op.Btr or Op.Btc or Op.Bsf or Op.Bsr or Op.Set
            or Op.Shld or Op.Shrd or Op.MovFromControl or Op.MovToControl or Op.MovFromDebug or Op.MovToDebug or Op.Lldt or Op.Ltr or Op.Lgdt or Op.Lidt or Op.Sgdt or Op.Sidt
            or Op.Lmsw or Op.Verr or Op.Verw or Op.Invlpg or Op.Clts or Op.Syscall or Op.Sysenter or Op.Sysret or Op.Ud2 or Op.Cpuid or Op.Rdtsc or Op.Rdmsr or Op.Wrmsr
            or Op.Rdpmc or Op.Invd or Op.Wbinvd or Op.Pause => 2,
        Op.Popcnt or Op.Rdfsbase or Op.Rdgsbase or Op.Wrfsbase or Op.Wrgsbase or Op.Lfence or Op.Mfence or Op.Sfence or Op.Serialize or Op.Swapgs or Op.Rdtscp or Op.Clac or Op.Stac
            or Op.Xgetbv or Op.Xsetbv or Op.Wrmsrns or Op.Rdpkru or Op.Wrpkru => 3,
        Op.Endbr64 or Op.Endbr32 or Op.Eretu or Op.Erets or Op.Invpcid => 4,
        _ => null,
    };

    // Operand size, segment and REX.
    private static int Prefixes(InstructionSyntax instruction)
    {
        var memory = Memory(instruction);
        var isWord = instruction.Width == 2 && instruction.Info.Op is not (Op.Lldt or Op.Ltr or Op.Lmsw or Op.Verr or Op.Verw or Op.Ret);
        return (isWord ? 1 : 0) + (memory?.Segment is null ? 0 : 1) + (NeedsRex(instruction, memory) ? 1 : 0);
    }

    private static bool NeedsRex(InstructionSyntax instruction, MemorySyntax? memory)
    {
        // Stack operations and near branches have 64 bits without it.
        var isWide = instruction.Width == 16 || (instruction.Width == 8 && instruction.Info.Widths.Count > 0 && instruction.Info.Op is not (
            Op.Push or Op.Pop or Op.Pushf or Op.Popf or Op.Leave or Op.Call or Op.Jmp or Op.Ret or Op.MovFromControl or Op.MovToControl or Op.MovFromDebug or Op.MovToDebug
            or Op.Lgdt or Op.Lidt or Op.Sgdt or Op.Sidt or Op.Cmpxchg16b));
        return isWide || memory?.Base?.Number >= 8 || memory?.Index?.Number >= 8 || instruction.Operands.Any(IsHigh);

        bool IsHigh(OperandSyntax operand) => operand switch
        {
            RegisterSyntax { Register: { Class: RegisterClass.General } register } => register.Number >= 8 || register is { Width: 1, Number: >= 4 },
            RegisterSyntax { Register: { Class: RegisterClass.Control or RegisterClass.Debug } register } => register.Number >= 8,
            IndirectSyntax indirect => IsHigh(indirect.Target),
            _ => false,
        };
    }

    // What follows the opcode: ModRM, SIB, displacement, immediate.
    private static int? RestOf(InstructionSyntax instruction)
    {
        var operands = instruction.Operands;
        if (operands.OfType<ImmediateSyntax>().FirstOrDefault() is { } immediate)
        {
            return WithImmediate(instruction, immediate);
        }

        return instruction.Info.Op switch
        {
            Op.Movs or Op.Stos or Op.Lods or Op.Scas or Op.Cmps => operands.Count == 0 ? 0 : null,
            Op.In or Op.Out => 0,
            Op.Call when operands is [MemorySyntax { IsBare: true }] => 4,
            Op.Push or Op.Pop or Op.Bswap when operands is [RegisterSyntax] => 0,
            // xchg %eax, %eax is not the one-byte NOP, xchg %rax, %rax is: not modelled.
            Op.Xchg when instruction.Width > 1 && operands.All(operand => operand is RegisterSyntax) && operands.Any(IsAccumulator) => operands.All(IsAccumulator) ? null : 0,
            Op.Mov when MnemonicTable.IsMovabs(instruction.Mnemonic) => null,
            _ => operands.Count == 0 ? 0 : ModRm(instruction),
        };
    }

    private static int? WithImmediate(InstructionSyntax instruction, ImmediateSyntax immediate)
    {
        var value = immediate.Value;
        if (value.Kind == ExpressionValueKind.Difference)
        {
            return null; // whether it fits a byte is not known
        }

        var width = instruction.Width;
        var full = Math.Min(width, 4);
        var isShort = value.IsConstant && FitsByte(value.Addend, width);
        var destination = instruction.Operands[instruction.Operands.Count - 1];
        switch (instruction.Info.Op)
        {
            case Op.Mov when destination is RegisterSyntax && (width < 8 || !FitsSigned32(value) || MnemonicTable.IsMovabs(instruction.Mnemonic)):
                return width;
            case Op.Mov:
                return ModRm(instruction) + full;
            case Op.Add or Op.Adc or Op.Sub or Op.Sbb or Op.Cmp or Op.And or Op.Or or Op.Xor:
                return width > 1 && isShort ? ModRm(instruction) + Int8 : IsAccumulator(destination) ? full : ModRm(instruction) + full;
            case Op.Test:
                return IsAccumulator(destination) ? full : ModRm(instruction) + full;
            case Op.ImulImmediate:
                return ModRm(instruction) + (isShort ? Int8 : full);
            case Op.Push:
                return isShort ? Int8 : full;
            case Op.Shl or Op.Shr or Op.Sar or Op.Rol or Op.Ror or Op.Rcl or Op.Rcr:
                return ModRm(instruction) + (value is { IsConstant: true, Addend: 1 } ? 0 : Int8);
            case Op.Bt or Op.Bts or Op.Btr or Op.Btc or Op.Shld or Op.Shrd:
                return ModRm(instruction) + Int8;
            case Op.Int or Op.In or Op.Out:
                return Int8;
            case Op.Ret or Op.FarRet:
                return 2;
            default:
                return null;
        }
    }

    private static int? ModRm(InstructionSyntax instruction)
    {
        if (Memory(instruction) is not { } memory)
        {
            return 1;
        }

        if (memory.Segment is null && memory.Text.Text.IndexOf(':') >= 0)
        {
            return null; // a segment that has base 0: GNU as leaves it out or not, by the base register
        }

        if (memory.Base is null)
        {
            return 1 + 1 + 4;
        }

        if (memory.Base.Class == RegisterClass.InstructionPointer)
        {
            return 1 + 4;
        }

        var sib = memory.Index is not null || (memory.Base.Number & 7) == 4 ? 1 : 0;
        var displacement = memory.Displacement;
        return displacement switch
        {
            { Kind: ExpressionValueKind.Difference } => null,
            { IsConstant: true, Addend: 0 } => 1 + sib + ((memory.Base.Number & 7) == 5 ? 1 : 0),
            { IsConstant: true } when displacement.Addend == (sbyte)displacement.Addend => 1 + sib + 1,
            _ => 1 + sib + 4,
        };
    }

    private static MemorySyntax? Memory(InstructionSyntax instruction) =>
        instruction.Operands.Select(operand => operand is IndirectSyntax indirect ? indirect.Target : operand).OfType<MemorySyntax>().FirstOrDefault();

    private static bool IsAccumulator(OperandSyntax operand) => operand is RegisterSyntax { Register: { Class: RegisterClass.General, Number: 0, HighByte: false } };

    private static bool IsSegmentPush(InstructionSyntax instruction) =>
        instruction.Info.Op is Op.Push or Op.Pop && instruction.Operands is [RegisterSyntax { Register.Class: RegisterClass.Segment }];

    // In the operand's width: 0xfff0 is -16 in 16 bits.
    private static bool FitsByte(long value, int width) => width switch
    {
        2 => (short)value == (sbyte)value,
        4 => (int)value == (sbyte)value,
        _ => value == (sbyte)value,
    };

    // Symbols are taken for sign-extended 32 bits.
    private static bool FitsSigned32(ExpressionValue value) => !value.IsConstant || value.Addend == (int)value.Addend;
}
