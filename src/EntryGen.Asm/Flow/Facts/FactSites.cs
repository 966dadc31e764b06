namespace EntryGen.Asm.Flow.Facts;

/// <summary>What each instruction of a Program does to facts, as far as that does not depend on the state.</summary>
internal sealed class FactSites
{
    private static readonly Site[] _none = [];
    private readonly Site[]?[] _sites;

    /// <summary>The sites of some facts.</summary>
    public FactSites(Program program, IReadOnlyList<Fact> facts)
    {
        _sites = new Site[program.Items.Count][];
        Facts = facts;
    }

    /// <summary>The facts.</summary>
    public IReadOnlyList<Fact> Facts { get; }

    /// <summary>What an instruction may do, fact by fact; facts that it never changes are left out.</summary>
    public Site[] At(Instruction instruction) => _sites[instruction.Index] ??= Find(instruction);

    private Site[] Find(Instruction instruction)
    {
        var sites = new List<Site>();
        for (var i = 0; i < Facts.Count; i++)
        {
            var effect = Facts[i].EffectOf(instruction);
            if (effect != FactEffect.None)
            {
                sites.Add(new Site(i, effect));
            }
        }

        return sites.Count == 0 ? _none : [.. sites];
    }

    /// <summary>An effect.</summary>
    /// <param name="Fact">The index of the fact.</param>
    /// <param name="Effect">The effect; null when it depends on the state.</param>
    public readonly record struct Site(int Fact, FactEffect? Effect);
}
