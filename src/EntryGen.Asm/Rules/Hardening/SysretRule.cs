using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.Facts;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>SYSRET returns where pt_regs says, and only where it can: with an address that is not canonical it faults in kernel mode with the user's RSP (CVE-2012-0217).</summary>
internal sealed class SysretRule : HardeningRule
{
    private const int Rcx = 1, R11 = 11;

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [HardeningDiagnostics.UncheckedSysret, HardeningDiagnostics.SysretRegisters];

    /// <inheritdoc/>
    public override void Before(FactPoint point, StateReport report)
    {
        // What never was in C code goes back to where it came from.
        if (point.Instruction.Info.Op != Op.Sysret || point.Node.Condition.Except(point.Missing(point.Facts.HandlerCalled)) is not { IsNever: false } behindC)
        {
            return;
        }

        CheckRegister(point, report, Rcx, "RCX", "ip", point.Facts.Sysret.RcxIsIp, behindC);
        CheckRegister(point, report, R11, "R11", "flags", point.Facts.Sysret.R11IsFlags, behindC);

        // A 32-bit RIP is always canonical.
        if (point.Instruction.Width == 8)
        {
            foreach (var group in point.Facts.Sysret.Checks.Select(check => (check.What, check.Fact, When: point.Missing(check.Fact).And(behindC))).Where(check => !check.When.IsNever).GroupBy(check => check.When))
            {
                var first = group.First().Fact;
                report.Add(
                    HardeningDiagnostics.UncheckedSysret, point.Node, point.Instruction,
                    $"SYSRET is reached without a check that {Join([.. group.Select(check => check.What)])}; return by IRET where that is not so.",
                    group.Key, path: () => point.PathWithout(first));
            }
        }
    }

    private static void CheckRegister(FactPoint point, StateReport report, int register, string name, string word, Fact loaded, FeatureCondition behindC)
    {
        // SYSCALL left it there, and it was put back.
        if (point.Node.Scenario.Shape == EntryShape.Syscall && !point.Node.Scenario.IsCompatible
            && point.Cpu[register] is { IsPointer: true, Offset: 0, Origin: { Kind: OriginKind.EntryRegister, Detail: var origin } } && origin == register)
        {
            return;
        }

        report.Add(
            HardeningDiagnostics.SysretRegisters, point.Node, point.Instruction,
            $"SYSRET takes {name} for what pt_regs->{word} should be, but it holds something else; load it from there.",
            point.Missing(loaded).And(behindC), path: () => point.PathWithout(loaded));
    }

    private static string Join(string[] words) =>
        words.Length == 1 ? words[0] : string.Join(", ", words.Take(words.Length - 1)) + " and " + words[words.Length - 1];
}
