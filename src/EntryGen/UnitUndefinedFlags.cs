namespace EntryGen;

/// <summary>The flags that one instruction leaves undefined. Of a shift by CL the count decides.</summary>
/// <param name="CountMask">What of CL counts: 31 or 63, and 0 for everything but shifts by CL.</param>
/// <param name="Steps">The flags from a count on, by rising count; below the first none.</param>
public sealed record UnitUndefinedFlags(int CountMask, IReadOnlyList<(int Count, ulong Flags)> Steps)
{
    /// <summary>The flags, at their places in RFLAGS.</summary>
    /// <param name="cl">CL when the instruction ran.</param>
    public ulong After(int cl)
    {
        var count = cl & CountMask;
        var flags = 0UL;
        foreach (var (from, undefined) in Steps)
        {
            if (from > count)
            {
                break;
            }

            flags = undefined;
        }

        return flags;
    }
}
