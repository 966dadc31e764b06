using EntryGen.Asm.Diagnostics;

namespace EntryGen.Asm.Rules.Macros;

/// <summary>A rule about what a macro does with the registers that one call gives it.</summary>
internal abstract class CallRule
{
    /// <summary>What it finds.</summary>
    public abstract AsmDiagnosticDescriptor Descriptor { get; }

    /// <summary>Looks at one call.</summary>
    public abstract IEnumerable<CallFinding> Check(RuleInput input, CallRegisters call);
}

/// <summary>All rules about calls, in one pass over them.</summary>
internal sealed class CallRules(IReadOnlyList<CallRule> rules) : IRule
{
    /// <inheritdoc/>
    public IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [.. rules.Select(rule => rule.Descriptor)];

    /// <inheritdoc/>
    public IEnumerable<AsmDiagnostic> Check(RuleInput input, CancellationToken cancellation)
    {
        List<CallFinding> found = [.. CallRegisters.Of(input, cancellation).SelectMany(call => rules.SelectMany(rule => rule.Check(input, call)))];
        return CallFindings.Complete(input, found, cancellation);
    }
}
