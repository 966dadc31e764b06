using EntryGen.Emulation;

namespace EntryGen.Kernel;

/// <summary>An entry that an event has led to, from there until control is back at what it interrupted.</summary>
public sealed class Activation
{
    private readonly Machine _machine;
    private readonly ulong[] _interrupted;

    internal Activation(KernelEnvironment environment, EntryPoint entry, string description)
    {
        _machine = environment.Machine;
        Environment = environment;
        Entry = entry;
        Description = description;
        _interrupted = new ulong[(int)Reg.Count];
        for (var register = Reg.Rax; register < Reg.Count; register++)
        {
            _interrupted[(int)register] = _machine[register];
        }
    }

    /// <summary>The environment.</summary>
    public KernelEnvironment Environment { get; }

    /// <summary>The entry.</summary>
    public EntryPoint Entry { get; }

    /// <summary>What happened, in words.</summary>
    public string Description { get; }

    /// <summary>How delivery went: <see cref="StopKind.None"/> when RIP is at the entry.</summary>
    public Stop Delivery { get; internal set; }

    /// <summary>Where the interrupted code continues.</summary>
    public VirtualAddress ResumeAddress { get; internal set; }

    /// <summary>RSP with which the interrupted code continues.</summary>
    public ulong ResumeStackPointer => Interrupted(Reg.Rsp);

    /// <summary>All registers as they were before the event.</summary>
    internal ReadOnlySpan<ulong> Registers => _interrupted;

    /// <summary>A register as it was before the event.</summary>
    public ulong Interrupted(Reg register) => _interrupted[(int)register];

    /// <summary>
    /// Whether control is back in user mode, or at the kernel code that was interrupted, with its stack pointer; a routine that was called may leave
    /// something on the stack.
    /// </summary>
    public bool HasReturned
    {
        get
        {
            var cpl = _machine[Reg.Cs] & 3;
            return cpl == 3
                || (_machine[Reg.Rip] == ResumeAddress.Value && (_machine[Reg.Rsp] == ResumeStackPointer || Entry.Kind == EntryKind.Call));
        }
    }

    /// <summary>Runs the entry to its end, delivering faults through the IDT, in the form that a machine without observers takes at full speed.</summary>
    /// <returns><see cref="StopKind.None"/> when <see cref="HasReturned"/>, else why it stopped before.</returns>
    public Stop Run()
    {
        if (Delivery.Kind != StopKind.None)
        {
            return Delivery;
        }

        var stop = _machine.Run(Environment.Unit);
        return HasReturned && stop.Kind == StopKind.Left ? default : stop;
    }
}
