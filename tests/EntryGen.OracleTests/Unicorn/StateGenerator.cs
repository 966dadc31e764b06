using System.Numerics;
using EntryGen.Asm;
using EntryGen.Asm.Instructions;
using EntryGen.Emulation;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>Random states for one instruction after the other: numbers at the edges of things, addresses that mostly work, and operands that meet each case of a meaning.</summary>
/// <param name="random">Where all choices come from.</param>
internal sealed class StateGenerator(Random random)
{
    private const int Rax = 0, Rcx = 1, Rdx = 2, Rbx = 3, Rsp = 4, Rbp = 5, Rsi = 6, Rdi = 7;

    /// <summary>A number: any, small, a power of two or near one, a sign pattern.</summary>
    public ulong Word() => random.Next(6) switch
    {
        0 or 1 => (ulong)random.NextInt64() << 1 ^ (ulong)random.NextInt64(),
        2 => (ulong)random.Next(0, 70),
        3 => 1UL << random.Next(64),
        4 => (1UL << random.Next(64)) - (ulong)random.Next(3),
        _ => ulong.MaxValue << random.Next(64),
    };

    /// <summary>Fills a state for an instruction.</summary>
    public void Fill(GuestState state, Instruction instruction)
    {
        state.Clear();
        var registers = state.Registers;
        for (var number = 0; number < 16; number++)
        {
            registers[number] = Word();
        }

        state.Flags = RandomFlags(instruction.Info.Op);
        registers[Rsp] = StackPointer();
        if (registers[Rsp] % 8 == 0 || random.Next(2) == 0)
        {
            for (var offset = 0UL; offset < 40; offset += 8)
            {
                state.Poke(registers[Rsp] + offset, Word() & ~Flags.TF);
            }
        }

        Special(state, instruction);
        foreach (var operand in instruction.Operands)
        {
            var inner = operand is IndirectOperand indirect ? indirect.Target : operand;
            if (inner is MemoryOperand memory)
            {
                Place(state, instruction, memory);
            }
        }

        Afterwards(state, instruction);
    }

    /// <summary>An address of data: mostly good, now and then crossing pages, not writable, not mapped, the user's, or not canonical.</summary>
    public ulong DataAddress() => random.Next(20) switch
    {
        0 => Arena.Data + 0x1000 - (ulong)random.Next(1, 16),
        1 => Arena.ReadOnlyData + (ulong)random.Next(0, 0xff0),
        2 => Arena.ReadOnlyData - (ulong)random.Next(1, 16),
        3 => Arena.ReadOnlyData + 0x1000 - (ulong)random.Next(0, 16),
        4 => Arena.Data - (ulong)random.Next(1, 16),
        5 => Word() | 1UL << 62,
        6 => Arena.UserPage + (ulong)random.Next(0, 0xff0),
        7 => 0x0000_8000_0000_0000 - (ulong)random.Next(0, 16),
        _ => Arena.Data + (ulong)random.Next(0x40, 0x1fb0),
    };

    private ulong StackPointer() => random.Next(12) switch
    {
        0 => Arena.Stack + 0x1000 + (ulong)random.Next(-16, 16),
        1 => Arena.Stack + (ulong)random.Next(0, 16),
        2 => Arena.StackTop - (ulong)random.Next(0, 16),
        3 => Arena.Stack + (ulong)random.Next(64, 0x1f80),
        _ => Arena.Stack + 8 * (ulong)random.Next(8, 0x3f0),
    };

    private ulong RandomFlags(Op op)
    {
        var flags = Flags.Reserved1 | ((ulong)random.Next() & Flags.Status);
        flags |= random.Next(3) == 0 ? Flags.DF : 0;
        flags |= random.Next(3) == 0 ? Flags.IF : 0;
        flags |= random.Next(4) == 0 ? Flags.AC : 0;
        flags |= random.Next(8) == 0 ? Flags.ID : 0;
        flags |= random.Next(8) == 0 ? (ulong)random.Next(4) << 12 : 0;
        return flags | (op == Op.Iret && random.Next(8) == 0 ? Flags.NT : 0);
    }

