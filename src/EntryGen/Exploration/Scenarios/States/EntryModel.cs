namespace EntryGen.Exploration.Scenarios.States;

/// <summary>A machine that runs entry code, interrupted by events, as a transition system.</summary>
/// <remarks>
/// Transitions from a state, in this order: the instruction or C function at RIP, or each thing that the function may do; then each event that may happen. Where no event is
/// left and nothing is to be chosen, the states on the way have one successor each: with the reduction they are run through, each is looked at, and only the last is stored.
/// </remarks>
internal sealed class EntryModel : IEncodedModel<EntryState>
{
    private readonly ScenarioSetup _setup;
    private readonly EntryProcessor _processor;
    private readonly StateCodec _codec;
    private readonly byte[] _initial;
    private int _isTaken;

    public EntryModel(ScenarioSetup setup)
    {
        _setup = setup;
        _processor = new EntryProcessor(setup);
        _codec = new StateCodec(_processor.Environment.Machine, _processor.Ghost, new WriteLog(_processor.Environment.Machine.Memory), setup.OriginMemory);
        setup.OriginMemory ??= _codec.OriginMemory;
        _codec.Mark();
        _initial = _codec.Encode().ToArray();
    }

    /// <summary>Why the entry was reached, in words.</summary>
    public string Description => _processor.Description;

    // A machine takes long to set up: the first worker gets this one.
    public IEncodedModel<EntryState> ForWorker() => Interlocked.Exchange(ref _isTaken, 1) == 0 ? this : new EntryModel(_setup);

    public void InitialStates(EncodedSink states) => states.Add(0, _initial);

    public EntryState Decode(ReadOnlySpan<byte> state)
    {
        _codec.Decode(state);
        return _processor.State;
    }

    public void Successors(EntryState state, EncodedSink successors)
    {
        if (_processor.IsOver)
        {
            return;
        }

        _codec.Mark();
        if (_processor.HasEffects)
        {
            var effects = _processor.Effects;
            for (var i = 0; i < effects.Length; i++)
            {
                Add(successors, Choice.FirstEffect + i, new Choice(null, effects[i]));
            }
        }
        else if (_processor.Place is { } place)
        {
            Add(successors, place.Number, default);
        }

        foreach (var (injected, _) in _setup.Events)
        {
            if (_processor.MayHappen(injected))
            {
                Add(successors, Choice.FirstEvent + (int)injected.Event, new Choice(injected, null));
            }
        }
    }

    public string NameOf(int transition) => Choice.Of(transition, _setup).Name
        ?? (_setup.Code.ChosenAt(_setup.Code.Places[transition]) ?? _setup.Code.Places[transition]).Name;

    public string Describe(EntryState state) => state.Lanes.ToString();

    private void Add(EncodedSink successors, int transition, Choice choice)
    {
        _processor.Take(choice);
        successors.Add(transition, _codec.Encode());
        _codec.Undo();
    }
}
