namespace EntryGen.Emulation;

/// <summary>Gives flags that an instruction left undefined values of its own choice.</summary>
internal sealed class UndefinedFlagScrambler(EntryUnit unit, int seed) : IMachineObserver
{
    private ulong _state = (uint)seed;

    public ObservedEvents Events => ObservedEvents.Instructions;

    public void Retired(Machine machine, ulong address)
    {
        if (unit.UndefinedFlags.TryGetValue(address, out var undefined))
        {
            ref var flags = ref machine.Registers[(int)Reg.Rflags];
            var mask = undefined.After((int)machine.Registers[(int)Reg.Rcx]);
            flags = (flags & ~mask) | (Next() & mask);
        }
    }

    // SplitMix64: every state gives a number that looks unlike its neighbours'.
    private ulong Next()
    {
        _state += 0x9E37_79B9_7F4A_7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58_476D_1CE4_E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
        return mixed ^ (mixed >> 31);
    }
}
