using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.Facts;

/// <summary>What entry code does against leaks by speculation, as facts. They are read off the instructions; <see cref="KernelMitigations"/> names functions of other files.</summary>
internal sealed class MitigationFacts
{
    private const int Rcx = 1;

    /// <summary>The facts of a Program.</summary>
    public MitigationFacts(Program program)
    {
        var functions = new Dictionary<CodeItem, string>();
        foreach (var symbol in program.Symbols.Values)
        {
            if (symbol.Item is { } item && (KernelMitigations.IsUntraining(symbol.Name) || KernelMitigations.IsBranchHistoryClearing(symbol.Name)))
            {
                functions[item] = symbol.Name;
            }
        }

        Untrained = new UntrainedFact(functions);
        BranchHistoryCleared = new BranchHistoryFact(functions);
        IbrsOn = new IbrsOnFact(program);
        IbrsPutBack = new IbrsPutBackFact(program);
        IbrsNotTurnedOff = new IbrsNotTurnedOffFact(program);
        Sysret = new SysretFacts(program);
        CallCounted = new CallCountedFact(program);
    }

    /// <summary>Returns are not predicted as user mode trained them.</summary>
    public Fact Untrained { get; }

    /// <summary>IBRS is on, or looked after by code that saves it.</summary>
    public Fact IbrsOn { get; }

    /// <summary>SPEC_CTRL is as it was before the entry.</summary>
    public Fact IbrsPutBack { get; }

    /// <summary>IBRS was not turned off for user mode: what is interrupted in the kernel may have it on.</summary>
    public Fact IbrsNotTurnedOff { get; }

    /// <summary>VERW has run and nothing was touched in memory since.</summary>
    public Fact BuffersCleared { get; } = new BuffersFact(untilAccess: true);

    /// <summary>VERW has run.</summary>
    public Fact BuffersClearedOnce { get; } = new BuffersFact(untilAccess: false);

    /// <summary>The branch history is not user mode's.</summary>
    public Fact BranchHistoryCleared { get; }

    /// <summary>A safe return that was interrupted is completed.</summary>
    public Fact SafeReturnCompleted { get; } = new SafeReturnFact();

    /// <summary>Code outside of the Program was called that does more than move pt_regs or work against leaks.</summary>
    public Fact HandlerCalled { get; } = new HandlerFact();

    /// <summary>The depth of calls was counted.</summary>
    public Fact CallCounted { get; }

    /// <summary>What SYSRET needs.</summary>
    public SysretFacts Sysret { get; }

    /// <summary>CLAC has run: the Program protects user memory by SMAP.</summary>
    public Fact Clac { get; } = new ClacFact();

    /// <summary>AC is clear.</summary>
    public Fact AlignmentCheckClear { get; } = new FlagFact(AbstractFlags.AlignmentCheckBit);

    /// <summary>NT is clear.</summary>
    public Fact NestedTaskClear { get; } = new FlagFact(AbstractFlags.NestedTaskBit);

    /// <summary>TF is clear.</summary>
    public Fact TrapClear { get; } = new FlagFact(AbstractFlags.TrapBit);

    /// <summary>All of them.</summary>
    public IReadOnlyList<Fact> All =>
    [
        Untrained, IbrsOn, IbrsPutBack, IbrsNotTurnedOff, BuffersCleared, BuffersClearedOnce, BranchHistoryCleared, SafeReturnCompleted, Clac, AlignmentCheckClear, NestedTaskClear,
        TrapClear, HandlerCalled, CallCounted, .. Sysret.All,
    ];

    private static string? FunctionOf(Instruction instruction, IReadOnlyDictionary<CodeItem, string> functions) =>
        instruction.Info.ControlFlow is not (ControlFlow.Call or ControlFlow.Jump) ? null
        : instruction.Target is { Item: { } item } ? functions.TryGetValue(item, out var name) ? name : null
        : instruction.Target?.External?.Name;

    private static bool IsMsr(AbstractCpu cpu, ulong number) => cpu[Rcx] is { IsConstant: true, KnownBits: var msr } && msr == number;

