using System.Runtime.CompilerServices;
using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Observers.</summary>
public sealed partial class Machine
{
    private IMachineObserver[] _observers = [];
    private IMachineObserver? _instructionObserver;
    private ObservedEvents _observed;

    /// <summary>Whether an observer is attached.</summary>
    public bool IsObserved { get; private set; }

    /// <summary>Attaches an observer until the result is disposed.</summary>
    /// <param name="observer">Who is told.</param>
    public IDisposable Observe(IMachineObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var handle = new Handle(this, observer);
        SelectObservers([.. _observers, observer]);
        return handle;
    }

    /// <summary>Whether somebody wants to hear of instructions.</summary>
    internal bool ObservesInstructions => (_observed & ObservedEvents.Instructions) != 0;

    /// <summary>Whether somebody wants to hear of loads and stores.</summary>
    internal bool ObservesMemory => (_observed & ObservedEvents.Memory) != 0;

    /// <summary>Whether somebody wants to hear of changes of the system's state.</summary>
    internal bool ObservesSystem => (_observed & ObservedEvents.System) != 0;

    /// <summary>After an instruction while somebody observes them. One observer is by far the most frequent case.</summary>
    internal void NotifyRetired(ulong address)
    {
        if (_instructionObserver is { } single)
        {
            single.Retired(this, address);
        }
        else
        {
            NotifyAllRetired(address);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NotifyAllRetired(ulong address)
    {
        foreach (var observer in _observers)
        {
            if ((observer.Events & ObservedEvents.Instructions) != 0)
            {
                observer.Retired(this, address);
            }
        }
    }

    internal void NotifyLoad(ulong address, int size, ulong value)
    {
        foreach (var observer in _observers)
        {
            observer.Load(this, address, size, value);
        }
    }

    internal void NotifyStore(ulong address, int size, ulong value)
    {
        foreach (var observer in _observers)
        {
            observer.Store(this, address, size, value);
        }
    }

    internal void NotifyCr3Write(ulong old, ulong value, bool flushed)
    {
        foreach (var observer in _observers)
        {
            observer.Cr3Write(this, old, value, flushed);
        }
    }

    internal void NotifyFlush(TlbFlushKind kind, int pcid)
    {
        foreach (var observer in _observers)
        {
            observer.TlbFlush(this, kind, pcid);
        }
    }

    internal void NotifyDelivered(byte vector, uint? errorCode, ulong returnAddress)
    {
        foreach (var observer in _observers)
        {
            observer.Delivered(this, vector, errorCode, returnAddress);
        }
    }

    internal void NotifyExternalCall(string name, bool hasModel)
    {
        foreach (var observer in _observers)
        {
            observer.ExternalCall(this, name, hasModel);
        }
    }

    private void Detach(IMachineObserver observer)
    {
        var index = Array.IndexOf(_observers, observer);
        SelectObservers([.. _observers[..index], .. _observers[(index + 1)..]]);
    }

    private void SelectObservers(IMachineObserver[] observers)
    {
        _observers = observers;
        _observed = observers.Aggregate(ObservedEvents.None, (events, observer) => events | observer.Events);
        _instructionObserver = observers.Length == 1 && ObservesInstructions ? observers[0] : null;
        IsObserved = observers.Length > 0;
        Linear.SelectContext();
        Linear.Known.Clear();
        Returns.Clear();
    }

    private sealed class Handle(Machine machine, IMachineObserver observer) : IDisposable
    {
        private Machine? _attachedTo = machine;

        public void Dispose()
        {
            _attachedTo?.Detach(observer);
            _attachedTo = null;
        }
    }
}
