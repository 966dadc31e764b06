using BenchmarkDotNet.Attributes;

namespace EntryGen.Benchmarks;

/// <summary>The round trip under BenchmarkDotNet.</summary>
[MemoryDiagnoser]
public class RehearsalBenchmark
{
    private const int Trips = 1000;
    private Machine _machine = null!;

    /// <summary>Makes the guest.</summary>
    [GlobalSetup]
    public void Setup() => _machine = RehearsalMachine.Create();

    /// <summary>Blocks.</summary>
    [Benchmark(OperationsPerInvoke = Trips)]
    public void Run() => RehearsalMachine.Run(_machine, Trips);

    /// <summary>One instruction at a time.</summary>
    [Benchmark(OperationsPerInvoke = Trips * RehearsalMachine.Instructions)]
    public void Step() => RehearsalMachine.Step(_machine, Trips);
}
