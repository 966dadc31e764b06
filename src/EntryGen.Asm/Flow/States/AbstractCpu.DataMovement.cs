using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

internal sealed partial class AbstractCpu
{
    private bool TryMoveData()
    {
        var operands = _instruction.Operands;
        var width = _instruction.Width;
        switch (_instruction.Info.Op)
        {
            case Op.Mov or Op.Movnti or Op.Movzx:
                Write(operands[1], width, Read(operands[0], _instruction.SourceWidth));
                return true;
            case Op.Movsx:
                Write(operands[1], width, Read(operands[0], _instruction.SourceWidth).SignExtend(_instruction.SourceWidth));
                return true;
            case Op.Lea when operands[0] is MemoryOperand memory:
                Write(operands[1], width, AddressOf(memory with { Segment = null }));
                return true;
            case Op.Xchg:
                var first = Read(operands[0], width);
                var second = Read(operands[1], width);
                Write(operands[0], width, second);
                Write(operands[1], width, first);
                return true;
            case Op.Cmov:
                var moved = Read(operands[0], width);
                Write(operands[1], width, Flags.Holds(_instruction.Condition!.Value) switch
                {
                    true => moved,
                    false => Read(operands[1], width),
                    null => moved.Join(Read(operands[1], width)),
                });
                return true;
            case Op.Push:
                Push(operands[0] is ImmediateOperand immediate ? AbstractValue.Constant((ulong)immediate.Value + (immediate.Symbol?.Address ?? 0)) : Read(operands[0], width), width);
                return true;
            case Op.Pop:
                Write(operands[0], width, Pop(width));
                return true;
            case Op.Pushf:
                Push(Flags.ToValue(), width);
                return true;
            case Op.Popf:
                Flags = new AbstractFlags(StatusFlags.None, StatusFlags.None, Pop(width));
                return true;
            case Op.Leave:
                _registers[Rsp] = _registers[Rbp];
                _registers[Rbp] = Pop();
                return true;
            case Op.Movs or Op.Stos:
                Fill();
                return true;
            case Op.Nop:
                return true;
            default:
                return false;
        }
    }

    // A string operation stores somewhere in the object that RDI points into.
    private void Fill()
    {
        var destination = _registers[Rdi];
        _accesses.Add(new MemoryAccess(destination, _instruction.Width, IsWrite: true, null));
        if (_instruction.Info.Op == Op.Movs)
        {
            _accesses.Add(new MemoryAccess(_registers[Rsi], _instruction.Width, IsWrite: false, null));
            _registers[Rsi] = AbstractValue.Unknown;
        }

        Memory.Keep(slot => slot.Object != destination.Origin);
        _registers[Rdi] = AbstractValue.Unknown;
        if (_instruction.Prefixes != InstructionPrefixes.None)
        {
            _registers[Rcx] = AbstractValue.Constant(0);
        }
    }
}
