using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Observers of one kind of event each. While one is attached the machine runs one instruction at a time.</summary>
public sealed partial class Machine
{
    /// <summary>Calls a delegate after each instruction that retires, until the result is disposed.</summary>
    /// <param name="observer">The delegate.</param>
    /// <example><c>using (machine.ObserveInstructions(retired => path.Add(retired.Address))) { machine.Run(unit); }</c></example>
    public IDisposable ObserveInstructions(Action<RetiredInstruction> observer) => Observe(new DelegateObservers.Instructions(NotNull(observer)));

    /// <summary>Calls a delegate for each load and store of the guest, also the pushes of events, until the result is disposed.</summary>
    /// <param name="observer">The delegate.</param>
    public IDisposable ObserveMemory(Action<MemoryAccess> observer) => Observe(new DelegateObservers.Memory(NotNull(observer)));

    /// <summary>Calls a delegate for each MOV to a control register, until the result is disposed.</summary>
    /// <param name="observer">The delegate.</param>
    /// <example><c>using var switches = machine.ObserveControlRegisters(write => flushes += write is { Register: 3, IsNoFlush: false } ? 1 : 0);</c></example>
    public IDisposable ObserveControlRegisters(Action<ControlRegisterWrite> observer) => Observe(new DelegateObservers.ControlRegisters(NotNull(observer)));

    /// <summary>Calls a delegate for each WRMSR, until the result is disposed.</summary>
    /// <param name="observer">The delegate.</param>
    public IDisposable ObserveMsrs(Action<MsrWrite> observer) => Observe(new DelegateObservers.Msrs(NotNull(observer)));

    /// <summary>Calls a delegate for each invalidation of the TLB by an instruction, until the result is disposed.</summary>
    /// <param name="observer">The delegate.</param>
    public IDisposable ObserveTlb(Action<TlbInvalidation> observer) => Observe(new DelegateObservers.Tlb(NotNull(observer)));

    /// <summary>Calls a delegate for each exception, interrupt or NMI that is delivered, until the result is disposed.</summary>
    /// <param name="observer">The delegate.</param>
    public IDisposable ObserveExceptions(Action<DeliveredException> observer) => Observe(new DelegateObservers.Exceptions(NotNull(observer)));

    /// <summary>Calls a delegate for each C function that was called, until the result is disposed.</summary>
    /// <param name="observer">The delegate.</param>
    public IDisposable ObserveCalls(Action<CalledFunction> observer) => Observe(new DelegateObservers.Calls(NotNull(observer)));

    private static Action<T> NotNull<T>(Action<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return observer;
    }
}
