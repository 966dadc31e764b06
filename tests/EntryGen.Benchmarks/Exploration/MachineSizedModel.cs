using System.Runtime.InteropServices;
using EntryGen.Exploration;

namespace EntryGen.Benchmarks.Exploration;

/// <summary>States as large as those of a machine and nearly no work to make them: what the engine itself costs for such states. Three counters run up in any order.</summary>
/// <param name="side">Where a counter stops.</param>
internal sealed class MachineSizedModel(ulong side) : IEncodedModel<ulong[]>
{
    /// <summary>The bytes of a state: registers and a few lines of memory.</summary>
    public const int StateBytes = 320;

    private readonly ulong[] _words = new ulong[StateBytes / sizeof(ulong)];

    /// <inheritdoc/>
    public IEncodedModel<ulong[]> ForWorker() => new MachineSizedModel(side);

    /// <inheritdoc/>
    public void InitialStates(EncodedSink states) => states.Reserve(0, StateBytes).Clear();

    /// <inheritdoc/>
    public ulong[] Decode(ReadOnlySpan<byte> state)
    {
        MemoryMarshal.Cast<byte, ulong>(state).CopyTo(_words);
        return _words;
    }

    /// <inheritdoc/>
    public void Successors(ulong[] state, EncodedSink successors)
    {
        for (var counter = 0; counter < 3; counter++)
        {
            if (state[counter] < side)
            {
                var next = MemoryMarshal.Cast<byte, ulong>(successors.Reserve(counter, StateBytes));
                state.CopyTo(next);
                next[counter]++;
                next[^1] = next[0] + next[1] + next[2];
            }
        }
    }

    /// <inheritdoc/>
    public string NameOf(int transition) => $"counter {transition}";

    /// <inheritdoc/>
    public string Describe(ulong[] state) => $"{state[0]} {state[1]} {state[2]}";
}
