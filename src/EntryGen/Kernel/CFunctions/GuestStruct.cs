namespace EntryGen.Kernel.CFunctions;

/// <summary>Memory operations of models of C functions: as the C code would make them, through the page table and the GS base that are live.</summary>
internal static class GuestStruct
{
    /// <summary>Copies 8-byte words upwards, as <c>*to = *from</c> does.</summary>
    /// <returns>False when an access faults; the fault is recorded.</returns>
    public static bool CopyWords(ref Cpu cpu, ulong from, ulong to, int words)
    {
        for (var i = 0ul; i < (ulong)words; i++)
        {
            if (!cpu.Load64(from + i * 8, out var value) || !cpu.Store64(to + i * 8, value))
            {
                return false;
            }
        }

        return true;
    }
}
