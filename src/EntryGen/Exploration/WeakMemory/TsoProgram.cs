using System.Globalization;

namespace EntryGen.Exploration.WeakMemory;

/// <summary>A litmus test: a few processors with straight-line programs over a few memory locations.</summary>
/// <example><code>
/// var test = new TsoProgram("x", "y");
/// test.Thread().Store("x", 1).Load("rax", "y");
/// test.Thread().Store("y", 1).Load("rax", "x");
/// test.Outcomes();   // 0:rax=0,1:rax=0,x=1,y=1 is among them: store buffering
/// </code></example>
/// <param name="locations">The names of the memory locations.</param>
public sealed class TsoProgram(params string[] locations)
{
    private readonly List<TsoThread> _threads = [];

    /// <summary>The processors' programs.</summary>
    internal IReadOnlyList<TsoThread> Threads => _threads;

    /// <summary>The names of the memory locations.</summary>
    internal IReadOnlyList<string> Locations { get; } = locations.Length <= TsoModel.MostLocations
        ? locations
        : throw new ArgumentException($"A program has {TsoModel.MostLocations} locations at most.", nameof(locations));

    /// <summary>Adds a processor.</summary>
    /// <exception cref="InvalidOperationException">There are as many as the model has room for.</exception>
    public TsoThread Thread()
    {
        if (_threads.Count == TsoModel.MostCpus)
        {
            throw new InvalidOperationException($"A program has {TsoModel.MostCpus} processors at most.");
        }

        var thread = new TsoThread(this);
        _threads.Add(thread);
        return thread;
    }

    /// <summary>Every final state: all programs at their end and all stores in memory. Registers by processor and name, then locations, each list sorted.</summary>
    /// <param name="eagerStores">See <see cref="TsoModel"/>.</param>
    public IReadOnlyList<string> Outcomes(bool eagerStores = true)
    {
        var result = Explore.Model(new TsoModel(this, eagerStores)).Threads(1).CollectTerminalStates().Run().ShouldHold();
        return [.. result.TerminalStates.Select(state => OutcomeOf(state.As<TsoState>())).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>The number of a location.</summary>
    internal byte Location(string name)
    {
        for (var i = 0; i < Locations.Count; i++)
        {
            if (Locations[i] == name)
            {
                return (byte)i;
            }
        }

        throw new ArgumentException($"The program has no location '{name}'.", nameof(name));
    }

    /// <summary>A final state in words.</summary>
    internal string OutcomeOf(in TsoState state)
    {
        var parts = new List<string>();
        for (var cpu = 0; cpu < _threads.Count; cpu++)
        {
            foreach (var (name, number) in _threads[cpu].Results)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{cpu}:{name}={state.Cpus[cpu].Registers[number]}"));
            }
        }

        for (var location = 0; location < Locations.Count; location++)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{Locations[location]}={state.Memory[location]}"));
        }

        return string.Join(',', parts);
    }
}
