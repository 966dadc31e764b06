namespace EntryGen.Exploration.Scenarios.States;

/// <summary>
/// Which instructions of entry code may fault without a mistake of it: returns to user mode, because user code chooses the selectors and the address that they load, and
/// instructions in the exception table, because that is why they are there.
/// </summary>
internal static class PossibleFaults
{
    private static readonly string[] _segments = ["%ds", "%es", "%fs", "%gs"];

    /// <summary>The faults of an instruction.</summary>
    /// <param name="place">The instruction.</param>
    /// <param name="unit">Its unit.</param>
    public static InjectedEvents Of(CodePlace place, EntryUnit unit)
    {
        var text = place.Instruction?.Text.Trim() ?? "";
        if (text.StartsWith("iret", StringComparison.Ordinal) || text.StartsWith("eretu", StringComparison.Ordinal))
        {
            return InjectedEvents.GeneralProtection | InjectedEvents.StackFault | InjectedEvents.SegmentNotPresent;
        }

        if (!unit.Fixups.ContainsKey(place.Address))
        {
            return InjectedEvents.None;
        }

        return (LoadsSegment(text) ? InjectedEvents.GeneralProtection | InjectedEvents.SegmentNotPresent : InjectedEvents.None)
            | (text.Contains("msr", StringComparison.Ordinal) ? InjectedEvents.GeneralProtection : InjectedEvents.None)
            | (text.Contains('(', StringComparison.Ordinal) || text.Contains("s:", StringComparison.Ordinal) ? InjectedEvents.PageFault : InjectedEvents.None);
    }

    private static bool LoadsSegment(string text) => Array.Exists(
        _segments, segment => text.EndsWith(segment, StringComparison.Ordinal) && (text.StartsWith("mov", StringComparison.Ordinal) || text.StartsWith("pop", StringComparison.Ordinal)));
}
