using EntryGen.Exploration.Engine;
using EntryGen.Exploration.Scenarios.States;

namespace EntryGen.Exploration.Tasks.States;

/// <summary>Tasks on several CPUs as a transition system.</summary>
/// <remarks>
/// Reduced, a CPU that is in the kernel runs until its task sleeps, ends or is in user mode again, while the others wait. That loses no behaviour as long as no CPU accesses what belongs to another one or to the
/// task that is on it: then steps of different CPUs commute. <see cref="TaskProperties.OwnMemory"/> asks for just that.
/// </remarks>
internal sealed class TaskModel : IHashedModel<TaskState>
{
    private readonly TaskSetup _setup;
    private readonly TaskProcessor _processor;
    private readonly StateCodec _codec;
    private readonly byte[] _initial;
    private readonly List<TaskChoice> _choices = [];
    private byte[] _decoded = [];
    private int _decodedLength;
    private int _isTaken;

    public TaskModel(TaskSetup setup)
    {
        _setup = setup;
        _processor = new TaskProcessor(setup);
        var machine = _processor.Environment.Machine;
        setup.OriginMemory ??= MemoryLines.CopyOf(machine.Memory);
        _codec = new StateCodec(machine, _processor.Ghost.Cells, setup.Lines, setup.OriginMemory);
        _initial = _codec.Encode().ToArray();
    }

    public IEncodedModel<TaskState> ForWorker() => Interlocked.Exchange(ref _isTaken, 1) == 0 ? this : new TaskModel(_setup);

    public void InitialStates(EncodedSink states) => states.Add(0, _initial);

    // What is asked of states is which properties the way there broke.
    public bool KeepsInvariants(TaskState state) => state.Broken == 0;

    public long SharedBytes => _setup.Lines.BytesInUse;

    public TaskState Decode(ReadOnlySpan<byte> state)
    {
        _codec.Decode(state);
        if (_decoded.Length < state.Length)
        {
            _decoded = new byte[2 * state.Length];
        }

        state.CopyTo(_decoded);
        _decodedLength = state.Length;
        return _processor.State;
    }

    public void Successors(TaskState state, EncodedSink successors)
    {
        _choices.Clear();
        _processor.Choices.Collect(_choices);
        for (var i = 0; i < _choices.Count; i++)
        {
            if (i > 0)
            {
                _codec.Decode(_decoded.AsSpan(0, _decodedLength));
            }

            _processor.Take(_choices[i]);
            successors.Add(_choices[i].Number, _codec.Encode());
        }
    }

    public string NameOf(int transition) => TaskChoice.Of(transition).ToString();

    public string Describe(TaskState state) => state.Lanes.ToString();
}
