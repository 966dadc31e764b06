using System.Runtime.CompilerServices;

namespace EntryGen.Exploration.Engine;

/// <summary>A model whose states are byte strings that it decodes.</summary>
internal sealed unsafe class EncodedSpace<TView>(IEncodedModel<TView> model, IReadOnlyList<Property<TView>> properties) : StateSpace
{
    private readonly Property<TView>[] _properties = [.. properties];

    // A second model for the state after a step, and for words: the first one's view is in use.
    private readonly Lazy<IEncodedModel<TView>> _other = new(model.ForWorker, isThreadSafe: false);
    private readonly IHashedModel<TView>? _hashed = model as IHashedModel<TView>;
    private byte* _current;
    private TView _view = default!;
    private bool _changed;

    public override long SharedBytes => _hashed?.SharedBytes ?? 0;

    public override void InitialStates() => model.InitialStates(new EncodedSink(Records));

    public override void Visit(byte* record)
    {
        _current = record;
        Decode();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override ulong BrokenInvariants(ulong among)
    {
        if (among == 0)
        {
            return 0;
        }

        if (_changed)
        {
            Decode();
        }

        var keeps = _hashed?.KeepsInvariants(_view) ?? false;
        var broken = 0UL;
        for (var i = 0; among != 0 && !keeps; i++, among >>= 1)
        {
            if ((among & 1) != 0 && !_properties[i].Predicate!(in _view))
            {
                broken |= 1UL << i;
            }
        }

        return broken;
    }

    public override void Successors()
    {
        if (_changed)
        {
            Decode();
        }

        _changed = true;
        model.Successors(_view, new EncodedSink(Records));
    }

    public override ulong BrokenSteps(ulong among, byte* successor)
    {
        if (_changed)
        {
            Decode();
        }

        var after = _other.Value.Decode(EncodedShape.StateOf(successor));
        var broken = 0UL;
        for (var i = 0; among != 0; i++, among >>= 1)
        {
            if ((among & 1) != 0 && !_properties[i].StepPredicate!(in _view, Unsafe.ReadUnaligned<int>(successor), in after))
            {
                broken |= 1UL << i;
            }
        }

        return broken;
    }

    public override ulong BrokenEnds(ulong among) => BrokenInvariants(among);

    public override string NameOf(int transition) => model.NameOf(transition);

    public override string Describe(byte* record) => _other.Value.Describe(_other.Value.Decode(EncodedShape.StateOf(record)));

    private void Decode()
    {
        _view = model.Decode(EncodedShape.StateOf(_current));
        _changed = false;
    }
}
