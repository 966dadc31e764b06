using System.Runtime.CompilerServices;

namespace EntryGen.Exploration.Engine;

/// <summary>A model whose states are values of one type.</summary>
internal sealed unsafe class FixedSpace<TState>(IModel<TState> model, IReadOnlyList<Property<TState>> properties, bool reduced) : StateSpace
    where TState : unmanaged
{
    private readonly ISymmetricModel<TState>? _symmetry = reduced ? model as ISymmetricModel<TState> : null;
    private readonly Property<TState>[] _properties = [.. properties];
    private byte* _current;

    public override bool IsReduced => _symmetry is not null;

    private ref TState Current => ref StateOf(_current);

    public override void InitialStates() => model.InitialStates(new StateSink<TState>(Records));

    public override void Visit(byte* record) => _current = record;

    public override ulong BrokenInvariants(ulong among)
    {
        var broken = 0UL;
        for (var i = 0; among != 0; i++, among >>= 1)
        {
            if ((among & 1) != 0 && !_properties[i].Predicate!(in Current))
            {
                broken |= 1UL << i;
            }
        }

        return broken;
    }

    public override void Successors() => model.Successors(in Current, new StateSink<TState>(Records));

    public override ulong BrokenSteps(ulong among, byte* successor)
    {
        var broken = 0UL;
        for (var i = 0; among != 0; i++, among >>= 1)
        {
            if ((among & 1) != 0 && !_properties[i].StepPredicate!(in Current, Unsafe.ReadUnaligned<int>(successor), in StateOf(successor)))
            {
                broken |= 1UL << i;
            }
        }

        return broken;
    }

    public override ulong BrokenEnds(ulong among) => BrokenInvariants(among);

    public override void Canonicalize(byte* record) => _symmetry?.Canonicalize(ref StateOf(record));

    public override string NameOf(int transition) => model.NameOf(transition);

    public override string Describe(byte* record) => model.Describe(in StateOf(record));

    private static ref TState StateOf(byte* record) => ref Unsafe.AsRef<TState>(record + sizeof(uint));
}
