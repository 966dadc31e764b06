using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

internal sealed partial class AbstractCpu
{
    private bool TryCompute()
    {
        var operands = _instruction.Operands;
        var width = _instruction.Width;
        switch (_instruction.Info.Op)
        {
            case Op.Xor or Op.Sub when RegisterEffects.IsZeroing(_instruction):
                var zero = AbstractValue.Constant(0);
                SetFlags(Op.Xor, zero, zero, zero);
                Write(operands[1], width, zero);
                return true;
            case Op.Add or Op.Sub or Op.And or Op.Or or Op.Xor:
                var right = Read(operands[0], width);
                var left = Read(operands[1], width);
                var result = (operands[0] is MemoryOperand memory && _instruction.Info.Op == Op.Or ? _kernel.AliasOf(memory, left) : null)
                    ?? Combine(_instruction.Info.Op, left, right).ZeroExtend(width);
                SetFlags(_instruction.Info.Op, left, right, result);
                Write(operands[1], width, result);
                return true;
            case Op.Cmp or Op.Test:
                var other = Read(operands[0], width);
                var value = Read(operands[1], width);
                var operation = _instruction.Info.Op == Op.Cmp ? Op.Sub : Op.And;
                SetFlags(operation, value, other, Combine(operation, value, other).ZeroExtend(width));
                return true;
            case Op.Inc or Op.Dec:
                var old = Read(operands[0], width);
                var one = AbstractValue.Constant(1);
                var next = (_instruction.Info.Op == Op.Inc ? old.Add(one) : old.Subtract(one)).ZeroExtend(width);
                var carry = Flags.Flag(StatusFlags.CF);
                Flags = Flags.OfResult(next, width).With(StatusFlags.CF, carry);
                Write(operands[0], width, next);
                return true;
            case Op.Not:
                Write(operands[0], width, Read(operands[0], width).Not().ZeroExtend(width));
                return true;
            case Op.Neg:
                var negated = AbstractValue.Constant(0).Subtract(Read(operands[0], width)).ZeroExtend(width);
                Flags = Flags.OfResult(negated, width).With(StatusFlags.CF, !Flags.OfResult(negated, width).Flag(StatusFlags.ZF));
                Write(operands[0], width, negated);
                return true;
            case Op.Shl or Op.Shr when FlagEffects.ShiftCount(_instruction) is { } count:
                var operand = operands[operands.Count - 1];
                var shifted = Read(operand, width);
                shifted = _instruction.Info.Op == Op.Shl ? shifted.ShiftLeft(count).ZeroExtend(width) : shifted.ShiftRight(count);
                Flags = count == 0 ? Flags : Flags.OfResult(shifted, width);
                Write(operand, width, shifted);
                return true;
            case Op.Bt or Op.Bts or Op.Btr or Op.Btc:
                TestBit();
                return true;
            case Op.Set:
                Write(operands[0], 1, Flags.Holds(_instruction.Condition!.Value) is { } holds ? AbstractValue.Constant(holds ? 1UL : 0) : AbstractValue.Unknown.ZeroExtend(1));
                return true;
            default:
                return false;
        }
    }

    private static AbstractValue Combine(Op op, AbstractValue left, AbstractValue right) => op switch
    {
        Op.Add => left.Add(right),
        Op.Sub => left.Subtract(right),
        Op.And => left.And(right),
        Op.Or => left.Or(right),
        _ => left.Xor(right),
    };

    private void SetFlags(Op op, AbstractValue left, AbstractValue right, AbstractValue result)
    {
        var width = _instruction.Width;
        var flags = Flags.OfResult(result, width);
        if (op is Op.And or Op.Or or Op.Xor)
        {
            Flags = flags.With(StatusFlags.CF, false).With(StatusFlags.OF, false);
            return;
        }

        if (op == Op.Sub && left.IsPointer && right.IsPointer && left.Origin == right.Origin)
        {
            // Two places of one object: none lies across the end of the address space.
            Flags = flags.With(StatusFlags.CF, left.Offset < right.Offset).With(StatusFlags.OF, false);
            return;
        }

        if (left.IsConstant && right.IsConstant)
        {
            var sign = (width * 8) - 1;
            var (a, b, r) = (left.KnownBits >> sign & 1, right.KnownBits >> sign & 1, result.KnownBits >> sign & 1);
            flags = op == Op.Add
                ? flags.With(StatusFlags.CF, result.KnownBits < left.KnownBits).With(StatusFlags.OF, a == b && r != a)
                : flags.With(StatusFlags.CF, left.KnownBits < right.KnownBits).With(StatusFlags.OF, a != b && r != a);
        }
        else if (op == Op.Sub && left.IsSameAs(right))
        {
            flags = flags.With(StatusFlags.CF, false).With(StatusFlags.OF, false);
        }
        else if (op == Op.Sub && (_kernel.AreDistinct(left, right) || ((left.KnownMask & right.KnownMask) & (left.KnownBits ^ right.KnownBits)) != 0))
        {
            flags = flags.With(StatusFlags.ZF, false);
        }

        Flags = flags;
    }

    // BT with a register selects a bit of a string in memory (SDM vol. 2A, BT): which word is not followed.
    private void TestBit()
    {
        var operands = _instruction.Operands;
        var width = _instruction.Width;
        var index = Read(operands[0], width);
        var op = _instruction.Info.Op;
        if (operands[1] is MemoryOperand memory && operands[0] is not ImmediateOperand)
        {
            Touch(memory, op == Op.Bt ? OperandUse.Read : OperandUse.ReadWrite);
            if (IsFlushTest(_instruction))
            {
                Flush = (op, Flush) switch
                {
                    (Op.Bt, FlushTest.None) => FlushTest.InCarry,
                    (Op.Btr, FlushTest.Pending) => FlushTest.Taken,
                    (Op.Btr, FlushTest.None or FlushTest.InCarry) => FlushTest.TakenInCarry,
                    _ => Flush,
                };
            }

            Flags = Flags.Forget(StatusFlags.Arithmetic & ~StatusFlags.ZF);
            return;
        }

        var value = Read(operands[1], width);
        if (!index.IsConstant)
        {
            Flags = Flags.Forget(StatusFlags.Arithmetic & ~StatusFlags.ZF);
            if (op != Op.Bt)
            {
                Write(operands[1], width, AbstractValue.Unknown.ZeroExtend(width));
            }

            return;
        }

        var bit = (int)(index.KnownBits & (ulong)((width * 8) - 1));
        var old = value.Bit(bit);
        Flags = Flags.Forget(StatusFlags.Arithmetic & ~StatusFlags.ZF).With(StatusFlags.CF, old);
        if (op != Op.Bt)
        {
            var mask = 1UL << bit;
            Write(operands[1], width, op switch
            {
                Op.Bts => value.With(mask, mask),
                Op.Btr => value.With(mask, 0),
                _ => old is null ? AbstractValue.Unknown : value.With(mask, old.Value ? 0 : mask),
            });
        }
    }
}
