using EntryGen.Asm.Diagnostics;

namespace EntryGen.Asm.Rules;

/// <summary>Looks for one kind of mistake, or a few that are seen by the same look.</summary>
public interface IRule
{
    /// <summary>What it can find.</summary>
    IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; }

    /// <summary>Looks at a Program. Never throws for anything the Program holds.</summary>
    IEnumerable<AsmDiagnostic> Check(RuleInput input, CancellationToken cancellation);
}