    // Base and index so that the operand lies where it was chosen to lie.
    private void Place(GuestState state, Instruction instruction, MemoryOperand memory)
    {
        var registers = state.Registers;
        if (memory.Index is { } index)
        {
            registers[index.Number] = random.Next(8) == 0 && memory.Base is not null ? Word() : (ulong)random.Next(0, 0x100);
        }

        var bits = instruction.Info.Op is Op.Bt or Op.Bts or Op.Btr or Op.Btc && instruction.Operands[0] is RegisterOperand number ? number : null;
        if (bits is not null && random.Next(8) != 0)
        {
            registers[bits.Register.Number] = unchecked((ulong)(long)random.Next(-0x4000, 0x4000));
        }

        var segment = memory.Segment is null ? 0 : memory.Segment.Number == 4 ? Arena.FsBase : Arena.GsBase;
        var target = memory.Segment is null ? DataAddress() : segment + (ulong)random.Next(0, 0x1008);
        if (instruction.Info.Op == Op.Cmpxchg16b && random.Next(4) != 0)
        {
            target &= ~15UL;
        }

        if (memory.Base is { Class: RegisterClass.General } register)
        {
            var offset = unchecked((ulong)memory.Displacement + (memory.Symbol?.Address ?? 0) + (memory.Index is null ? 0 : registers[memory.Index.Number] * (ulong)memory.Scale));
            if (register.Number == Rsp && instruction.Info.ImplicitReads != 0)
            {
                target = registers[Rsp] + offset;
            }

            registers[register.Number] = unchecked(target - segment - offset);
        }

        var value = Word();
        state.Poke(AddressOf(memory, registers), value);
        state.Poke(AddressOf(memory, registers) + 8, random.Next(2) == 0 ? Word() : 0x10);
    }

    /// <summary>Where an operand lies in a state.</summary>
    public static ulong AddressOf(MemoryOperand memory, ulong[] registers) => unchecked(
        (memory.Segment is null ? 0 : memory.Segment.Number == 4 ? Arena.FsBase : Arena.GsBase)
        + (ulong)memory.Displacement
        + (memory.Symbol?.Address ?? 0)
        + (memory.Base is { Class: RegisterClass.General } register ? registers[register.Number] : 0)
        + (memory.Index is { } index ? registers[index.Number] * (ulong)memory.Scale : 0));

    // Values for operands that have a register of their own.
    private void Special(GuestState state, Instruction instruction)
    {
        var registers = state.Registers;
        switch (instruction.Info.Op)
        {
            case >= Op.Shl and <= Op.Shrd:
                registers[Rcx] = registers[Rcx] & ~0xffUL | (random.Next(3) == 0 ? (ulong)random.Next(256) : (ulong)random.Next(0, 8 * instruction.Width + 2));
                break;
            case Op.Movs or Op.Cmps or Op.Stos or Op.Scas or Op.Lods:
                var isInGs = instruction.Operands.OfType<MemoryOperand>().Any(memory => memory.Segment is not null);
                registers[Rsi] = isInGs ? (ulong)random.Next(0, 0x1008) : DataAddress();
                registers[Rdi] = DataAddress();
                registers[Rcx] = random.Next(4) == 0 ? Word() : (ulong)random.Next(4);
                state.Poke(registers[Rdi], random.Next(2) == 0 ? registers[Rax] : Word());
                break;
            case Op.Jrcxz or Op.Loop:
                registers[Rcx] = random.Next(4) == 0 ? Word() : random.Next(2) == 0 ? (ulong)random.Next(3) : (ulong)random.Next(3) << 32;
                break;
            case Op.Jmp or Op.Call:
                registers[Rax] = CodeAddress();
                registers[9] = CodeAddress();
                break;
            case Op.Leave:
                registers[Rbp] = StackPointer();
                break;
            case Op.Ret:
                state.Poke(registers[Rsp], CodeAddress());
                break;
            case Op.FarRet:
                PokeFar(state, registers[Rsp], instruction.Width);
                break;
        }
    }

