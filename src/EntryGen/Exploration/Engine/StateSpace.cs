namespace EntryGen.Exploration.Engine;

/// <summary>One worker's view of a model: it turns records into states, asks the model and the properties, and turns the answers into records.</summary>
/// <remarks>Properties go by number, and sets of them are bit masks.</remarks>
internal abstract unsafe class StateSpace : CacheIsolated, IDisposable
{
    /// <summary>The initial states or the successors asked for last.</summary>
    public RecordBuffer Records { get; } = new();

    /// <summary>Whether mirror images are to be taken for one state.</summary>
    public virtual bool IsReduced => false;

    /// <summary>The bytes of what records refer to, which all workers share.</summary>
    public virtual long SharedBytes => 0;

    /// <summary>Puts the initial states into <see cref="Records"/>.</summary>
    public abstract void InitialStates();

    /// <summary>Makes a record the current state. It stays where it is until another is visited.</summary>
    public abstract void Visit(byte* record);

    /// <summary>Which of some invariants the current state breaks. Comes before <see cref="Successors"/>.</summary>
    public abstract ulong BrokenInvariants(ulong among);

    /// <summary>Puts the successors of the current state into <see cref="Records"/>.</summary>
    public abstract void Successors();

    /// <summary>Which of some properties of steps the way from the current state to a successor breaks.</summary>
    public abstract ulong BrokenSteps(ulong among, byte* successor);

    /// <summary>Which of some properties of terminal states the current one breaks, which has no successors.</summary>
    public abstract ulong BrokenEnds(ulong among);

    /// <summary>Replaces the state of a record by the one that stands for its mirror images.</summary>
    public virtual void Canonicalize(byte* record)
    {
    }

    /// <summary>The name of a transition.</summary>
    public abstract string NameOf(int transition);

    /// <summary>A record's state in words.</summary>
    public abstract string Describe(byte* record);

    public void Dispose() => Records.Dispose();
}
