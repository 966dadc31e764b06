using EntryGen.Emulation;

namespace EntryGen;

/// <summary>The fault that the last operation recorded.</summary>
public sealed partial class Machine
{
    private Stop modelStop;

    internal Stop Pending { get; private set; }

    internal bool PendingIsNonCanonical { get; private set; }

    internal void Record(Stop stop)
    {
        Pending = stop;
        PendingIsNonCanonical = false;
    }

    internal void RecordNonCanonical()
    {
        Pending = new Stop(StopKind.Fault, Vectors.GeneralProtection);
        PendingIsNonCanonical = true;
    }

    internal void BeginModel() => modelStop = default;

    internal Stop EndModel() => modelStop;

    /// <summary>Ends the run when the model returns; the first reason counts.</summary>
    internal void StopModel(Stop stop) => modelStop = modelStop.Kind == StopKind.None ? stop : modelStop;

    internal void ModelFaulted() => StopModel(Pending);
}
