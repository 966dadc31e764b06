using System.Buffers.Binary;
using EntryGen.Benchmarks.Exploration;
using EntryGen.Exploration;

namespace EntryGen.Tests.Exploration;

/// <summary>The paranoid model in an encoding of varying length: the state, then as much of a pattern that follows from it as asked for.</summary>
internal sealed class EncodedParanoidModel(ParanoidModel model, int longest) : IEncodedModel<ParanoidView>
{
    private readonly ParanoidView _view = new();

    public IEncodedModel<ParanoidView> ForWorker() => new EncodedParanoidModel(model, longest);

    public void InitialStates(EncodedSink states) => Add(states, model.ListInitialStates());

    public ParanoidView Decode(ReadOnlySpan<byte> state)
    {
        _view.State = System.Runtime.InteropServices.MemoryMarshal.Read<ParanoidState>(state);
        return _view;
    }

    public void Successors(ParanoidView state, EncodedSink successors)
    {
        var next = model.ListSuccessors(state.State);

        // A view is the model's to change once successors are asked for.
        state.State = default;
        Add(successors, next);
    }

    public string NameOf(int transition) => model.NameOf(transition);

    public string Describe(ParanoidView state) => model.Describe(state.State);

    private void Add(EncodedSink sink, IReadOnlyList<(int Transition, ParanoidState State)> states)
    {
        Span<byte> bytes = stackalloc byte[8];
        foreach (var (transition, state) in states)
        {
            System.Runtime.InteropServices.MemoryMarshal.Write(bytes, state);
            var pattern = BinaryPrimitives.ReadUInt64LittleEndian(bytes) * 0x9E37_79B9_7F4A_7C15 >> 40;
            var encoding = sink.Reserve(transition, 8 + (longest == 0 ? 0 : (int)(pattern % (ulong)longest)));
            bytes.CopyTo(encoding);
            encoding[8..].Fill((byte)pattern);
        }
    }
}

internal sealed class ParanoidView
{
    public ParanoidState State { get; set; }
}
