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
    public void Words_come_back()
    {
        var random = new Random(1);
        var bytes = new byte[64];
        for (var i = 0; i < 20_000; i++)
        {
            // Any combination of bytes that are 0.
            var word = (ulong)random.NextInt64();
            for (var part = 0; part < 8; part++)
            {
                word &= random.Next(2) == 0 ? ~(0xFFul << (8 * part)) : ulong.MaxValue;
            }

            var end = WordPacking.Write(ref bytes[0], WordPacking.WriteNumber(ref bytes[0], 0, (uint)i), word);
            var place = 0;
            Assert.Equal((uint)i, WordPacking.ReadNumber(ref bytes[0], ref place));
            Assert.Equal(word, WordPacking.Read(ref bytes[0], ref place));
            Assert.Equal(end, place);
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
