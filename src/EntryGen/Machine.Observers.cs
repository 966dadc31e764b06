using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Observers.</summary>
public sealed partial class Machine
{
    private IMachineObserver[] observers = [];

    /// <summary>Whether an observer is attached.</summary>
    public bool IsObserved { get; private set; }

    /// <summary>Attaches an observer until the result is disposed.</summary>
    /// <param name="observer">Who is told.</param>
    public IDisposable Observe(IMachineObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var handle = new Handle(this, observer);
        observers = [.. observers, observer];
        IsObserved = true;
        return handle;
    }

    internal void NotifyRetired(ulong address)
    {
        foreach (var observer in observers)
        {
            observer.Retired(this, address);
        }
    }

    internal void NotifyLoad(ulong address, int size, ulong value)
    {
        foreach (var observer in observers)
        {
            observer.Load(this, address, size, value);
        }
    }

    internal void NotifyStore(ulong address, int size, ulong value)
    {
        foreach (var observer in observers)
        {
            observer.Store(this, address, size, value);
        }
    }

    internal void NotifyCr3Write(ulong old, ulong value, bool flushed)
    {
        foreach (var observer in observers)
        {
            observer.Cr3Write(this, old, value, flushed);
        }
    }

    internal void NotifyFlush(TlbFlushKind kind, int pcid)
    {
        foreach (var observer in observers)
        {
            observer.TlbFlush(this, kind, pcid);
        }
    }

    internal void NotifyDelivered(byte vector, uint? errorCode, ulong returnAddress)
    {
        foreach (var observer in observers)
        {
            observer.Delivered(this, vector, errorCode, returnAddress);
        }
    }

    internal void NotifyExternalCall(string name, bool hasModel)
    {
        foreach (var observer in observers)
        {
            observer.ExternalCall(this, name, hasModel);
        }
    }

    private void Detach(IMachineObserver observer)
    {
        var index = Array.IndexOf(observers, observer);
        observers = [.. observers[..index], .. observers[(index + 1)..]];
        IsObserved = observers.Length > 0;
    }

    private sealed class Handle(Machine machine, IMachineObserver observer) : IDisposable
    {
        private Machine? attachedTo = machine;

        public void Dispose()
        {
            attachedTo?.Detach(observer);
            attachedTo = null;
        }
    }
}
