using EntryGen.Exploration;
using EntryGen.Exploration.WeakMemory;

namespace EntryGen.Tests.Exploration;

/// <summary>Litmus tests against the final states that x86-TSO is known to allow.</summary>
public class WeakMemoryTests
{
    private static readonly Dictionary<string, (TsoProgram Program, string[] Outcomes)> Tests = new()
    {
        ["SB"] = (StoreBuffering(_ => { }), ["0:rax=0,1:rax=0,x=1,y=1", "0:rax=0,1:rax=1,x=1,y=1", "0:rax=1,1:rax=0,x=1,y=1", "0:rax=1,1:rax=1,x=1,y=1"]),
        ["SB+mfences"] = (StoreBuffering(thread => thread.MemoryFence()), ["0:rax=0,1:rax=1,x=1,y=1", "0:rax=1,1:rax=0,x=1,y=1", "0:rax=1,1:rax=1,x=1,y=1"]),
        ["SB+mov-cr3s"] = (StoreBuffering(thread => thread.Serialize("mov %rdi,%cr3")), ["0:rax=0,1:rax=1,x=1,y=1", "0:rax=1,1:rax=0,x=1,y=1", "0:rax=1,1:rax=1,x=1,y=1"]),
        ["SB+lfences"] = (StoreBuffering(thread => thread.Nothing("lfence")), ["0:rax=0,1:rax=0,x=1,y=1", "0:rax=0,1:rax=1,x=1,y=1", "0:rax=1,1:rax=0,x=1,y=1", "0:rax=1,1:rax=1,x=1,y=1"]),
        ["SB+xchgs"] = (
            Program(["x", "y"], t => t.Exchange("rbx", "x", 1).Load("rax", "y"), t => t.Exchange("rbx", "y", 1).Load("rax", "x")),
            ["0:rax=0,0:rbx=0,1:rax=1,1:rbx=0,x=1,y=1", "0:rax=1,0:rbx=0,1:rax=0,1:rbx=0,x=1,y=1", "0:rax=1,0:rbx=0,1:rax=1,1:rbx=0,x=1,y=1"]),
        ["SB+rfi"] = (
            Program(["x", "y"], t => t.Store("x", 1).Load("rax", "x").Load("rbx", "y"), t => t.Store("y", 1).Load("rax", "y").Load("rbx", "x")),
            ["0:rax=1,0:rbx=0,1:rax=1,1:rbx=0,x=1,y=1", "0:rax=1,0:rbx=0,1:rax=1,1:rbx=1,x=1,y=1", "0:rax=1,0:rbx=1,1:rax=1,1:rbx=0,x=1,y=1", "0:rax=1,0:rbx=1,1:rax=1,1:rbx=1,x=1,y=1"]),
        ["MP"] = (
            Program(["x", "y"], t => t.Store("x", 1).Store("y", 1), t => t.Load("rax", "y").Load("rbx", "x")),
            ["1:rax=0,1:rbx=0,x=1,y=1", "1:rax=0,1:rbx=1,x=1,y=1", "1:rax=1,1:rbx=1,x=1,y=1"]),
        ["LB"] = (
            Program(["x", "y"], t => t.Load("rax", "x").Store("y", 1), t => t.Load("rax", "y").Store("x", 1)),
            ["0:rax=0,1:rax=0,x=1,y=1", "0:rax=0,1:rax=1,x=1,y=1", "0:rax=1,1:rax=0,x=1,y=1"]),
        ["2+2W"] = (
            Program(["x", "y"], t => t.Store("x", 1).Store("y", 2), t => t.Store("y", 1).Store("x", 2)),
            ["x=1,y=2", "x=2,y=1", "x=2,y=2"]),
        ["INC+INC"] = (Program(["x"], t => t.Add("x", 1), t => t.Add("x", 1)), ["x=1", "x=2"]),
        ["INC+LOCKINC"] = (Program(["x"], t => t.Add("x", 1), t => t.LockedAdd("x", 1)), ["x=1", "x=2"]),
        ["LOCKINC+LOCKINC"] = (Program(["x"], t => t.LockedAdd("x", 1), t => t.LockedAdd("x", 1)), ["x=2"]),
        ["n6"] = (
            Program(["x", "y"], t => t.Store("x", 1).Load("rax", "x").Load("rbx", "y"), t => t.Store("y", 2).Store("x", 2)),
            ["0:rax=1,0:rbx=0,x=1,y=2", "0:rax=1,0:rbx=0,x=2,y=2", "0:rax=1,0:rbx=2,x=1,y=2", "0:rax=1,0:rbx=2,x=2,y=2", "0:rax=2,0:rbx=2,x=2,y=2"]),
    };

