namespace EntryGen.Emulation;

/// <summary>Breakpoints of DR0 to DR3 as DR7 enables them (SDM vol. 3B, 17.2.4 and 17.3.1).</summary>
internal static class Breakpoints
{
    /// <summary>L0, G0 to L3, G3 in DR7.</summary>
    public const ulong Enabled = 0xFF;

    /// <summary>BS in DR6.</summary>
    public const ulong SingleStep = 1UL << 14;

    /// <summary>B0 to B3 in DR6.</summary>
    public const ulong Hits = 0xF;

    private const int OnExecution = 0;
    private const int OnWrite = 1;
    private const int OnReadOrWrite = 3;

    /// <summary>B0 to B3 for an instruction at an address.</summary>
    public static ulong OnFetch(ReadOnlySpan<ulong> file, ulong address)
    {
        var hits = 0UL;
        for (var number = 0; number < 4; number++)
        {
            var isHit = IsEnabled(file, number) && Condition(file, number) == OnExecution && file[HiddenState.Dr0 + number] == address;
            hits |= isHit ? 1UL << number : 0;
        }

        return hits;
    }

    /// <summary>B0 to B3 for a data access.</summary>
    public static ulong OnAccess(ReadOnlySpan<ulong> file, ulong address, int size, bool isWrite)
    {
        var hits = 0UL;
        for (var number = 0; number < 4; number++)
        {
            var condition = Condition(file, number);
            if (!IsEnabled(file, number) || !(condition == OnReadOrWrite || (condition == OnWrite && isWrite)))
            {
                continue;
            }

            // The field is aligned to its length: the low bits of the address do not count.
            var length = Length(file, number);
            var start = file[HiddenState.Dr0 + number] & ~(length - 1);
            hits |= address < start + length && start < address + (ulong)size ? 1UL << number : 0;
        }

        return hits;
    }

    private static bool IsEnabled(ReadOnlySpan<ulong> file, int number) => (file[(int)Reg.Dr7] >> (2 * number) & 3) != 0;

    private static int Condition(ReadOnlySpan<ulong> file, int number) => (int)(file[(int)Reg.Dr7] >> (16 + (4 * number))) & 3;

    /// <summary>LEN: 0 is 1 byte, 1 is 2, 3 is 4, 2 is 8.</summary>
    private static ulong Length(ReadOnlySpan<ulong> file, int number) => (file[(int)Reg.Dr7] >> (18 + (4 * number)) & 3) switch
    {
        0 => 1,
        1 => 2,
        2 => 8,
        _ => 4,
    };
}
