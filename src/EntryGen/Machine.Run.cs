using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Runs of a unit with the guest's faults delivered to the guest.</summary>
public sealed partial class Machine
{
    private bool _isRunning;

    /// <summary>
    /// Runs a unit from RIP, delivering the faults of the guest through its IDT and a latched NMI as soon as it is let in, until control leaves the unit
    /// or something else stops it.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <returns>Why it stopped; never <see cref="StopKind.None"/> or <see cref="StopKind.Fault"/>.</returns>
    /// <exception cref="InvalidOperationException">It is running already.</exception>
    /// <example>
    /// <code>
    /// machine[Reg.Rip] = unit.AddressOf("asm_exc_nmi").Value;
    /// var stop = machine.Run(unit);
    /// </code>
    /// </example>
    public Stop Run(EntryUnit unit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        Enter();
        try
        {
            var cpu = Cpu;
            var stop = FetchFirst();
            for (; ; )
            {
                if (stop.Kind == StopKind.None)
                {
                    stop = unit.Run(ref cpu);
                }

                stop = Continue(ref cpu, stop);
                if (stop.Kind != StopKind.None)
                {
                    return stop;
                }
            }
        }
        finally
        {
            _isRunning = false;
        }
    }

    /// <summary>As <see cref="Run"/>, until RIP is at an address: before the instruction there, which is not the first one of the run.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="address">A linear address.</param>
    /// <returns><see cref="StopKind.Reached"/>, or why it stopped before. Every instruction is a step of its own.</returns>
    /// <exception cref="InvalidOperationException">It is running already.</exception>
    public Stop RunUntil(EntryUnit unit, VirtualAddress address) => RunUntil(unit, machine => machine.Registers[(int)Reg.Rip] == address.Value);

    /// <summary>As <see cref="RunUntil(EntryUnit, VirtualAddress)"/>, until a symbol of the unit or a C function that it calls.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="symbol">Its name.</param>
    /// <returns>As the other.</returns>
    /// <exception cref="ArgumentException">The unit has no such symbol.</exception>
    /// <exception cref="InvalidOperationException">It is running already.</exception>
    public Stop RunUntil(EntryUnit unit, string symbol)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return RunUntil(unit, unit.AddressOf(symbol));
    }

    /// <summary>As <see cref="Run"/>, until a condition holds between two instructions. It is asked after each one, and after each event.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="condition">The condition.</param>
    /// <returns><see cref="StopKind.Reached"/>, or why it stopped before. Every instruction is a step of its own.</returns>
    /// <exception cref="InvalidOperationException">It is running already.</exception>
    /// <example><c>machine.RunUntil(unit, static machine => machine[Reg.Cr3] == kernelCr3)</c></example>
    public Stop RunUntil(EntryUnit unit, Predicate<Machine> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        Stop stop;
        do
        {
            stop = Step(unit);
        }
        while (stop.Kind == StopKind.None && !condition(this));

        return stop.Kind == StopKind.None || (stop.Kind == StopKind.Left && condition(this)) ? new Stop(StopKind.Reached) : stop;
    }

    /// <summary>Runs one instruction; if it faults, the fault is delivered instead.</summary>
    /// <param name="unit">The unit.</param>
    /// <returns><see cref="StopKind.None"/>, or why the run is over.</returns>
    /// <exception cref="InvalidOperationException">It is running already.</exception>
    public Stop Step(EntryUnit unit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        Enter();
        try
        {
            var cpu = Cpu;
            var stop = FetchFirst();
            return Continue(ref cpu, stop.Kind == StopKind.None ? unit.Step(ref cpu) : stop);
        }
        finally
        {
            _isRunning = false;
        }
    }

    /// <summary>Begins to run; what runs holds parts of the state that another run would not see.</summary>
    private void Enter()
    {
        ThrowIfRunning();
        _isRunning = true;
    }

    private void ThrowIfRunning()
    {
        if (_isRunning)
        {
            throw new InvalidOperationException(
                "The machine is running. An observer or the model of a C function cannot run, reset or restore it: let the run stop first, a model by Cpu.StopAs.");
        }
    }

    /// <summary>Takes the event that a stop means or lets in, if there is one.</summary>
    private Stop Continue(ref Cpu cpu, Stop stop)
    {
        while (stop.Kind == StopKind.Fault)
        {
            // A delivery retires nothing, but a handler that cannot be fetched must not go on for ever.
            if (BudgetLeft-- <= 0)
            {
                return new Stop(StopKind.Budget);
            }

            stop = Deliver(stop);
            if (stop.Kind == StopKind.None)
            {
                stop = FetchFirst();
            }
        }

        if (stop.Kind is StopKind.None or StopKind.Left && WatchesBoundaries && TryTakeDue(out var due))
        {
            stop = Deliver(due);
            return stop.Kind == StopKind.None ? Continue(ref cpu, FetchFirst()) : stop;
        }

        return stop;
    }

    /// <summary>The fault of fetching at RIP, if any: generated code fetches only where that may have changed.</summary>
    private Stop FetchFirst() => Linear.TryFetch(Registers[(int)Reg.Rip]) ? default : Pending;
}
