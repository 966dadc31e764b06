namespace EntryGen.Generators.Emission;

/// <summary>One access to memory as the emitter sees it: relative to something unknown that other accesses may share.</summary>
/// <param name="Base">Accesses with the same base are a known distance apart.</param>
/// <param name="Distance">Bytes from the base.</param>
/// <param name="Width">Bytes accessed.</param>
/// <param name="Writes">Whether it stores, or is going to.</param>
/// <param name="Kind">What the window is called: stack, percpu, data.</param>
internal readonly record struct Access(string Base, long Distance, int Width, bool Writes, string Kind);

/// <summary>A run of accesses that one check serves.</summary>
internal sealed class Window
{
    /// <summary>The variable that holds the host reference.</summary>
    public required string Name { get; init; }

    /// <summary>Lowest byte accessed, from the base.</summary>
    public long Start { get; private set; } = long.MaxValue;

    /// <summary>Behind the highest byte accessed.</summary>
    public long End { get; private set; } = long.MinValue;

    /// <summary>Whether any access stores.</summary>
    public bool Writes { get; private set; }

    /// <summary>Whether the check has been written.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Bytes covered.</summary>
    public int Length => (int)(End - Start);

    /// <summary>Whether an access still fits: a window that is too long crosses pages too often.</summary>
    public bool Takes(Access access) => Math.Max(End, access.Distance + access.Width) - Math.Min(Start, access.Distance) <= MostBytes;

    /// <summary>Covers an access.</summary>
    public void Add(Access access)
    {
        Start = Math.Min(Start, access.Distance);
        End = Math.Max(End, access.Distance + access.Width);
        Writes |= access.Writes;
    }

    // PUSH_AND_CLEAR_REGS and what is copied around it stay below this.
    private const long MostBytes = 384;
}

/// <summary>The windows of one block, in the order of its accesses.</summary>
internal sealed class WindowPlan
{
    private readonly List<Window> _byAccess = [];

    /// <summary>Groups accesses.</summary>
    public WindowPlan(IReadOnlyList<Access> accesses)
    {
        var current = new Dictionary<string, Window>(StringComparer.Ordinal);
        var count = 0;
        foreach (var access in accesses)
        {
            if (!current.TryGetValue(access.Base, out var window) || !window.Takes(access))
            {
                window = new Window { Name = access.Kind + count++ };
                current[access.Base] = window;
            }

            window.Add(access);
            _byAccess.Add(window);
        }
    }

    /// <summary>The window that serves the n-th access.</summary>
    public Window this[int access] => _byAccess[access];
}
