using System.Runtime.InteropServices;

namespace EntryGen.Exploration.Engine;

/// <summary>What was counted while states were expanded: of a chunk, a level or all of it.</summary>
internal sealed class Tally
{
    /// <summary>Transitions taken.</summary>
    public long Transitions { get; set; }

    /// <summary>States without successors.</summary>
    public long Terminals { get; set; }

    /// <summary>Their bytes, if wanted.</summary>
    public List<EncodedState> TerminalStates { get; } = [];

    /// <summary>Transitions by number, if wanted.</summary>
    public Dictionary<int, long> TransitionCounts { get; } = [];

    /// <summary>Counts a transition by its number.</summary>
    public void Count(int transition, long times = 1) => CollectionsMarshal.GetValueRefOrAddDefault(TransitionCounts, transition, out _) += times;

    /// <summary>Adds what another counted, behind what this one did.</summary>
    public void Add(Tally other)
    {
        Transitions += other.Transitions;
        Terminals += other.Terminals;
        TerminalStates.AddRange(other.TerminalStates);
        foreach (var (transition, times) in other.TransitionCounts)
        {
            Count(transition, times);
        }
    }

    /// <summary>Starts anew.</summary>
    public void Clear()
    {
        Transitions = Terminals = 0;
        TerminalStates.Clear();
        TransitionCounts.Clear();
    }
}
