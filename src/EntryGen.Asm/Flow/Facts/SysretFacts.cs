using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.Facts;

/// <summary>What must be known of pt_regs before SYSRET takes the place of IRET, as facts.</summary>
internal sealed class SysretFacts
{
    // Offsets of the words of the frame from the end of the task's stack, where pt_regs ends (arch/x86/include/asm/ptrace.h).
    private const long Ip = -5 * 8, Cs = -4 * 8, Flags = -3 * 8, Ss = -1 * 8;
    private const ulong ResumeAndTrap = (1 << 16) | (1 << 8);
    private const int Rcx = 1, R11 = 11;

    /// <summary>The facts of a Program.</summary>
    public SysretFacts(Program program)
    {
        Checks =
        [
            ("RIP is canonical", new CheckFact((branch, isEqual) => isEqual && (IsSignExtension(branch.Left, program) || IsSignExtension(branch.Right, program)))),
            ("RIP is what RCX holds", new CheckFact((branch, isEqual) => isEqual && branch.Compare.Info.Op == Op.Cmp && IsUserRip(branch.Left) && IsUserRip(branch.Right))),
            ("CS is user mode's", new CheckFact((branch, isEqual) => isEqual && IsWord(branch, Cs))),
            ("SS is user mode's", new CheckFact((branch, isEqual) => isEqual && IsWord(branch, Ss))),
            ("RFLAGS is what R11 holds", new CheckFact((branch, isEqual) => isEqual && IsWord(branch, Flags))),
            ("RF and TF are clear", new CheckFact((branch, isEqual) =>
                isEqual && branch.Compare.Info.Op == Op.Test && branch.Right is { IsConstant: true, KnownBits: var mask } && (mask & ResumeAndTrap) == ResumeAndTrap)),
        ];
        All = [.. Checks.Select(check => check.Fact), RcxIsIp, R11IsFlags];
    }

    /// <summary>What is checked, in words, each with its fact. A C function that says that SYSRET will do has checked all.</summary>
    public IReadOnlyList<(string What, Fact Fact)> Checks { get; }

    /// <summary>RCX was loaded from pt_regs->ip.</summary>
    public Fact RcxIsIp { get; } = new LoadFact(Rcx, Ip);

    /// <summary>R11 was loaded from pt_regs->flags.</summary>
    public Fact R11IsFlags { get; } = new LoadFact(R11, Flags);

    /// <summary>All of them.</summary>
    public IReadOnlyList<Fact> All { get; }

    // Shifting up and arithmetically down repeats the highest bit of an address: what that changes was not canonical.
    private static bool IsSignExtension(AbstractValue value, Program program) =>
        value.Origin.Kind == OriginKind.Result && program.Items[value.Origin.Detail] is Instruction { Info.Op: Op.Sar };

    // SYSCALL leaves it in RCX, from where the entry code puts it into both words of pt_regs.
    private static bool IsUserRip(AbstractValue value) => value is { Offset: 0, Origin: { Kind: OriginKind.EntryRegister, Detail: Rcx } };

    private static bool IsWord(DecidedBranch branch, long offset) =>
        branch.Compare.Info.Op == Op.Cmp && branch.LeftAddress is { Stack: StackObject.Thread } address && address.Offset == offset;

    private sealed class CheckFact(Func<DecidedBranch, bool, bool> establishes) : Fact
    {
        // What was checked before a C function is not what it leaves.
        public override FactEffect? EffectOf(Instruction instruction) =>
            Departures.CFunctionOf(instruction) is { } function && !KernelMitigations.RunsUnprotected(function) ? FactEffect.Clear : FactEffect.None;

        public override bool MayChangeBehind(Instruction compare) =>
            compare.Operands is [RegisterOperand or MemoryOperand, RegisterOperand] or [_, MemoryOperand { Base.Number: AbstractState.Rsp }] or [ImmediateOperand { Symbol: null, Value: 0 or > byte.MaxValue }, _];

        public override FactEffect OnBranch(DecidedBranch branch, bool isEqual) =>
            establishes(branch, isEqual) || (!isEqual && branch.Left.Origin.Kind == OriginKind.ReturnValue) ? FactEffect.Set : FactEffect.None;
    }

    private sealed class LoadFact(int register, long offset) : Fact
    {
        public override FactEffect? EffectOf(Instruction instruction) =>
            (RegisterEffects.Of(instruction).Written >> register & 1) == 0 ? FactEffect.None
            : instruction.Info.Op == Op.Pop || (instruction.Info.Op == Op.Mov && instruction.Operands is [MemoryOperand, _]) ? null
            : FactEffect.Clear;

        public override FactEffect Of(StateNode node, Instruction instruction, AbstractCpu cpu) =>
            EffectOf(instruction)
            ?? (cpu.Accesses is [{ IsWrite: false, Address: { Stack: StackObject.Thread } address }] && address.Offset == offset ? FactEffect.Set : FactEffect.Clear);
    }
}