    private sealed class UntrainedFact(IReadOnlyDictionary<CodeItem, string> functions) : Fact
    {
        public override bool HoldsAt(Scenario scenario) => !scenario.MayFollowUserMode;

        public override FactEffect? EffectOf(Instruction instruction) =>
            IsMsrWrite(instruction) ? null
            : FunctionOf(instruction, functions) is { } function && KernelMitigations.IsUntraining(function) ? FactEffect.Set
            : Departures.IsPredicted(instruction) ? FactEffect.Expire
            : FactEffect.None;

        public override FactEffect Of(StateNode node, Instruction instruction, AbstractCpu cpu) =>
            EffectOf(instruction) ?? (IsMsr(cpu, KernelMitigations.PredCmdMsr) ? FactEffect.Set : FactEffect.None);
    }

    private sealed class BranchHistoryFact(IReadOnlyDictionary<CodeItem, string> functions) : Fact
    {
        public override FactEffect? EffectOf(Instruction instruction) =>
            FunctionOf(instruction, functions) is { } function && KernelMitigations.IsBranchHistoryClearing(function) ? FactEffect.Set
            : Departures.CFunctionOf(instruction) is { } called && !KernelModel.MovesFrame(called) ? FactEffect.Expire
            : FactEffect.None;
    }

    private sealed class IbrsOnFact(Program program) : Fact
    {
        public override bool HoldsAt(Scenario scenario) => !scenario.MayFollowUserMode;

        public override FactEffect? EffectOf(Instruction instruction) =>
            IsMsrWrite(instruction) ? null : Departures.IsPredicted(instruction) ? FactEffect.Expire : FactEffect.None;

        public override FactEffect Of(StateNode node, Instruction instruction, AbstractCpu cpu) =>
            EffectOf(instruction) ?? SpecCtrl.WriteOf(instruction, cpu, program) switch
            {
                SpecCtrlWrite.On => FactEffect.Set,
                SpecCtrlWrite.Off or SpecCtrlWrite.Saved => FactEffect.Clear,
                _ => FactEffect.None,
            };

        // Where what was saved has it set nothing need be written.
        public override bool MayChangeBehind(Instruction compare) =>
            compare is { Info.Op: Op.Test, Operands: [ImmediateOperand { Symbol: null, Value: var mask }, _] } && mask == 1L << KernelMitigations.IbrsBit;

        public override FactEffect OnBranch(DecidedBranch branch, bool isEqual) =>
            !isEqual && MayChangeBehind(branch.Compare) && branch.Left.Origin.Kind == OriginKind.EntrySpecCtrl ? FactEffect.Set : FactEffect.None;
    }

    private sealed class IbrsPutBackFact(Program program) : Fact
    {
        public override bool HoldsAt(Scenario scenario) => true;

        public override FactEffect? EffectOf(Instruction instruction) => IsMsrWrite(instruction) ? null : FactEffect.None;

        public override FactEffect Of(StateNode node, Instruction instruction, AbstractCpu cpu) => SpecCtrl.WriteOf(instruction, cpu, program) switch
        {
            SpecCtrlWrite.On => FactEffect.Clear,
            SpecCtrlWrite.Off or SpecCtrlWrite.Saved => FactEffect.Set,
            _ => FactEffect.None,
        };
    }

    private sealed class IbrsNotTurnedOffFact(Program program) : Fact
    {
        public override bool HoldsAt(Scenario scenario) => true;

        public override FactEffect? EffectOf(Instruction instruction) => IsMsrWrite(instruction) ? null : FactEffect.None;

        public override FactEffect Of(StateNode node, Instruction instruction, AbstractCpu cpu) => SpecCtrl.WriteOf(instruction, cpu, program) switch
        {
            SpecCtrlWrite.Off => FactEffect.Clear,
            SpecCtrlWrite.On or SpecCtrlWrite.Saved => FactEffect.Set,
            _ => FactEffect.None,
        };
    }

