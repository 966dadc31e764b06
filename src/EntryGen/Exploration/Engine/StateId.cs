namespace EntryGen.Exploration.Engine;

/// <summary>Where a state is stored: its shard and its local id there, in 32 bits. The default names none.</summary>
internal readonly record struct StateId(uint Value)
{
    /// <summary>The number of shards, whatever the number of threads: what a shard holds, and in what order, must not depend on it.</summary>
    public const int Shards = 1 << ShardBits;

    /// <summary>The local ids there can be in a shard.</summary>
    public const uint Locals = 1u << (32 - ShardBits);

    private const int ShardBits = 6;

    /// <summary>The id of a place.</summary>
    public StateId(uint local, int shard)
        : this((local << ShardBits) | (uint)shard)
    {
    }

    /// <summary>Whether there is no state.</summary>
    public bool IsNone => Value == 0;

    /// <summary>The shard.</summary>
    public int Shard => (int)(Value & (Shards - 1));

    /// <summary>The place in the shard.</summary>
    public uint Local => Value >> ShardBits;

    /// <summary>The shard that owns a hash.</summary>
    public static int ShardOf(ulong hash) => (int)(hash >> (64 - ShardBits));
}
