namespace EntryGen.Exploration.Scenarios.States;

/// <summary>A machine that runs entry code, interrupted by events, as a transition system.</summary>
/// <remarks>
/// Transitions from a state, in this order: the instruction or C function at RIP, then each event that may happen. Where no event is left and nothing is to be chosen, the
/// states on the way have one successor each: with the reduction they are run through, each is looked at, and only the last is stored.
/// </remarks>
internal sealed class EntryModel : IEncodedModel<EntryState>
{
    /// <summary>The number of the transition that is one event; instructions have those of their places.</summary>
    public const int FirstEvent = 1 << 20;

    private readonly ScenarioSetup _setup;
    private readonly EntryProcessor _processor;
    private readonly StateCodec _codec;
    private readonly byte[] _initial;

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

    public IEncodedModel<EntryState> ForWorker() => new EntryModel(_setup);

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
        if (_processor.Place is { } place)
        {
            _processor.Take(null);
            successors.Add(place.Number, _codec.Encode());
            _codec.Undo();
        }

        foreach (var (injected, _) in _setup.Events)
        {
            if (_processor.MayHappen(injected))
            {
                _processor.Take(injected);
                successors.Add(FirstEvent + (int)injected.Event, _codec.Encode());
                _codec.Undo();
            }
        }
    }

    /// <summary>The event that a transition is; null for an instruction.</summary>
    public static InjectedEvent? EventOf(int transition) =>
        transition < FirstEvent ? null : InjectedEvent.All.First(injected => (int)injected.Event == transition - FirstEvent);

    public string NameOf(int transition) => transition < FirstEvent
        ? (_setup.Code.ChosenAt(_setup.Code.Places[transition]) ?? _setup.Code.Places[transition]).Name
        : EventOf(transition)!.Name;

    public string Describe(EntryState state) => state.Lanes.ToString();
}
