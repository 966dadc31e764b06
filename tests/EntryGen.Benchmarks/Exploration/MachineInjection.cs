using System.Runtime.InteropServices;
using EntryGen.Emulation;

namespace EntryGen.Benchmarks.Exploration;

/// <summary>
/// Injection as a test does it: for every instruction boundary of the rehearsed system call go back to the start, run to the boundary, let a paranoid exception happen, run to the
/// end, and compare all registers and all memory but the stack of the exception with what a run without the exception leaves. The anchors do the same with 16 KiB of memory; as in them, what
/// was interrupted goes on where the host says.
/// </summary>
internal sealed class MachineInjection
{
    private const ulong ExceptionStackTop = 0xffff_ffff_8002_3ff0, Elsewhere = 0xffff_ffff_8002_4000;
    private const ulong CodeSegment = 0x10, StackSegment = 0x18;
    private const ulong ExceptionStack = 0x23000;

    private readonly Machine _machine = RehearsalMachine.CreateForBoth();
    private readonly EntryUnit _path = Rehearsal.EntryUnit;
    private readonly EntryUnit _exception = ParanoidRehearsal.EntryUnit;
    private readonly ulong _handler = ParanoidRehearsal.EntryUnit.Symbols["exception"];
    private readonly MachineSnapshot _start;
    private readonly MachineSnapshot _end;
    private readonly ulong[] _registers;

    public MachineInjection()
    {
        // As on a system that has been running: the TLB has what all of it uses. The first switch flushes.
        RehearsalMachine.Run(_machine, 1);
        for (var boundary = 1; boundary < RehearsalMachine.Instructions; boundary++)
        {
            GoToStart();
            InjectAt(boundary);
        }

        GoToStart();
        _start = _machine.Snapshot();
        _machine.Budget = 1000;
        var cpu = _machine.Cpu;
        Expect(_path.Run(ref cpu), StopKind.Halted);
        Boundaries = 1000 - (int)_machine.Budget - 1;
        _registers = Registers.ToArray();
        _end = _machine.Snapshot();
        Verify();
    }

    /// <summary>The boundaries at which an exception can happen: before each instruction but the first.</summary>
    public int Boundaries { get; }

    private ReadOnlySpan<ulong> Registers => MemoryMarshal.CreateReadOnlySpan(ref _machine.Cpu.RegisterFile, (int)Reg.Count);

    /// <summary>Injects at every boundary.</summary>
    /// <param name="sweeps">How many times.</param>
    /// <exception cref="InvalidOperationException">The exception left a trace.</exception>
    public void Sweep(int sweeps)
    {
        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            for (var boundary = 1; boundary <= Boundaries; boundary++)
            {
                _machine.Restore(_start);
                InjectAt(boundary);
                Compare(boundary);
            }
        }
    }

    private void GoToStart()
    {
        _machine[Reg.Rbx] = 1;
        _machine[Reg.Rip] = _path.Entries["round_trips"].Address;
    }

    private void InjectAt(int boundary)
    {
        var machine = _machine;
        machine.Budget = boundary;
        var cpu = machine.Cpu;
        Expect(_path.Run(ref cpu), StopKind.Budget);

        var (rip, stack, cr3, gs) = (cpu.Rip, machine[Reg.Rsp], machine[Reg.Cr3], machine[Reg.GsBase]);
        var isMapped = cpu.Store64(ExceptionStackTop - 8, StackSegment) && cpu.Store64(ExceptionStackTop - 16, stack)
            && cpu.Store64(ExceptionStackTop - 24, machine[Reg.Rflags]) && cpu.Store64(ExceptionStackTop - 32, CodeSegment) && cpu.Store64(ExceptionStackTop - 40, Elsewhere);
        machine[Reg.Rsp] = ExceptionStackTop - 40;
        cpu.Rip = _handler;
        machine.Budget = 1000;
        Expect(_exception.Run(ref cpu), StopKind.Left);
        if (!isMapped || cpu.Rip != Elsewhere || machine[Reg.Rsp] != stack || machine[Reg.Cr3] != cr3 || machine[Reg.GsBase] != gs)
        {
            throw new InvalidOperationException($"The exception at boundary {boundary} did not return as it should.");
        }

        cpu.Rip = rip;
        Expect(_path.Run(ref cpu), StopKind.Halted);
    }

    private void Compare(int boundary)
    {
        var isSame = Registers.SequenceEqual(_registers);
        foreach (var block in _machine.MemoryChangedSince(_end))
        {
            isSame &= block.Page == ExceptionStack;
        }

        if (!isSame)
        {
            throw new InvalidOperationException($"The exception at boundary {boundary} left a trace.");
        }
    }

    /// <summary>What is compared is what was written: at every boundary nothing else differs.</summary>
    private void Verify()
    {
        var (end, now) = (new byte[_machine.Memory.Size], new byte[_machine.Memory.Size]);
        _machine.Memory.Read(0, end);
        for (var boundary = 1; boundary <= Boundaries; boundary++)
        {
            _machine.Restore(_start);
            InjectAt(boundary);
            Compare(boundary);
            _machine.Memory.Read(0, now);
            end.AsSpan((int)ExceptionStack, PhysicalMemory.PageSize).CopyTo(now.AsSpan((int)ExceptionStack));
            if (!now.AsSpan().SequenceEqual(end))
            {
                throw new InvalidOperationException($"The exception at boundary {boundary} left a trace that was not found.");
            }
        }
    }

    private void Expect(Stop stop, StopKind kind)
    {
        if (stop.Kind != kind)
        {
            throw new InvalidOperationException($"It stopped with {stop} at {_path.Locate(_machine[Reg.Rip])}, not with {kind}.");
        }
    }
}