    // Values that depend on where the operands have come to lie.
    private void Afterwards(GuestState state, Instruction instruction)
    {
        var registers = state.Registers;
        switch (instruction.Info.Op)
        {
            case Op.Div or Op.Idiv:
                if (random.Next(4) != 0)
                {
                    Divide(state, instruction, instruction.Info.Op == Op.Idiv);
                }

                // IDIV of the least dividend by -1: Unicorn divides as the host does, whose #DE ends the process.
                if (registers[Rdx] << (64 - 8 * instruction.Width) == 1UL << 63 && (registers[Rax] & Mask(instruction.Width)) == 0)
                {
                    registers[Rax]++;
                }

                break;
            case Op.Cmpxchg when random.Next(2) == 0:
                registers[Rax] = registers[Rax] & ~Mask(instruction.Width) | Value(state, instruction.Operands[1], instruction.Width);
                break;
            case Op.Cmpxchg16b when random.Next(3) != 0 && instruction.Operands[0] is MemoryOperand memory:
                var address = AddressOf(memory, registers);
                ulong low = Word(), high = Word();
                if (instruction.Width == 8)
                {
                    state.Poke(address, high << 32 | (uint)low);
                    (low, high) = (Word() << 32 | (uint)low, Word() << 32 | (uint)high);
                }
                else
                {
                    state.Poke(address, low);
                    state.Poke(address + 8, high);
                }

                if (memory.Base is not { Number: Rax or Rdx } && memory.Index is not { Number: Rax or Rdx })
                {
                    (registers[Rax], registers[Rdx]) = (low, random.Next(4) == 0 ? high ^ 1 : high);
                }

                break;
            case Op.Lsl or Op.Lar or Op.Verr or Op.Verw or Op.Lldt or Op.Ltr or Op.MovToSegment when random.Next(4) != 0:
                if (instruction.Operands[0] is MemoryOperand source)
                {
                    state.Poke(AddressOf(source, registers), Selector());
                }
                else if (instruction.Operands[0] is RegisterOperand { Register.Number: var number })
                {
                    registers[number] = registers[number] & ~0xffffUL | Selector();
                }

                break;
            case Op.FarJmp or Op.FarCall when instruction.Operands[0] is IndirectOperand { Target: MemoryOperand pointer }:
                PokeFar(state, AddressOf(pointer, registers), instruction.Width);
                break;
            case Op.Jmp or Op.Call when instruction.Operands[0] is IndirectOperand { Target: MemoryOperand memory }:
                state.Poke(AddressOf(memory, registers), CodeAddress());
                break;
        }
    }

    // A dividend from a quotient that fits, or just does not.
    private void Divide(GuestState state, Instruction instruction, bool isSigned)
    {
        var width = instruction.Width;
        var bits = 8 * width;
        var divisor = new BigInteger(Value(state, instruction.Operands[0], width));
        var quotient = new BigInteger(Word() & Mask(width));
        if (isSigned)
        {
            divisor = Signed(divisor, bits);
            quotient = Signed(quotient, bits);
        }

        if (divisor.IsZero)
        {
            return;
        }

        var remainder = BigInteger.Remainder(Word(), divisor) * (isSigned && divisor.Sign * quotient.Sign < 0 ? -1 : 1);
        var dividend = (quotient * divisor + remainder) & ((BigInteger.One << 2 * bits) - 1);
        var low = (ulong)(dividend & Mask(width));
        var high = (ulong)(dividend >> bits);
        if (width == 1)
        {
            state.Registers[Rax] = state.Registers[Rax] & ~0xffffUL | high << 8 | low;
            return;
        }

        state.Registers[Rax] = state.Registers[Rax] & ~Mask(width) | low;
        state.Registers[Rdx] = state.Registers[Rdx] & ~Mask(width) | high;
    }

    private static BigInteger Signed(BigInteger value, int bits) => value >= BigInteger.One << (bits - 1) ? value - (BigInteger.One << bits) : value;

    // The value of a register or of memory that was given one; 1 when it is not known.
    private static ulong Value(GuestState state, Operand operand, int width) => Mask(width) & operand switch
    {
        RegisterOperand { Register: { HighByte: true } register } => state.Registers[register.Number] >> 8,
        RegisterOperand { Register: { Class: RegisterClass.General } register } => state.Registers[register.Number],
        MemoryOperand memory when Arena.FrameOf(AddressOf(memory, state.Registers)) is { } frame => state.Memory.LastOrDefault(word => word.Frame == frame).Value,
        _ => 1,
    };

    private static ulong Mask(int width) => width >= 8 ? ulong.MaxValue : (1UL << 8 * width) - 1;

    // A selector of the table with any RPL.
    private ulong Selector() => Arena.Selectors[random.Next(Arena.Selectors.Count)] | (random.Next(3) == 0 ? (ulong)random.Next(4) : 0);

    // An offset and a selector as far transfers have them in memory: for RET with the same width each.
    private void PokeFar(GuestState state, ulong address, int width)
    {
        var selector = random.Next(2) == 0 ? Arena.KernelCode : Selector();
        var offset = CodeAddress() & Mask(width);
        state.Poke(address, width == 8 ? offset : selector << (8 * width) | offset);
        state.Poke(address + 8, width == 8 ? selector : Word());
    }

    private ulong CodeAddress() => random.Next(16) switch
    {
        0 => Word(),
        _ => GnuImage.AddressOf(random.Next(0, 16)),
    };
}
