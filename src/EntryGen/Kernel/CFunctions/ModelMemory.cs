namespace EntryGen.Kernel.CFunctions;

/// <summary>
/// Memory operations of models: as the C code would make them, through the page table that is live. A fault ends the run when the model returns.
/// </summary>
internal static class ModelMemory
{
    /// <summary>Reads a word.</summary>
    /// <returns>False when it faults.</returns>
    public static bool TryRead(this scoped in Cpu cpu, ulong address, out ulong value)
    {
        if (cpu.Load64(address, out value))
        {
            return true;
        }

        cpu.Machine.ModelFaulted();
        return false;
    }

    /// <summary>Writes a word.</summary>
    /// <returns>False when it faults.</returns>
    public static bool TryWrite(this scoped in Cpu cpu, ulong address, ulong value)
    {
        if (cpu.Store64(address, value))
        {
            return true;
        }

        cpu.Machine.ModelFaulted();
        return false;
    }

    /// <summary>Copies words upwards, as <c>*to = *from</c> does.</summary>
    /// <returns>False when an access faults.</returns>
    public static bool TryCopy(this scoped in Cpu cpu, ulong from, ulong to, int words)
    {
        for (var i = 0ul; i < (ulong)words; i++)
        {
            if (!cpu.TryRead(from + i * 8, out var value) || !cpu.TryWrite(to + i * 8, value))
            {
                return false;
            }
        }

        return true;
    }
}
