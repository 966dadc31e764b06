using EntryGen.Exploration;
using EntryGen.Exploration.Engine;

namespace EntryGen.Tests.Exploration;

/// <summary>What a search stores stays where it is, whatever memory it came from.</summary>
public unsafe class StoreMemoryTests
{
    [Fact]
    public void Records_of_every_segment_stay_what_they_are()
    {
        const int Records = 300_000;
        using var memory = new StoreMemory();
        using var arena = new Arena(sizeof(ulong), 1 << 10, memory);
        using var other = new Arena(sizeof(ulong), 1 << 10, memory);
        for (var i = 0; i < Records; i++)
        {
            Append(arena, (ulong)i);
            Append(other, ~(ulong)i);
        }

        for (uint i = 0; i < Records; i++)
        {
            // Local ids begin with 1.
            Assert.Equal((ulong)i, *(ulong*)arena.At(i + 1));
            Assert.Equal(~(ulong)i, *(ulong*)other.At(i + 1));
        }

        static void Append(Arena arena, ulong value)
        {
            if (!arena.Fits(1))
            {
                Assert.True(arena.BeginSegment());
            }

            *(ulong*)arena.Take(1) = value;
        }
    }

    [Fact]
    public void Threads_get_memory_of_their_own()
    {
        const int Bytes = 96 * 1024;
        using var memory = new StoreMemory();
        var taken = new nint[200];
        Parallel.For(0, taken.Length, i =>
        {
            taken[i] = (nint)memory.Take(Bytes);
            new Span<byte>((void*)taken[i], Bytes).Fill((byte)i);
        });
        Assert.All(taken.Index(), piece => Assert.Equal(-1, new ReadOnlySpan<byte>((void*)piece.Item, Bytes).IndexOfAnyExcept((byte)piece.Index)));
        Assert.NotEqual(0, (nint)memory.Take(3 * StoreMemory.PageBytes + 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void More_states_than_first_segments_hold_are_all_found(int threads)
    {
        const ulong Side = 90;
        var result = Explore.Model(new Counters(Side)).Threads(threads).Run();
        Assert.Equal((long)(Side * Side * Side), result.States);
        Assert.Equal(3 * (Side - 1), (ulong)result.Depth);
        Assert.Equal(3 * (long)((Side - 1) * Side * Side), result.Transitions);
    }

    /// <summary>Three counters run up in any order.</summary>
    private sealed class Counters(ulong side) : IModel<ulong>
    {
        public void InitialStates(StateSink<ulong> states) => states.Add(0, 0);

        public void Successors(in ulong state, StateSink<ulong> successors)
        {
            for (var counter = 0; counter < 3; counter++)
            {
                if ((state >> (16 * counter) & 0xFFFF) + 1 < side)
                {
                    successors.Add(counter, state + (1UL << (16 * counter)));
                }
            }
        }

        public string NameOf(int transition) => $"counter {transition}";

        public string Describe(in ulong state) => $"{state:x}";
    }
}
