using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

internal sealed partial class AbstractCpu
{
    private const ulong NoFlush = 1UL << 63;
    private const uint GsBaseMsr = 0xC000_0101, KernelGsBaseMsr = 0xC000_0102, SpecCtrlMsr = 0x48;

    private bool TryUseSystem()
    {
        var operands = _instruction.Operands;
        switch (_instruction.Info.Op)
        {
            case Op.MovFromControl when operands[0] is RegisterOperand { Register.Number: 3 }:
                Write(operands[1], 8, Cr3);
                break;
            case Op.MovToControl when operands[1] is RegisterOperand { Register.Number: 3 }:
                // The bit is a command, not state: it reads as 0 (SDM vol. 3A 4.10.4.1).
                Cr3 = Read(operands[0], 8).With(NoFlush, 0);
                Flush = FlushTest.None;
                ForgetFlags();
                break;
            case Op.Swapgs:
                (GsBase, KernelGsBase) = (KernelGsBase, GsBase);
                break;
            case Op.Rdgsbase:
                Write(operands[0], _instruction.Width, GsBase);
                break;
            case Op.Wrgsbase:
                GsBase = Read(operands[0], _instruction.Width);
                break;
            case Op.Rdmsr:
                ReadMsr();
                break;
            case Op.Wrmsr or Op.Wrmsrns:
                WriteMsr();
                break;
            case Op.Clac or Op.Stac:
                Flags = Flags.WithSystem(AbstractFlags.AlignmentCheckBit, _instruction.Info.Op == Op.Stac);
                break;
            case Op.Cli or Op.Sti:
                Flags = Flags.WithSystem(AbstractFlags.InterruptBit, _instruction.Info.Op == Op.Sti);
                break;
            case Op.Cld or Op.Std:
                Flags = Flags.WithSystem(AbstractFlags.DirectionBit, _instruction.Info.Op == Op.Std);
                break;
            case Op.Call:
                CallTarget();
                break;
            case Op.Ret:
                PopReturnAddress();
                if (operands is [ImmediateOperand extra])
                {
                    _registers[Rsp] = _registers[Rsp].Add(AbstractValue.Constant((ulong)extra.Value));
                }

                break;
            case Op.Jmp when operands is [IndirectOperand target]:
                ReturnAddress = Read(target.Target, 8);
                break;
            case Op.Jmp or Op.Jcc:
                break;
            case Op.Iret:
                for (var i = 0; i < 5; i++)
                {
                    var slot = _registers[Rsp].Add(AbstractValue.Constant((ulong)(8 * i)));
                    _accesses.Add(new MemoryAccess(slot, 8, IsWrite: false, null));
                }

                TakeFrame();
                break;
            case Op.Eretu or Op.Erets:
                // The error code below the frame is skipped (FRED specification, 6.1).
                _registers[Rsp] = _registers[Rsp].Add(AbstractValue.Constant(8));
                TakeFrame();
                break;
            default:
                return false;
        }

        return true;
    }

    /// <summary>Where the last RET, IRET or indirect jump or call goes.</summary>
    public AbstractValue ReturnAddress { get; private set; }

    /// <summary>What is left behind when a function outside the Program has returned: the System V ABI, and what is known about the function.</summary>
    /// <remarks>Assembly routines that entry code calls (untraining, thunks) keep every register but what their row says.</remarks>
    /// <param name="function">Its name; null when it is not known.</param>
    public void ReturnFrom(string? function)
    {
        PopReturnAddress();
        if (function is not null && KernelSymbols.IsAssembly(function))
        {
            ReturnFromAssembly();
            return;
        }

        var argument = _registers[Rdi];
        for (var i = 0; i < _registers.Length; i++)
        {
            if ((PoisonFlow.CallerSaved >> i & 1) != 0)
            {
                _registers[i] = i == Rax ? Fresh(OriginKind.ReturnValue, _instruction.Index) : Fresh(OriginKind.Clobbered, (_instruction.Index * 16) + i);
            }
        }

        Flags = Flags.Forget(StatusFlags.Arithmetic);
        foreach (var word in function is null ? [] : KernelModel.WritesTo(function))
        {
            Memory.Store(argument.Add(AbstractValue.Constant((ulong)word)), 8, AbstractValue.Unknown);
        }

        if (function is not null && _kernel.MovesFrameTo(function, argument) is { } frame)
        {
            for (var offset = 0L; argument.IsPointer && offset < KernelModel.FrameSize; offset += 8)
            {
                if (Memory.Load(argument.Add(AbstractValue.Constant((ulong)offset)), 8) is { } word)
                {
                    Memory.Store(frame.Add(AbstractValue.Constant((ulong)offset)), 8, word);
                }
            }

            _registers[Rax] = frame;
        }
    }

    // write_ibpb and the untraining sequences use RAX, RCX and RDX at most.
    private void ReturnFromAssembly()
    {
        foreach (var register in (ReadOnlySpan<int>)[Rax, Rcx, Rdx])
        {
            _registers[register] = Fresh(OriginKind.Clobbered, (_instruction.Index * 16) + register);
        }

        Flags = Flags.Forget(StatusFlags.Arithmetic);
    }

    // What IRET takes off the stack, as far as it is known.
    private void TakeFrame()
    {
        AbstractValue Word(FrameField field) => Memory.Load(_registers[Rsp].Add(AbstractValue.Constant((ulong)(8 * (int)field))), 8) ?? AbstractValue.Unknown;
        ReturnAddress = Word(FrameField.Rip);
        Flags = new AbstractFlags(StatusFlags.None, StatusFlags.None, Word(FrameField.Rflags));
        _registers[Rsp] = Word(FrameField.Rsp);
    }

    // Nobody looks for an address from which control has come back: it is forgotten, so that it does not matter which way control went.
    private void PopReturnAddress()
    {
        var place = _registers[Rsp];
        ReturnAddress = Pop();
        Memory.Store(place, 8, AbstractValue.Unknown);
    }

    private void CallTarget()
    {
        if (_instruction.Operands is [IndirectOperand target])
        {
            ReturnAddress = Read(target.Target, 8);
        }

        Push(AbstractValue.Constant(_instruction.Next?.Address ?? 0));
    }

    private void ReadMsr()
    {
        var value = _registers[Rcx] switch
        {
            { IsConstant: true, KnownBits: GsBaseMsr } => GsBase,
            { IsConstant: true, KnownBits: KernelGsBaseMsr } => KernelGsBase,
            _ => AbstractValue.Unknown,
        };
        if (_registers[Rcx] is { IsConstant: true, KnownBits: SpecCtrlMsr })
        {
            // Nothing is defined in its upper half.
            _registers[Rax] = AbstractValue.Of(OriginKind.EntrySpecCtrl).ZeroExtend(4);
            _registers[Rdx] = AbstractValue.Constant(0);
            return;
        }

        _registers[Rax] = AbstractValue.Unknown.ZeroExtend(4);
        var high = AbstractValue.Unknown.ZeroExtend(4);
        _registers[Rdx] = value.Bit(63) is { } isNegative ? high.With(1UL << 31, isNegative ? 1UL << 31 : 0) : high;
    }

    private void WriteMsr()
    {
        switch (_registers[Rcx])
        {
            case { IsConstant: true, KnownBits: GsBaseMsr }:
                GsBase = AbstractValue.Unknown;
                break;
            case { IsConstant: true, KnownBits: KernelGsBaseMsr }:
                KernelGsBase = AbstractValue.Unknown;
                break;
        }
    }
}
