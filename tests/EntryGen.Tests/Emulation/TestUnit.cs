namespace EntryGen.Tests.Emulation;

/// <summary>A unit whose instructions are delegates, in the shape that generated code has.</summary>
internal sealed class TestUnit
{
    public const ulong Function = Guest.Code + 0x1000;

    private readonly Dictionary<ulong, Instruction> _instructions = [];

    public TestUnit(string tables = "", params CFunction[] functions) => Unit = new EntryUnit("Test", Run, Step, tables, functions);

    public delegate Stop Instruction(ref Cpu cpu);

    public EntryUnit Unit { get; }

    public int Steps { get; private set; }

    /// <summary>Places an instruction; it returns None after it moved RIP, or a stop with RIP where it was.</summary>
    public TestUnit At(ulong address, Instruction instruction)
    {
        _instructions[address] = instruction;
        return this;
    }

    /// <summary>An instruction that does nothing.</summary>
    public TestUnit Nop(ulong address) => At(address, static (ref Cpu cpu) =>
    {
        cpu.Rip += 16;
        return default;
    });

    public TestUnit Iretq(ulong address) => At(address, static (ref Cpu cpu) => cpu.Iretq() ? default : cpu.Fault());

    private Stop Run(ref Cpu cpu)
    {
        for (; ; )
        {
            var stop = Step(ref cpu);
            if (stop.Kind != StopKind.None)
            {
                return stop;
            }
        }
    }

    private Stop Step(ref Cpu cpu)
    {
        if (cpu.Budget <= 0)
        {
            return new Stop(StopKind.Budget);
        }

        var address = cpu.Rip;
        if (!_instructions.TryGetValue(address, out var instruction))
        {
            var outside = cpu.CallExternal(Unit);
            cpu.Budget -= outside.Kind == StopKind.None ? 1 : 0;
            return outside;
        }

        if (!cpu.FetchInstruction(address))
        {
            return cpu.Fault();
        }

        var stop = instruction(ref cpu);
        if (stop.Kind == StopKind.None)
        {
            Steps++;
            cpu.Budget--;
            if (cpu.IsObserved)
            {
                cpu.Retired(address);
            }
        }

        return stop;
    }
}
