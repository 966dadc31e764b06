namespace EntryGen.Asm.Flow.Facts;

/// <summary>Which facts each instruction of a Program may change.</summary>
internal sealed class FactSites
{
    private readonly int[]?[] _facts;
    private static readonly int[] _none = [];

    /// <summary>The sites of some facts.</summary>
    public FactSites(Program program, IReadOnlyList<Fact> facts)
    {
        _facts = new int[program.Items.Count][];
        Facts = facts;
    }

    /// <summary>The facts.</summary>
    public IReadOnlyList<Fact> Facts { get; }

    /// <summary>The indices of the facts that an instruction may change, in any state.</summary>
    public IReadOnlyList<int> At(Instruction instruction)
    {
        var known = _facts[instruction.Index];
        if (known is null)
        {
            var changed = new List<int>();
            for (var i = 0; i < Facts.Count; i++)
            {
                if (Facts[i].MayChangeAt(instruction))
                {
                    changed.Add(i);
                }
            }

            _facts[instruction.Index] = known = changed.Count == 0 ? _none : [.. changed];
        }

        return known;
    }
}