    // VERW with a register operand does not clear the buffers (Intel, Microarchitectural Data Sampling).
    private sealed class BuffersFact(bool untilAccess) : Fact
    {
        private const int FrameSize = 5 * 8;

        public override FactEffect? EffectOf(Instruction instruction) =>
            instruction.Info.Op == Op.Verw ? instruction.Operands is [MemoryOperand] ? FactEffect.Set : FactEffect.None
            : untilAccess && TouchesMemory(instruction) ? FactEffect.Clear
            : FactEffect.None;

        private static bool TouchesMemory(Instruction instruction)
        {
            if (instruction.Info.Op is Op.Push or Op.Pop or Op.Pushf or Op.Popf or Op.Leave or Op.Movs or Op.Stos or Op.Lods or Op.Scas or Op.Cmps
                || instruction.Info.ControlFlow is ControlFlow.Call or ControlFlow.Return)
            {
                return true;
            }

            for (var i = 0; i < instruction.Operands.Count; i++)
            {
                if (instruction.Operands[i] is MemoryOperand memory && instruction.Info.Op is not (Op.Lea or Op.Nop or Op.Invlpg))
                {
                    var isLast = i == instruction.Operands.Count - 1;
                    var isRead = !isLast || instruction.Info.Uses.Count == 0 || (instruction.Info.Uses[0] & OperandUse.Write) == 0;
                    if (!isRead || !IsOfFrame(memory))
                    {
                        return true;
                    }
                }
            }

            return instruction.Operands is [IndirectOperand { Target: MemoryOperand }];
        }

        // IRET reads these words anyway.
        private static bool IsOfFrame(MemoryOperand operand) =>
            operand is { Segment: null, Index: null, Symbol: null, Base.Number: AbstractState.Rsp, Displacement: >= 0 and < FrameSize };
    }

    private sealed class HandlerFact : Fact
    {
        public override FactEffect? EffectOf(Instruction instruction) =>
            instruction.Info.ControlFlow is ControlFlow.Call or ControlFlow.Jump && instruction.Target is { Item: null, External.Name: var name } && IsHandler(name)
                ? FactEffect.Set
                : FactEffect.None;

        // Entry code of another unit counts too: what it does is not seen.
        private static bool IsHandler(string function) =>
            !KernelModel.MovesFrame(function) && !KernelMitigations.IsOutsideEntryText(function) && !KernelMitigations.IsBranchHistoryClearing(function);
    }

    private sealed class SafeReturnFact : Fact
    {
        public override bool HoldsAt(Scenario scenario) =>
            scenario.IsFromUser || scenario.IsAtIretToUser || scenario.Shape is EntryShape.Call || scenario.IsSystemCall;

        public override FactEffect? EffectOf(Instruction instruction) =>
            instruction.SymbolNames().Any(KernelMitigations.IsOfSafeReturn) ? instruction.Info.Op == Op.Cmp ? null : FactEffect.Set
            : Departures.CFunctionOf(instruction) is not null ? FactEffect.Expire
            : FactEffect.None;

        // It is RIP that is compared with the sequence, or nothing is known of it.
        public override FactEffect Of(StateNode node, Instruction instruction, AbstractCpu cpu) =>
            EffectOf(instruction)
            ?? (instruction.Operands.All(operand => operand is not MemoryOperand memory || IsRip(cpu.Memory.Load(cpu.AddressOf(memory), 8))) ? FactEffect.Set : FactEffect.None);

        // Selectors are no addresses; neither are registers, nor the other words of a frame.
        private static bool IsRip(AbstractValue? word) => word switch
        {
            { IsConstant: true, KnownBits: var address } => address > ushort.MaxValue,
            { Origin: { Kind: OriginKind.EntryFrame, Detail: var field } } => field == (int)FrameField.Rip,
            { Origin.Kind: OriginKind.EntryRegister or OriginKind.EntryFlags } => false,
            _ => true,
        };
    }

    private static bool IsMsrWrite(Instruction instruction) => instruction.Info.Op is Op.Wrmsr or Op.Wrmsrns;
}
