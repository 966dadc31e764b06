using System.Runtime.InteropServices;

namespace EntryGen.Exploration.Engine;

/// <summary>
/// What one worker writes for every state begins behind two lines of the cache (processors fetch them in pairs): objects that are made one after the other, for one worker each, would else
/// share a line, and each write of one worker would take it from the others.
/// </summary>
internal abstract class CacheIsolated
{
#pragma warning disable CS0169, IDE0051 // only its size counts
    private readonly Lines _before;
#pragma warning restore CS0169, IDE0051

    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct Lines;
}
