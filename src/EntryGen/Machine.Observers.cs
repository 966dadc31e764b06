using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Observers.</summary>
public sealed partial class Machine
{
    private IMachineObserver[] _observers = [];

    /// <summary>Whether an observer is attached.</summary>
    public bool IsObserved { get; private set; }

    /// <summary>Attaches an observer until the result is disposed.</summary>
    /// <param name="observer">Who is told.</param>
    public IDisposable Observe(IMachineObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var handle = new Handle(this, observer);
        _observers = [.. _observers, observer];
        IsObserved = true;
        Linear.SelectContext();
        Linear.Known.Clear();
        Returns.Clear();
        return handle;
    }

    internal void NotifyRetired(ulong address)
    {
        foreach (var observer in _observers)
        {
            observer.Retired(this, address);
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
        _observers = [.. _observers[..index], .. _observers[(index + 1)..]];
        IsObserved = _observers.Length > 0;
        Linear.SelectContext();
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
