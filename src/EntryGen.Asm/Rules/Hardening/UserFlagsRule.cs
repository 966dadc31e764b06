using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.Facts;
using EntryGen.Asm.Flow.States;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>C code does not run with AC (which switches SMAP off), NT or TF as user mode set them. DF is for EG2009.</summary>
internal sealed class UserFlagsRule : HardeningRule
{
    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [HardeningDiagnostics.UserFlags];

    /// <inheritdoc/>
    public override void Before(FactPoint point, StateReport report)
    {
        if (Departures.CFunctionOf(point.Instruction) is null)
        {
            return;
        }

        var instruction = point.Instruction;
        Add(
            point.Facts.AlignmentCheckClear, "AC", "with it SMAP does not protect user memory from the kernel; CLAC must come before.", point.Used(point.Facts.Clac),
            () => point.FixLikeElsewhere(point.Facts.Clac, instruction));
        Add(point.Facts.NestedTaskClear, "NT", "with it IRET faults; clear it with POPF before.", null, null);
        Add(point.Facts.TrapClear, "TF", "with it the kernel is single-stepped; clear it with POPF before.", null, null);

        void Add(Fact clear, string flag, string why, FeatureCondition? when, Func<SuggestedFix?>? fix)
        {
            var missing = point.Missing(clear);
            report.Add(
                HardeningDiagnostics.UserFlags, point.Node, point.Instruction, $"A C function is called while {flag} may be set, as user mode left it: {why}",
                when is { } only ? missing.And(only) : missing, fix, path: () => point.PathWithout(clear));
        }
    }
}
