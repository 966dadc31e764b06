namespace EntryGen.Exploration.Scenarios.States;

/// <summary>
/// Sees whether runs in which no event is left may have a loop. States are taken together by where control is; while what follows what has no circle among these places, it has none
/// among states. A circle of places need not be one of states: then each run has to be counted.
/// </summary>
/// <param name="suspected">Is called once, when there is a circle.</param>
internal sealed class LoopWatch(Action suspected)
{
    private readonly Dictionary<ulong, List<ulong>> _next = [];
    private readonly Lock _lock = new();

    /// <summary>Whether there is a circle of places.</summary>
    public bool IsSuspected { get; private set; }

    /// <summary>Says that one place follows another.</summary>
    public void Note(ulong place, ulong next)
    {
        lock (_lock)
        {
            if (IsSuspected)
            {
                return;
            }

            if (!_next.TryGetValue(place, out var known))
            {
                _next.Add(place, known = []);
            }

            if (known.Contains(next))
            {
                return;
            }

            known.Add(next);
            IsSuspected = Leads(next, place);
        }

        if (IsSuspected)
        {
            suspected();
        }
    }

    private bool Leads(ulong from, ulong to)
    {
        var seen = new HashSet<ulong> { from };
        var open = new Stack<ulong>(seen);
        while (open.TryPop(out var place))
        {
            if (place == to)
            {
                return true;
            }

            foreach (var next in _next.GetValueOrDefault(place, []))
            {
                if (seen.Add(next))
                {
                    open.Push(next);
                }
            }
        }

        return false;
    }
}
