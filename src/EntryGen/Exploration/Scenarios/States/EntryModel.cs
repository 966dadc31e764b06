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
    private readonly List<byte[]> _initial = [];

    public EntryModel(ScenarioSetup setup)
    {
        _setup = setup;
        _processor = new EntryProcessor(setup);
        _codec = new StateCodec(_processor.Environment.Machine, _processor.Ghost, new WriteLog(_processor.Environment.Machine.Memory), setup.OriginMemory);
        setup.OriginMemory ??= _codec.OriginMemory;
        _codec.Mark();
        _initial.Add(_codec.Encode().ToArray());
        if (setup.MayBePending && _processor.HasFlushMask)
        {
            _processor.BePending();
            _initial.Add(_codec.Encode().ToArray());
            _codec.Undo();
        }
    }

    /// <summary>Why the entry was reached, in words.</summary>
    public string Description => _processor.Description;

    public IEncodedModel<EntryState> ForWorker() => new EntryModel(_setup);

    public void InitialStates(EncodedSink states)
    {
        for (var i = 0; i < _initial.Count; i++)
        {
            states.Add(i, _initial[i]);
        }
    }

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
            var handlers = _setup.Scenario.Handlers;
            for (var i = 0; i < handlers.Count; i++)
            {
                Add(successors, Choice.FirstEffect + i, new Choice(null, handlers[i]));
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

    public string NameOf(int transition) => Choice.Of(transition, _setup.Scenario).Name
        ?? (_setup.Code.ChosenAt(_setup.Code.Places[transition]) ?? _setup.Code.Places[transition]).Name;

    public string Describe(EntryState state) => state.Lanes.ToString();

    private void Add(EncodedSink successors, int transition, Choice choice)
    {
        _processor.Take(choice);
        successors.Add(transition, _codec.Encode());
        _codec.Undo();
    }
}
