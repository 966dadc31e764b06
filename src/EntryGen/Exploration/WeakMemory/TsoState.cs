using System.Runtime.CompilerServices;

namespace EntryGen.Exploration.WeakMemory;

/// <summary>The state of a <see cref="TsoModel"/>: shared memory and the processors.</summary>
public struct TsoState
{
    /// <summary>The values of the locations.</summary>
    public TsoMemory Memory;

    /// <summary>The processors.</summary>
    public TsoCpus Cpus;
}

/// <summary>One processor.</summary>
public struct TsoCpu
{
    /// <summary>The number of the next instruction.</summary>
    public long Next;

    /// <summary>The registers.</summary>
    public TsoRegisters Registers;

    /// <summary>The stores that other processors do not see yet.</summary>
    public StoreBuffer Buffer;
}

/// <summary>The values of the locations.</summary>
[InlineArray(TsoModel.MostLocations)]
public struct TsoMemory
{
    private ulong _first;
}

/// <summary>The registers of a processor.</summary>
[InlineArray(TsoThread.MostRegisters)]
public struct TsoRegisters
{
    private ulong _first;
}

/// <summary>The processors.</summary>
[InlineArray(TsoModel.MostCpus)]
public struct TsoCpus
{
    private TsoCpu _first;
}
