using System.Numerics;
using System.Runtime.CompilerServices;
using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Observers.</summary>
public sealed partial class Machine
{
    private static readonly int _kinds = BitOperations.PopCount((uint)ObservedEvents.All);

    // Everybody in the order of attachment, and for each kind of event those who want to hear of it.
    private Attachment[] _attached = [];
    private readonly IMachineObserver[][] _listeners = Enumerable.Repeat<IMachineObserver[]>([], _kinds).ToArray();
    private IMachineObserver? _instructionObserver;

    /// <summary>Whether an observer is attached. While one is, the machine runs one instruction at a time.</summary>
    public bool IsObserved => _attached.Length > 0;

    /// <summary>Attaches an observer until the result is disposed.</summary>
    /// <remarks>
    /// Observers hear of an event in the order in which they were attached. Attaching and detaching is allowed at any time; one that is attached during a run, by the model of a C
    /// function, hears from the next instruction on.
    /// </remarks>
    /// <param name="observer">Who is told. The same one can be attached several times.</param>
    public IDisposable Observe(IMachineObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var attachment = new Attachment(this, observer);
        Attach([.. _attached, attachment]);
        return attachment;
    }

    /// <summary>Whether somebody wants to hear of a kind of event.</summary>
    internal bool Observes(ObservedEvents kind) => Listeners(kind).Length > 0;

    /// <summary>After an instruction while somebody observes. One observer of instructions is by far the most frequent case.</summary>
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
        foreach (var observer in Listeners(ObservedEvents.Instructions))
        {
            observer.Retired(this, address);
        }
    }

    internal void NotifyLoad(ulong address, int size, ulong value)
    {
        foreach (var observer in Listeners(ObservedEvents.Memory))
        {
            observer.Load(this, address, size, value);
        }
    }

    internal void NotifyStore(ulong address, int size, ulong value)
    {
        foreach (var observer in Listeners(ObservedEvents.Memory))
        {
            observer.Store(this, address, size, value);
        }
    }

    internal void NotifyControlWrite(int register, ulong old, ulong operand)
    {
        foreach (var observer in Listeners(ObservedEvents.ControlRegisters))
        {
            observer.ControlWrite(this, register, old, operand);
        }
    }

    internal void NotifyMsrWrite(uint index, ulong old, ulong value)
    {
        foreach (var observer in Listeners(ObservedEvents.Msrs))
        {
            observer.MsrWrite(this, index, old, value);
        }
    }

    internal void NotifyFlush(TlbFlushKind kind, int pcid, ulong address = 0)
    {
        foreach (var observer in Listeners(ObservedEvents.Tlb))
        {
            observer.TlbFlush(this, kind, pcid, address);
        }
    }

    internal void NotifyDelivered(byte vector, uint? errorCode, ulong returnAddress)
    {
        foreach (var observer in Listeners(ObservedEvents.Exceptions))
        {
            observer.Delivered(this, vector, errorCode, returnAddress);
        }
    }

    internal void NotifyExternalCall(string name, bool hasModel)
    {
        foreach (var observer in Listeners(ObservedEvents.Calls))
        {
            observer.ExternalCall(this, name, hasModel);
        }
    }

    private ref IMachineObserver[] Listeners(ObservedEvents kind) => ref _listeners[BitOperations.Log2((uint)kind)];

    private void Attach(Attachment[] attached)
    {
        _attached = attached;
        for (var kind = 0; kind < _kinds; kind++)
        {
            _listeners[kind] = [.. attached.Where(each => ((int)each.Events >> kind & 1) != 0).Select(each => each.Observer)];
        }

        _instructionObserver = Listeners(ObservedEvents.Instructions) is [var single] ? single : null;

        // What was remembered was remembered without telling anybody.
        Linear.SelectContext();
        Linear.Known.Clear();
        Returns.Clear();
    }

    private sealed class Attachment(Machine machine, IMachineObserver observer) : IDisposable
    {
        public IMachineObserver Observer { get; } = observer;

        public ObservedEvents Events { get; } = observer.Events & ObservedEvents.All;

        // Again is no error: nothing is left to detach.
        public void Dispose() => machine.Attach([.. machine._attached.Where(each => each != this)]);
    }
}
