using System.Numerics;
using System.Runtime.CompilerServices;
using EntryGen.Exploration.Engine;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>A machine that runs entry code, interrupted by events, as a transition system.</summary>
/// <remarks>
/// Transitions from a state, in this order: the instruction or C function at RIP, or each thing that the function may do; then each event that may happen. Where no event is
/// left and nothing is to be chosen, the states on the way have one successor each: with the reduction they are run through, each is looked at, and only the last is stored.
/// </remarks>
internal sealed class EntryModel : IHashedModel<EntryState>
{
    private readonly ScenarioSetup _setup;
    private readonly EntryProcessor _processor;
    private readonly StateCodec _codec;
    private readonly byte[] _initial;
    private byte[] _decoded = [];
    private int _decodedLength;
    private bool _hasMoved;
    private int _isTaken;
    private readonly (ulong Place, ulong Next)[] _known = new (ulong, ulong)[256];

    public EntryModel(ScenarioSetup setup)
    {
        _setup = setup;
        _processor = new EntryProcessor(setup);
        var machine = _processor.Environment.Machine;
        setup.OriginMemory ??= MemoryLines.CopyOf(machine.Memory);
        _codec = new StateCodec(machine, _processor.Ghost.Cells, setup.Lines, setup.OriginMemory);
        _initial = _codec.Encode().ToArray();
    }

    /// <summary>Why the entry was reached, in words.</summary>
    public string Description => _processor.Description;

    // A machine takes long to set up: the first worker gets this one.
    public IEncodedModel<EntryState> ForWorker() => Interlocked.Exchange(ref _isTaken, 1) == 0 ? this : new EntryModel(_setup);

    public void InitialStates(EncodedSink states) => states.Add(0, _initial);

    // What is asked of states is which properties the way there broke.
    public bool KeepsInvariants(EntryState state) => state.Broken == 0;

    public long SharedBytes => _setup.Lines.BytesInUse;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public EntryState Decode(ReadOnlySpan<byte> state)
    {
        _codec.Decode(state);
        _hasMoved = false;
        if (_decoded.Length < state.Length)
        {
            _decoded = new byte[2 * state.Length];
        }

        state.CopyTo(_decoded);
        _decodedLength = state.Length;
        return _processor.State;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Successors(EntryState state, EncodedSink successors)
    {
        if (_processor.IsOver)
        {
            return;
        }

        // Asked before anything happens: from here on the machine is at successors.
        var events = AllowedEvents();
        var from = _setup.Loops is not null && _processor.Ghost.EventsLeft == 0 ? _processor.LoopPlace : 0;
        if (_processor.HasEffects)
        {
            var effects = _processor.Effects;
            for (var i = 0; i < effects.Length; i++)
            {
                Add(successors, Choice.FirstEffect + i, new Choice(null, effects[i]), from);
            }
        }
        else if (_processor.Place is { } place)
        {
            Add(successors, place.Number, default, from);
        }

        for (; events != 0; events &= events - 1)
        {
            var injected = _setup.Events[BitOperations.TrailingZeroCount(events)].Event;
            Add(successors, Choice.FirstEvent + (int)injected.Event, new Choice(injected, null));
        }
    }

    public string NameOf(int transition)
    {
        var choice = Choice.Of(transition, _setup);
        var place = choice.Event is null && choice.Effect is null ? _setup.Code.Places[Choice.PlaceOf(transition)] : null;
        return place is null ? choice.Name! : (_setup.Code.ChosenAt(place) ?? place).Name + choice.Name;
    }

    public string Describe(EntryState state) => state.Lanes.ToString();

    // A bit for each event of the scenario.
    private uint AllowedEvents()
    {
        var allowed = 0U;
        for (var i = 0; i < _setup.Events.Count; i++)
        {
            allowed |= _processor.MayHappen(_setup.Events[i].Event) ? 1U << i : 0;
        }

        return allowed;
    }

    // The machine is at the successor. Nearly always it is one that this worker has told of before.
    private void NoteLoop(ulong from)
    {
        if (from != 0 && !_processor.IsOver)
        {
            var step = (from, _processor.LoopPlace);
            ref var known = ref _known[(from ^ step.LoopPlace) >> 56];
            if (known != step)
            {
                known = step;
                _setup.Loops!.Note(from, step.LoopPlace);
            }
        }
    }

    // Where several translations may be cached, the transition with each of them.
    private void Add(EncodedSink successors, int transition, Choice choice, ulong from = 0)
    {
        AddOne(successors, transition, choice);
        NoteLoop(from);
        while (_processor.Translations is { HasChosen: true } translations)
        {
            if (translations.Next(out var isCut) is not { } next)
            {
                if (isCut)
                {
                    _setup.Cuts.TryAdd(RunCut.TooManyTranslations, true);
                }

                return;
            }

            AddOne(successors, Choice.Number(transition, next), choice with { Translations = next });
            NoteLoop(from);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddOne(EncodedSink successors, int transition, Choice choice)
    {
        if (_hasMoved)
        {
            _codec.Decode(_decoded.AsSpan(0, _decodedLength));
        }

        _hasMoved = true;
        _processor.Take(choice);
        successors.Add(transition, _codec.Encode());
    }
}
