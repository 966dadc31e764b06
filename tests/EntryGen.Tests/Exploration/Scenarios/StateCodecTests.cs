using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Exploration.Scenarios.States;
using EntryGen.Kernel;

namespace EntryGen.Tests.Exploration.Scenarios;

/// <summary>States as bytes: what they hold, and that the way to a state leaves no trace in them.</summary>
public sealed class StateCodecTests
{
    [Fact]
    public unsafe void A_line_has_one_number_on_all_threads()
    {
        const int Lines = 20_000;
        var store = new LineStore();
        var numbers = new uint[4][];
        Parallel.For(0, numbers.Length, thread =>
        {
            var cache = new LineCache(store);
            var mine = numbers[thread] = new uint[Lines];
            ulong* line = stackalloc ulong[LineStore.LineWords];
            for (var i = 0; i < Lines; i++)
            {
                // Each thread in an order of its own; lines differ in one word, and in which.
                var content = (i + (thread * Lines / 4)) % Lines;
                LineWords64.Clear(line);
                line[content % LineStore.LineWords] = (ulong)content + 1;
                mine[content] = cache.NumberOf(line, LineStore.HashOf(line));
                Assert.True(LineWords64.AreEqual(line, cache.At(mine[content])));
            }
        });

        Assert.Equal(Lines, numbers[0].Distinct().Count());
        Assert.All(numbers, other => Assert.Equal(numbers[0], other));
        Assert.All(Enumerable.Range(0, LineStore.LineWords), word => Assert.Equal(0UL, store.At(0)[word]));
    }

    // The order of states must not depend on the numbers that lines happen to get: on the hash alone, which is that of the contents.
    [Fact]
    public void The_hash_of_a_state_does_not_depend_on_what_was_met_before()
    {
        var scenario = EntryScenario.Of(ParanoidUnit.Create(Cr3Return.SkipKernel), "asm_exc_nmi")
            .From(StartState.Kernel).Inject(InjectedEvents.Nmi).MayDo(HandlerEffect.All).WithoutReductions();
        var (first, second) = (new EntryModel(new ScenarioSetup(scenario, EntryProperties.All)), new EntryModel(new ScenarioSetup(scenario, EntryProperties.All)));
        var (left, right) = (Walk(first, 0), Walk(second, 1));
        Assert.Equal(left.Order(), right.Order());
        Assert.Equal(left.Count, left.Distinct().Count());

        // All states within some steps, taken in different order.
        static List<ulong> Walk(EntryModel model, int way)
        {
            var seen = new HashSet<string>();
            var hashes = new List<ulong>();
            var states = new List<byte[]> { Assert.Single(model.ListInitialStates()).State };
            for (var step = 0; step < 12; step++)
            {
                var next = states.SelectMany(state => model.ListSuccessors(state)).Select(successor => successor.State).ToList();
                states = [.. (way == 0 ? next : Enumerable.Reverse(next)).Where(state => seen.Add(Convert.ToHexString(state)))];
                hashes.AddRange(states.Select(state => BitConverter.ToUInt64(state)));
            }

            return hashes;
        }
    }

    // One model goes from state to state in any order; another starts from the beginning each time. Both say the same successors.
    [Fact]
    public void Successors_do_not_depend_on_what_was_looked_at_before()
    {
        var scenario = EntryScenario.Of(ParanoidUnit.Create(Cr3Return.SkipKernel), "asm_exc_nmi")
            .From(StartState.Kernel with { Cr3 = Side.User }).Inject(InjectedEvents.Nmi, most: 2).MayDo(HandlerEffect.All).WithoutReductions();
        var setup = new ScenarioSetup(scenario, EntryProperties.All);
        var (wandering, careful) = (new EntryModel(setup), new EntryModel(setup));
        var start = Assert.Single(wandering.ListInitialStates()).State;
        var pool = new List<byte[]> { start };
        var random = new Random(2);
        for (var i = 0; i < 3_000; i++)
        {
            var state = pool[random.Next(pool.Count)];
            var found = wandering.ListSuccessors(state);
            careful.ListSuccessors(start);
            Assert.Equal(careful.ListSuccessors(state).Select(Text), found.Select(Text));
            pool.AddRange(found.Select(successor => successor.State).Take(Math.Max(0, 2_000 - pool.Count)));
        }

        Assert.Equal(2_000, pool.Count);
    }

    private static string Text((int Transition, byte[] State) successor) => $"{successor.Transition} {Convert.ToHexString(successor.State)}";
}
