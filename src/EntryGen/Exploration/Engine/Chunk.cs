using System.Runtime.CompilerServices;

namespace EntryGen.Exploration.Engine;

/// <summary>A run of the frontier that one worker expands, and what came of it.</summary>
internal sealed class Chunk : IDisposable
{
    private readonly StateId[] _broken = new StateId[PropertySets.Most];

    /// <summary>The successors, sorted by shard.</summary>
    public ScatterBuffer Successors { get; } = new();

    /// <summary>The counts.</summary>
    public Tally Tally { get; } = new();

    /// <summary>The first of its pieces in the frontier, and the one behind the last.</summary>
    public Range Pieces { get; private set; }

    /// <summary>The number of its states.</summary>
    public int States { get; private set; }

    /// <summary>The bytes of <see cref="Successors"/>.</summary>
    public long SuccessorBytes { get; set; }

    /// <summary>The properties that a state of the chunk breaks.</summary>
    public ulong Broken { get; private set; }

    /// <summary>Prepares it for other pieces.</summary>
    public void Begin(Range pieces, int states)
    {
        Pieces = pieces;
        States = states;
        SuccessorBytes = 0;
        Broken = 0;
        Tally.Clear();
        Successors.Clear();
    }

    /// <summary>Notes where properties are broken: the first state of the chunk for each is kept.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Note(ulong broken, StateId state)
    {
        for (var i = 0; i < PropertySets.Most; i++)
        {
            if ((broken & ~Broken & (1UL << i)) != 0)
            {
                _broken[i] = state;
            }
        }

        Broken |= broken;
    }

    /// <summary>The first state in the chunk at which a property is broken.</summary>
    public StateId FirstBreaking(int property) => _broken[property];

    public void Dispose() => Successors.Dispose();
}
