using System.Diagnostics;
using System.Numerics;

namespace EntryGen.Exploration.Engine;

/// <summary>
/// Breadth-first search, level by level. A level's states lie in the shards in an order that follows from the model alone; a round takes some chunks
/// of them, expands the chunks (any worker, any time), then lets every shard insert what it owns, chunk by chunk. Neither chunks nor rounds depend on the
/// number of threads, and nothing depends on who does what.
/// </summary>
internal sealed unsafe class Search<TShape, TKey> : IDisposable
    where TShape : struct, IRecordShape
    where TKey : struct, IStoredKey
{
    // With less to insert and to expand than this nobody is woken: it takes about as long.
    private const int BytesForAll = 32 * 1024;
    private static readonly long _ticksForAll = Stopwatch.Frequency / 10_000;

    private readonly SearchOptions _options;
    private readonly PropertySets _properties;
    private readonly WorkerPool _pool;
    private readonly Expander<TShape, TKey>[] _workers;
    private readonly StoreMemory _memory = new();
    private readonly Shard<TShape, TKey>[] _shards = new Shard<TShape, TKey>[StateId.Shards];
    private Round _expanding = new();
    private Round _inserting = new();
    private readonly List<(int Shard, Piece Piece)> _frontier = [];
    private readonly List<long> _levels = [];
    private readonly List<Violation> _violations = [];
    private readonly Tally _level = new();
    private readonly Stopwatch _clock = new();
    private ulong _decided;
    private double _bytesPerState = 64;

    // What a state took to expand lately; only who does the work depends on it.
    private double _ticksPerState;
    private volatile bool _interrupted;
    private TimeSpan _nextReport;

    public Search(Func<StateSpace> newSpace, PropertySets properties, SearchOptions options)
    {
        _options = options;
        _properties = properties;
        _workers = [.. Enumerable.Range(0, options.Threads).Select(_ => new Expander<TShape, TKey>(newSpace(), options))];
        for (var i = 0; i < _shards.Length; i++)
        {
            _shards[i] = new Shard<TShape, TKey>(_memory);
        }

        _pool = new WorkerPool(options.Threads);
    }

    /// <summary>What cut it short.</summary>
    public Bound Bound { get; private set; }

    /// <summary>The distance within which all states are known.</summary>
    public int Depth { get; private set; }

    /// <summary>The states within that distance.</summary>
    public long States => _levels.Take(Depth + 1).Sum();

    /// <summary>The states at each distance.</summary>
    public IReadOnlyList<long> Levels => [.. _levels.Take(Depth + 1)];

    /// <summary>The counts of the levels that were expanded whole.</summary>
    public Tally Total { get; } = new();

    /// <summary>Where properties are broken, at most one place for each.</summary>
    public IReadOnlyList<Violation> Violations => _violations;

    /// <summary>All states in the store.</summary>
    public long StoredStates => _shards.Sum(shard => shard.Count);

    /// <summary>The bytes of the store.</summary>
    public long StoreBytes => _shards.Sum(shard => shard.BytesInUse) + _workers[0].SharedBytes;

    /// <summary>The time so far.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    private PropertySets Open => new(_properties.Invariants & ~_decided, _properties.Steps & ~_decided, _properties.Ends & ~_decided);

    /// <summary>Whether enough properties are broken to stop.</summary>
    private bool IsDecided => _decided != 0 && (_options.StopAtFirst || _decided == _properties.All);

    /// <summary>Searches until every state is known, every property is broken, or a bound is hit.</summary>
    /// <exception cref="InvalidOperationException">The model has no initial state.</exception>
    public void Run(CancellationToken cancellation)
    {
        _clock.Start();
        if (_workers[0].Seed(_inserting.BeginSeed()) == 0)
        {
            throw new InvalidOperationException("The model has no initial state.");
        }

        Work(Open, expand: false, cancellation);
        while (BeginLevel())
        {
            var expand = Depth < _options.MaxDepth;
            var storing = ExpandLevel(expand, cancellation);
            if (_interrupted && !IsDecided)
            {
                // This level was not looked at to its end.
                Depth = Math.Max(0, Depth - 1);
                break;
            }

            if (IsDecided)
            {
                Bound = _decided == _properties.All ? Bound.None : Bound.Violation;
                break;
            }

            Total.Add(_level);
            if (!expand)
            {
                Bound = Bound.Depth;
                break;
            }

            if (!storing)
            {
                break;
            }

            Depth++;
        }

        _clock.Stop();
    }

    /// <summary>The ids from an initial state to a state.</summary>
    public IReadOnlyList<StateId> PathTo(StateId state)
    {
        var path = new List<StateId>();
        for (; !state.IsNone; state = new StateId(*(uint*)KeyOf(state)))
        {
            path.Add(state);
        }

        path.Reverse();
        return path;
    }

    /// <summary>Whether a stored state is that of a record.</summary>
    public bool Is(StateId state, byte* record) => TKey.Matches(KeyOf(state), record);

    public void Dispose()
    {
        _pool.Dispose();
        foreach (var disposable in ((IEnumerable<IDisposable>)_workers).Concat([_expanding, _inserting]).Concat(_shards).Append(_memory))
        {
            disposable.Dispose();
        }
    }

    private byte* KeyOf(StateId state) => _shards[state.Shard].Key(state.Local);

    // False when nothing was found in the level before.
    private bool BeginLevel()
    {
        _frontier.Clear();
        _level.Clear();
        var states = 0L;
        for (var shard = 0; shard < _shards.Length; shard++)
        {
            _shards[shard].EndLevel();
            foreach (var piece in _shards[shard].Frontier)
            {
                _frontier.Add((shard, piece));
                states += piece.Count;
            }
        }

        if (states == 0)
        {
            Depth--;
            return false;
        }

        _levels.Add(states);
        return true;
    }

    // While one round is expanded, the one before is inserted: what is appended is not of this level. False when the store has become too large.
    private bool ExpandLevel(bool expand, CancellationToken cancellation)
    {
        var storing = expand;
        for (var piece = 0; (piece < _frontier.Count || _inserting.Count != 0) && !IsDecided && !_interrupted;)
        {
            _expanding.Begin(_frontier, ref piece, _levels[^1], _bytesPerState);
            Work(Open, expand, cancellation);
            Count(_expanding, cancellation);
            storing = storing && !IsOverfull();
            if (storing)
            {
                (_expanding, _inserting) = (_inserting, _expanding);
            }

            Report();
        }

        _inserting.Clear();
        return storing;
    }

    private void Work(PropertySets open, bool expand, CancellationToken cancellation)
    {
        var inserts = _inserting.Count == 0 ? 0 : StateId.Shards;
        var states = _expanding.States;
        var alone = _expanding.Count <= 1 || states * _ticksPerState < _ticksForAll;
        alone = alone && _inserting.SuccessorBytes < BytesForAll;
        var start = Stopwatch.GetTimestamp();
        _pool.Run(inserts + _expanding.Count, alone, (worker, task) =>
        {
            if (task < inserts)
            {
                _shards[task].Insert(_inserting.Chunks, task);
            }
            else
            {
                Expand(worker, _expanding[task - inserts], open, expand, cancellation);
            }
        });
        if (states != 0)
        {
            _ticksPerState = (double)(Stopwatch.GetTimestamp() - start) * (alone ? 1 : _pool.Count) / states;
        }

        _inserting.Clear();
    }

    private void Expand(int worker, Chunk chunk, PropertySets open, bool expand, CancellationToken cancellation)
    {
        for (var i = chunk.Pieces.Start.Value; i < chunk.Pieces.End.Value; i++)
        {
            if (cancellation.IsCancellationRequested || _clock.Elapsed >= _options.MaxTime - _options.SpentTime)
            {
                _interrupted = true;
                return;
            }

            var (shard, piece) = _frontier[i];
            _workers[worker].Expand(chunk, _shards[shard], shard, in piece, open, expand);
        }
    }

    private void Count(Round round, CancellationToken cancellation)
    {
        foreach (var chunk in round.Chunks)
        {
            _level.Add(chunk.Tally);
            Decide(chunk);
        }

        if (round.States is var states and not 0)
        {
            _bytesPerState = Math.Max(1, (double)round.SuccessorBytes / states);
        }

        if (_interrupted)
        {
            Bound = cancellation.IsCancellationRequested ? Bound.Cancelled : Bound.Time;
        }
    }

    // Chunks come in the order of the frontier, so the first that breaks a property has the place to show.
    private void Decide(Chunk chunk)
    {
        for (var broken = chunk.Broken & ~_decided; broken != 0; broken &= broken - 1)
        {
            var property = BitOperations.TrailingZeroCount(broken);
            _violations.Add(new Violation(property, chunk.FirstBreaking(property)));
        }

        _decided |= chunk.Broken;
    }

    // Sizes only grow within a level, so that whether a level gets too large does not depend on when that is asked.
    private bool IsOverfull()
    {
        if (StoredStates > _options.MaxStates || _shards.Any(shard => shard.IsFull))
        {
            Bound = Bound.States;
            return true;
        }

        if (StoreBytes > _options.MaxBytes)
        {
            Bound = Bound.Memory;
            return true;
        }

        return false;
    }

    private void Report()
    {
        if (_options.Progress is { } progress && _clock.Elapsed is var now && now >= _nextReport)
        {
            _nextReport = now + TimeSpan.FromMilliseconds(100);
            var states = StoredStates;
            progress.Report(new ExplorationProgress(
                states, Total.Transitions + _level.Transitions, Depth, _levels[^1], states / Math.Max(now.TotalSeconds, 1e-9), StoreBytes, Estimate(), now));
        }
    }

    // The rest of a geometric series.
    private long? Estimate()
    {
        if (_levels.Count < 2 || _levels[^1] >= _levels[^2])
        {
            return null;
        }

        var ratio = (double)_levels[^1] / _levels[^2];
        return _levels.Sum() + (long)(_levels[^1] * ratio / (1 - ratio));
    }
}
