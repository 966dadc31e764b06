using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Building;

/// <summary>Collects what the Program uses and does not define, by how it is used.</summary>
internal sealed class ExternalTable
{
    private readonly Dictionary<string, ExternalKind> _kinds = new(StringComparer.Ordinal);

    /// <summary>Names in order of first use.</summary>
    public List<string> Names { get; } = [];

    /// <summary>Records a use. A function wins over a per-CPU variable, and that over data: the address of either may be used as data too.</summary>
    public void Use(string name, ExternalKind kind)
    {
        kind = KernelSymbols.IsFunction(name) ? ExternalKind.Function : kind;
        if (!_kinds.TryGetValue(name, out var known))
        {
            Names.Add(name);
            _kinds.Add(name, kind);
        }
        else if (kind < known)
        {
            _kinds[name] = kind;
        }
    }

    /// <summary>How a name is used.</summary>
    public ExternalKind KindOf(string name) => _kinds[name];

    /// <summary>Records the uses of an instruction.</summary>
    public void AddUses(InstructionPlan plan, Linker linker)
    {
        if (plan.Target is { IsExternal: true } function)
        {
            Use(function.Name, ExternalKind.Function);
            return;
        }

        foreach (var operand in plan.Operands)
        {
            var kind = (operand as MemorySyntax ?? (operand as IndirectSyntax)?.Target as MemorySyntax)?.Segment is null ? ExternalKind.Data : ExternalKind.PerCpu;
            foreach (var term in new[] { OperandResolver.ValueOf(operand)?.Added, OperandResolver.ValueOf(operand)?.Subtracted })
            {
                if (term is not null && linker.Link(plan.Unit, term).IsExternal)
                {
                    Use(term.Name, kind);
                }
            }
        }
    }
}
