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
        Sysret = new SysretFacts(program);
    }

    /// <summary>Returns are not predicted as user mode trained them.</summary>
    public Fact Untrained { get; }

    /// <summary>IBRS is on, or looked after by code that saves it.</summary>
    public Fact IbrsOn { get; }

    /// <summary>SPEC_CTRL is as it was before the entry.</summary>
    public Fact IbrsPutBack { get; }

    /// <summary>VERW has run and nothing was touched in memory since.</summary>
    public Fact BuffersCleared { get; } = new BuffersFact(untilAccess: true);

    /// <summary>VERW has run.</summary>
    public Fact BuffersClearedOnce { get; } = new BuffersFact(untilAccess: false);

    /// <summary>The branch history is not user mode's.</summary>
    public Fact BranchHistoryCleared { get; }

    /// <summary>A safe return that was interrupted is completed.</summary>
    public Fact SafeReturnCompleted { get; } = new SafeReturnFact();

    /// <summary>C code was called that does more than move pt_regs.</summary>
    public Fact HandlerCalled { get; } = new HandlerFact();

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
        Untrained, IbrsOn, IbrsPutBack, BuffersCleared, BuffersClearedOnce, BranchHistoryCleared, SafeReturnCompleted, Clac, AlignmentCheckClear, NestedTaskClear,
        TrapClear, HandlerCalled, .. Sysret.All,
    ];

    private static string? FunctionOf(Instruction instruction, IReadOnlyDictionary<CodeItem, string> functions) =>
        instruction.Info.ControlFlow is not (ControlFlow.Call or ControlFlow.Jump) ? null
        : instruction.Target is { Item: { } item } ? functions.TryGetValue(item, out var name) ? name : null
        : instruction.Target?.External?.Name;

    private static bool IsMsr(AbstractCpu cpu, ulong number) => cpu[Rcx] is { IsConstant: true, KnownBits: var msr } && msr == number;

    private sealed class UntrainedFact(IReadOnlyDictionary<CodeItem, string> functions) : Fact
    {
        public override bool HoldsAt(Scenario scenario) => !scenario.MayFollowUserMode;

        public override bool MayChangeAt(Instruction instruction) =>
            instruction.Info.Op is Op.Wrmsr or Op.Wrmsrns || FunctionOf(instruction, functions) is not null || Departures.IsPredicted(instruction);

        public override FactEffect Of(StateNode node, Instruction instruction, AbstractCpu cpu) =>
            instruction.Info.Op is Op.Wrmsr or Op.Wrmsrns && IsMsr(cpu, KernelMitigations.PredCmdMsr) ? FactEffect.Set
            : FunctionOf(instruction, functions) is { } function && KernelMitigations.IsUntraining(function) ? FactEffect.Set
            : Departures.IsPredicted(instruction) ? FactEffect.Expire
            : FactEffect.None;
    }

    private sealed class BranchHistoryFact(IReadOnlyDictionary<CodeItem, string> functions) : Fact
    {
        public override bool MayChangeAt(Instruction instruction) => FunctionOf(instruction, functions) is not null;

        public override FactEffect Of(StateNode node, Instruction instruction, AbstractCpu cpu) =>
            FunctionOf(instruction, functions) is { } function && KernelMitigations.IsBranchHistoryClearing(function) ? FactEffect.Set
            : Departures.CFunctionOf(instruction) is { } called && !KernelModel.MovesFrame(called) ? FactEffect.Expire
            : FactEffect.None;
    }

    private sealed class IbrsOnFact(Program program) : Fact
    {
        public override bool HoldsAt(Scenario scenario) => !scenario.MayFollowUserMode;

        public override bool MayChangeAt(Instruction instruction) => instruction.Info.Op is Op.Rdmsr or Op.Wrmsr or Op.Wrmsrns || Departures.IsPredicted(instruction);

        public override FactEffect Of(StateNode node, Instruction instruction, AbstractCpu cpu) => SpecCtrl.WriteOf(instruction, cpu, program) switch
        {
            SpecCtrlWrite.On => FactEffect.Set,
            SpecCtrlWrite.Off => FactEffect.Clear,
            _ when instruction.Info.Op == Op.Rdmsr && IsMsr(cpu, KernelMitigations.SpecCtrlMsr) => FactEffect.Set,
            _ when Departures.IsPredicted(instruction) => FactEffect.Expire,
            _ => FactEffect.None,
        };
    }

    private sealed class IbrsPutBackFact(Program program) : Fact
    {
        public override bool HoldsAt(Scenario scenario) => true;

        public override bool MayChangeAt(Instruction instruction) => instruction.Info.Op is Op.Wrmsr or Op.Wrmsrns;

        public override FactEffect Of(StateNode node, Instruction instruction, AbstractCpu cpu) => SpecCtrl.WriteOf(instruction, cpu, program) switch
        {
            SpecCtrlWrite.On => FactEffect.Clear,
            SpecCtrlWrite.Off or SpecCtrlWrite.Saved => FactEffect.Set,
            _ => FactEffect.None,
        };
    }

    // VERW with a register operand does not clear the buffers (Intel, Microarchitectural Data Sampling).
    private sealed class BuffersFact(bool untilAccess) : Fact
    {
        private const int FrameSize = 5 * 8;

        public override bool MayChangeAt(Instruction instruction) => untilAccess || instruction.Info.Op == Op.Verw;

        public override FactEffect Of(StateNode node, Instruction instruction, AbstractCpu cpu)
        {
            if (instruction.Info.Op == Op.Verw)
            {
                return instruction.Operands is [MemoryOperand] ? FactEffect.Set : FactEffect.None;
            }

            for (var i = 0; untilAccess && i < cpu.Accesses.Count; i++)
            {
                if (!IsOfFrame(cpu.Accesses[i]))
                {
                    return FactEffect.Clear;
                }
            }

            return FactEffect.None;
        }

        // IRET reads these words anyway.
        private static bool IsOfFrame(MemoryAccess access) =>
            !access.IsWrite && access.Operand is { Segment: null, Index: null, Symbol: null, Base.Number: AbstractState.Rsp, Displacement: >= 0 and < FrameSize };
    }

    private sealed class HandlerFact : Fact
    {
        public override bool MayChangeAt(Instruction instruction) => Departures.CFunctionOf(instruction) is not null;

        public override FactEffect Of(StateNode node, Instruction instruction, AbstractCpu cpu) =>
            Departures.CFunctionOf(instruction) is { } function && !KernelModel.MovesFrame(function) ? FactEffect.Set : FactEffect.None;
    }

    private sealed class SafeReturnFact : Fact
    {
        public override bool HoldsAt(Scenario scenario) =>
            scenario.IsFromUser || scenario.SpecialPlace == KernelModel.IretToUser || scenario.Shape is EntryShape.Call || scenario.IsSystemCall;

        public override bool MayChangeAt(Instruction instruction) =>
            instruction.SymbolNames().Any(KernelMitigations.IsOfSafeReturn) || Departures.CFunctionOf(instruction) is not null;

        public override FactEffect Of(StateNode node, Instruction instruction, AbstractCpu cpu) =>
            instruction.SymbolNames().Any(KernelMitigations.IsOfSafeReturn) ? FactEffect.Set
            : Departures.CFunctionOf(instruction) is not null ? FactEffect.Expire
            : FactEffect.None;
    }
}
