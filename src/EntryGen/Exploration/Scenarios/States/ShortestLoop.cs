namespace EntryGen.Exploration.Scenarios.States;

/// <summary>
/// Of runs that never end, after the last event: the one that is first back in a state in which it was. What counts is never back; of such runs one that does the same each time.
/// </summary>
internal sealed class ShortestLoop
{
    private const int MostStates = 5_000;

    private readonly EntryModel _model;
    private readonly List<(int Transition, int State)[]> _next = [];
    private readonly List<(int Distance, int Before, int Transition)> _ways = [];

    private ShortestLoop(EntryModel model, byte[] start)
    {
        _model = model;
        var numbers = new Dictionary<byte[], int>(new ByteComparer()) { [start] = 0 };
        var states = new List<byte[]> { start };
        _ways.Add((0, -1, 0));
        for (var state = 0; state < states.Count; state++)
        {
            // Beyond so many states it is not looked at what follows.
            var next = state < MostStates ? model.ListSuccessors(states[state]) : [];
            var numbered = new (int, int)[next.Count];
            for (var i = 0; i < next.Count; i++)
            {
                if (!numbers.TryGetValue(next[i].State, out var number))
                {
                    number = states.Count;
                    numbers.Add(next[i].State, number);
                    states.Add(next[i].State);
                    _ways.Add((_ways[state].Distance + 1, state, next[i].Transition));
                }

                numbered[i] = (next[i].Transition, number);
            }

            _next.Add(numbered);
        }
    }

    /// <summary>Finds it.</summary>
    /// <param name="setup">The scenario, in which runs are not counted.</param>
    /// <param name="found">The transitions of some run that does not end.</param>
    /// <param name="fromEvents">How many of them lead to where no event is left.</param>
    /// <returns>The transitions of the run that was looked for, with as many turns as it takes to count as endless.</returns>
    public static IReadOnlyList<int> Find(ScenarioSetup setup, IReadOnlyList<int> found, int fromEvents)
    {
        var model = new EntryModel(setup);
        var state = model.ListInitialStates()[0].State;
        foreach (var transition in found.Take(fromEvents))
        {
            state = model.ListSuccessors(state).First(next => next.Transition == transition).State;
        }

        var rest = new ShortestLoop(model, state).Lasso() is var (way, turn) ? Repeat(way, turn) : Same(model, state, setup.Effects.Count) ?? [.. found.Skip(fromEvents)];
        return [.. found.Take(fromEvents), .. rest];
    }

    private (List<int> Way, List<int> Turn)? Lasso()
    {
        (List<int> Way, List<int> Turn)? best = null;
        var length = int.MaxValue;
        var isInCircle = StatesInCircles();
        for (var state = 0; state < _next.Count && _ways[state].Distance + 1 < length; state++)
        {
            if (isInCircle[state] && Turn(state, length - _ways[state].Distance) is { } turn)
            {
                length = _ways[state].Distance + turn.Count;
                best = (WayTo(state, _ways), turn);
            }
        }

        return best;
    }

    // What is left when states that nothing follows, or that follow nothing, are taken away until there are none.
    private bool[] StatesInCircles()
    {
        var isLeft = new bool[_next.Count];
        Array.Fill(isLeft, true);
        for (var hasChanged = true; hasChanged;)
        {
            hasChanged = false;
            for (var state = _next.Count - 1; state >= 0; state--)
            {
                if (isLeft[state] && !Array.Exists(_next[state], next => isLeft[next.State]))
                {
                    isLeft[state] = false;
                    hasChanged = true;
                }
            }
        }

        return isLeft;
    }

    private List<int>? Turn(int start, int shorterThan)
    {
        var ways = new Dictionary<int, (int Distance, int Before, int Transition)> { [start] = (0, -1, 0) };
        var open = new Queue<int>([start]);
        while (open.TryDequeue(out var state) && ways[state].Distance + 1 < shorterThan)
        {
            foreach (var (transition, next) in _next[state])
            {
                if (next == start)
                {
                    return [.. WayTo(state, ways), transition];
                }

                if (ways.TryAdd(next, (ways[state].Distance + 1, state, transition)))
                {
                    open.Enqueue(next);
                }
            }
        }

        return null;
    }

    private static List<int> WayTo(int state, IReadOnlyList<(int Distance, int Before, int Transition)> ways) => WayTo(state, number => ways[number]);

    private static List<int> WayTo(int state, Dictionary<int, (int Distance, int Before, int Transition)> ways) => WayTo(state, number => ways[number]);

    private static List<int> WayTo(int state, Func<int, (int Distance, int Before, int Transition)> wayTo)
    {
        var way = new List<int>();
        for (; wayTo(state).Before >= 0; state = wayTo(state).Before)
        {
            way.Add(wayTo(state).Transition);
        }

        way.Reverse();
        return way;
    }

    private static List<int> Repeat(List<int> way, List<int> turn)
    {
        var run = new CountedRun();
        for (var i = 0; !run.IsEndless; i++)
        {
            run.Add(i < way.Count ? way[i] : turn[(i - way.Count) % turn.Count]);
        }

        return run.Transitions;
    }

    /// <summary>A run in which each C function does the same as all others; null when all such runs end.</summary>
    private static List<int>? Same(EntryModel model, byte[] start, int effects)
    {
        for (var effect = 0; effect < effects; effect++)
        {
            var run = new CountedRun();
            for (var state = start; !run.IsEndless && model.ListSuccessors(state) is { Count: > 0 } next;)
            {
                var (transition, after) = next[Math.Min(effect, next.Count - 1)];
                run.Add(transition);
                state = after;
            }

            if (run.IsEndless)
            {
                return run.Transitions;
            }
        }

        return null;
    }

    /// <summary>A run that is counted as states count theirs.</summary>
    private sealed class CountedRun
    {
        private int _choices;
        private int _others;

        public List<int> Transitions { get; } = [];

        public bool IsEndless => _choices == EntryProcessor.MostChoices || _others == EntryProcessor.LongestRun;

        public void Add(int transition)
        {
            Transitions.Add(transition);
            (_choices, _others) = transition >= Choice.FirstEffect ? (_choices + 1, 0) : (_choices, _others + 1);
        }
    }

    private sealed class ByteComparer : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        // A state begins with its hash.
        public int GetHashCode(byte[] state) => BitConverter.ToInt32(state, 0);
    }
}