    public static TheoryData<string> Names => [.. Tests.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_final_states_are_those_of_x86_TSO(string name)
    {
        var (program, outcomes) = Tests[name];
        Assert.Equal(outcomes, program.Outcomes());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Taking_stores_at_once_changes_no_final_state(string name)
    {
        var program = Tests[name].Program;
        Assert.Equal(program.Outcomes(eagerStores: false), program.Outcomes(eagerStores: true));
        Assert.True(Explore.Model(new TsoModel(program)).Run().States <= Explore.Model(new TsoModel(program, eagerStores: false)).Run().States);
    }

    [Fact]
    public void Independent_readers_agree_on_the_order_of_independent_writes()
    {
        var program = Program(
            ["x", "y"], t => t.Store("x", 1), t => t.Store("y", 1), t => t.Load("rax", "x").Load("rbx", "y"), t => t.Load("rax", "y").Load("rbx", "x"));
        var outcomes = program.Outcomes();
        Assert.Equal(15, outcomes.Count);
        Assert.DoesNotContain("2:rax=1,2:rbx=0,3:rax=1,3:rbx=0,x=1,y=1", outcomes);
        Assert.Equal(outcomes, program.Outcomes(eagerStores: false));
    }

    [Fact]
    public void The_way_to_a_relaxed_outcome_shows_the_stores_waiting()
    {
        var program = StoreBuffering(_ => { });
        var property = Property<TsoState>.AtEnd("one sees the other", "at least one processor sees the other's store", (in state) => state.Cpus[0].Registers[0] + state.Cpus[1].Registers[0] > 0);

        var text = VerdictText.Of(Explore.Model(new TsoModel(program)).With(property).Run().ShouldBeViolated(property.Id));

        Assert.Contains("CPU 0: mov (y),%rax", text, StringComparison.Ordinal);
        Assert.Contains("[0: x=1]", text, StringComparison.Ordinal);
        Assert.Contains("CPU 1: oldest store drains", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_is_never_lost_to_a_full_buffer()
    {
        var thread = new TsoProgram("x").Thread();
        for (var i = 0; i < StoreBuffer.Capacity; i++)
        {
            thread.Store("x", 1);
        }

        Assert.Throws<ArgumentException>(() => thread.Store("x", 1));

        var buffer = default(StoreBuffer);
        for (var i = 0; i < StoreBuffer.Capacity; i++)
        {
            buffer.Append(1, (ulong)i);
        }

        Assert.Throws<InvalidOperationException>(() => buffer.Append(1, 0));
        Assert.True(buffer.TryForward(1, out var youngest));
        Assert.Equal((ulong)StoreBuffer.Capacity - 1, youngest);
        Assert.Equal(((byte)1, 0UL), buffer.Drain());
    }

    private static TsoProgram StoreBuffering(Action<TsoThread> between) =>
        Program(["x", "y"], t => Load(t.Store("x", 1), "y", between), t => Load(t.Store("y", 1), "x", between));

    private static void Load(TsoThread thread, string location, Action<TsoThread> before)
    {
        before(thread);
        thread.Load("rax", location);
    }

    private static TsoProgram Program(string[] locations, params Action<TsoThread>[] threads)
    {
        var program = new TsoProgram(locations);
        foreach (var thread in threads)
        {
            thread(program.Thread());
        }

        return program;
    }
}
