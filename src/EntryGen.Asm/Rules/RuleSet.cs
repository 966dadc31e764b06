using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Rules.Hardening;
using EntryGen.Asm.Rules.Macros;
using EntryGen.Asm.Rules.State;

namespace EntryGen.Asm.Rules;

/// <summary>Every rule there is, and the order in which findings are given.</summary>
public static class RuleSet
{
    private static readonly StateRule[] _states =
    [
        new CCallRule(), new AccessRule(), new ReturnRule(), new PcidRule(), new FrameRule(), new InterruptFrameRule(), new FunctionReturnRule(),
        new PendingFlushRule(), new SpecCtrlRule(), new NmiRule(), new FredRule(), new UnwindRule(), new ArgumentRule(), new SwitchOrderRule(), new Cr3ValueRule(), new MsrNumberRule(), new FunctionEndRule(),
        new TaskSwitchRule(),
    ];

    /// <summary>The rules.</summary>
    public static IReadOnlyList<IRule> All { get; } =
    [
        new NamedArgumentRule(),
        new MacroParameterRule(),
        new CallRules([new SameRegisterRule(), new LiveScratchRule(), new StackPointerScratchRule()]),
        new StateRules(_states),
        new FredEntryRule(),
        new HardeningRules(
            [
                new SwapgsFenceRule(), new UntrainingRule(), new IbrsRule(), new BuffersRule(), new BranchHistoryRule(), new UserFlagsRule(), new SysretRule(),
                new SafeReturnRule(), new HandlerRule(), new CallDepthRule(),
            ],
            ofGuests: [new UntrainingRule()]),
        new EndbrRule(),
        new MissingMitigationRule(),
        new UnwindHintRule(),
    ];

    /// <summary>Looks at a Program with every rule.</summary>
    /// <param name="input">The Program.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>What was found, rule by rule in the order of <see cref="All"/>.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static IReadOnlyList<AsmDiagnostic> Check(RuleInput input, CancellationToken cancellation = default) =>
        [.. All.SelectMany(rule => rule.Check(input, cancellation))];
}
