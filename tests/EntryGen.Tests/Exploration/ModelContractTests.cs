using System.Runtime.InteropServices;
using EntryGen.Exploration;

namespace EntryGen.Tests.Exploration;

/// <summary>What the engine asks of a model, and what it says when it does not get it.</summary>
public class ModelContractTests
{
    [Fact]
    public void A_state_with_padding_is_refused()
    {
        var exception = Assert.Throws<ArgumentException>(() => Explore.Model(new Successorless<Padded>()));
        Assert.Contains("Padded has padding between or behind its fields", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Padded has padding", Assert.Throws<ArgumentException>(() => Explore.Model(new Successorless<Outer>())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_without_padding_is_not()
    {
        Assert.Equal(1, Explore.Model(new Successorless<Packed>()).Run().States);
        Assert.Equal(1, Explore.Model(new Successorless<SpinLockState>()).Run().States);
        Assert.Equal(1, Explore.Model(new Successorless<UInt128>()).Run().States);
    }

    [Fact]
    public void A_model_without_an_initial_state_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => Explore.Model(new Successorless<int>(initial: false)).Run());

    [Fact]
    public void Two_properties_of_one_name_are_refused() =>
        Assert.Throws<ArgumentException>(() => Explore.Model(new Successorless<int>()).With(Property<int>.NoDeadlock, Property<int>.NoDeadlock));

    [Fact]
    public void What_a_model_throws_comes_out_the_same_on_any_number_of_threads()
    {
        var messages = new[] { 1, 2, 4 }.Select(threads => Assert.Throws<FormatException>(() => Explore.Model(new Faulty()).Threads(threads).Run()).Message);
        Assert.Single(messages.Distinct());
    }

    private readonly record struct Padded(byte Small, long Large);

    private readonly record struct Outer(long First, Padded Second);

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private readonly record struct Packed(byte Small, long Large);

    private sealed class Successorless<TState>(bool initial = true) : IModel<TState>
        where TState : unmanaged
    {
        public void InitialStates(StateSink<TState> states)
        {
            if (initial)
            {
                states.Add(0, default);
            }
        }

        public void Successors(in TState state, StateSink<TState> successors)
        {
        }

        public string NameOf(int transition) => "";

        public string Describe(in TState state) => "";
    }

    /// <summary>A wide level, with many states that the model cannot leave.</summary>
    private sealed class Faulty : IModel<int>
    {
        public void InitialStates(StateSink<int> states)
        {
            for (var i = 0; i < 300_000; i++)
            {
                states.Add(0, i);
            }
        }

        public void Successors(in int state, StateSink<int> successors)
        {
            if (state % 1000 == 7)
            {
                throw new FormatException($"{state}");
            }
        }

        public string NameOf(int transition) => "";

        public string Describe(in int state) => "";
    }
}
