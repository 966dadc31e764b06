using System.Runtime.InteropServices;
using EntryGen.Emulation;

namespace EntryGen.Benchmarks.Exploration;

/// <summary>
/// Injection as a test does it: for every instruction boundary of the rehearsed system call go back to the start, run to the boundary, let a paranoid exception happen, run to the
/// end, and compare registers and 16 KiB of memory with what a run without the exception leaves. The anchors do the same; as in them, what was interrupted goes on where the host says.
/// </summary>
internal sealed class MachineInjection
{
    private const ulong ExceptionStackTop = 0xffff_ffff_8002_3ff0, Elsewhere = 0xffff_ffff_8002_4000;
    private const ulong CodeSegment = 0x10, StackSegment = 0x18;
    private const int Page = 0x1000;

    // The stacks and per-CPU variables that the path writes; not the stack of the exception.
    private static readonly ulong[] _compared = [0x22000, 0x24000, 0x25000, 0x3b000];

    private readonly Machine _machine = RehearsalMachine.CreateForBoth();
    private readonly EntryUnit _path = Rehearsal.EntryUnit;
    private readonly EntryUnit _exception = ParanoidRehearsal.EntryUnit;
    private readonly ulong _handler = ParanoidRehearsal.EntryUnit.Symbols["exception"];
    private readonly MachineSnapshot _start;
    private readonly ulong[] _registers;
    private readonly byte[][] _memory;

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
        _memory = [.. _compared.Select(page =>
        {
            var bytes = new byte[Page];
            _machine.Memory.Read(page, bytes);
            return bytes;
        })];
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
        for (var page = 0; page < _compared.Length; page++)
        {
            isSame &= _machine.Memory.Holds(_compared[page], _memory[page]);
        }

        if (!isSame)
        {
            throw new InvalidOperationException($"The exception at boundary {boundary} left a trace.");
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
