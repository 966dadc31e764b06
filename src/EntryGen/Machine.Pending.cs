using EntryGen.Emulation;

namespace EntryGen;

/// <summary>The fault that the last operation recorded.</summary>
public sealed partial class Machine
{
    private Stop _modelStop;

    internal Stop Pending { get; private set; }

    internal bool PendingIsNonCanonical { get; private set; }

    /// <summary>Whether what is recorded is that an indirect branch has gone to an instruction of which nobody has said that it is ENDBR64.</summary>
    internal bool PendingIsUntracked { get; private set; }

    internal void Record(Stop stop)
    {
        Pending = stop;
        PendingIsNonCanonical = false;
        PendingIsUntracked = false;
    }

    internal void RecordNonCanonical()
    {
        Record(new Stop(StopKind.Fault, Vectors.GeneralProtection));
        PendingIsNonCanonical = true;
    }

    internal void RecordUntracked()
    {
        Record(new Stop(StopKind.Fault, Vectors.ControlProtection, EndbranchErrorCode));
        PendingIsUntracked = true;
    }

    /// <summary>The fault of an access to the stack segment: there a non-canonical address is #SS(0).</summary>
    internal void RecordStackFault()
    {
        if (PendingIsNonCanonical)
        {
            Record(new Stop(StopKind.Fault, Vectors.StackFault));
        }
    }

    internal void BeginModel() => _modelStop = default;

    internal Stop EndModel() => _modelStop;

    /// <summary>Ends the run when the model returns; the first reason counts.</summary>
    internal void StopModel(Stop stop) => _modelStop = _modelStop.Kind == StopKind.None ? stop : _modelStop;

    internal void ModelFaulted() => StopModel(Pending);
}
