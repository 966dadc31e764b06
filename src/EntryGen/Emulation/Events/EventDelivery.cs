namespace EntryGen.Emulation;

/// <summary>Where an event comes from: decides about the gate's privilege check and the EXT bit of error codes.</summary>
internal enum EventSource
{
    /// <summary>The processor or the bus: an exception, an interrupt, an NMI.</summary>
    Hardware,

    /// <summary>INT n or INT3.</summary>
    Software,
}

/// <summary>Delivers one event: through the IDT, or by <see cref="FredDelivery"/>, in 64-bit mode (SDM vol. 3A, 6.14; vol. 2, INT n).</summary>
internal static class EventDelivery
{
    private const uint InIdt = 2;
    private const int InterruptGate = 14;
    private const int TrapGate = 15;

    /// <summary>Goes to the handler. The IDT, GDT, TSS and stack are accessed through the current page table.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="vector">The vector.</param>
    /// <param name="errorCode">What is pushed last; null pushes nothing.</param>
    /// <param name="source">Where the event comes from.</param>
    /// <param name="returnAddress">The RIP that is pushed.</param>
    /// <param name="isNested">Whether delivering another event caused it.</param>
    /// <returns>False: a fault is recorded and no register has changed.</returns>
    public static bool TryDeliver(Machine machine, byte vector, uint? errorCode, EventSource source, ulong returnAddress, bool isNested = false)
    {
        if ((machine[Reg.Cr4] & Cr4Bits.FRED) != 0)
        {
            return FredDelivery.TryDeliver(machine, FredDelivery.TypeOf(vector, source), vector, errorCode ?? 0, returnAddress, isNested);
        }

        var external = source == EventSource.Hardware ? 1U : 0;
        var privilege = (int)(machine[Reg.Cs] & 3);
        if (!TryReadGate(machine, vector, source, privilege, out var gate))
        {
            return false;
        }

        if (!TryFindTarget(machine, gate, external, privilege, out var newPrivilege)
            || !TryFindStack(machine, gate, external, privilege, newPrivilege, out var stack))
        {
            return false;
        }

        if (!LinearMemory.IsCanonical(gate.Offset))
        {
            return Fail(machine, Vectors.GeneralProtection, external);
        }

        var flags = machine[Reg.Rflags];
        var savedFlags = source == EventSource.Hardware && Vectors.IsFault(vector) ? flags | Flags.RF : flags;
        ReadOnlySpan<ulong> frame = [machine[Reg.Ss], machine[Reg.Rsp], savedFlags, machine[Reg.Cs], returnAddress, errorCode ?? 0];
        frame = errorCode is null ? frame[..5] : frame;
        if (!machine.Linear.TryPushFrame(stack, frame))
        {
            return machine.PendingIsNonCanonical && Fail(machine, Vectors.StackFault, external);
        }

        Enter(machine, gate, newPrivilege, stack - ((ulong)frame.Length * 8));
        return true;
    }

    private static bool TryReadGate(Machine machine, byte vector, EventSource source, int privilege, out Gate gate)
    {
        gate = default;
        var offset = (ulong)vector * 16;
        var error = ((uint)vector << 3) | InIdt | (source == EventSource.Hardware ? 1U : 0);
        if (offset + 15 > machine[Reg.IdtLimit])
        {
            return Fail(machine, Vectors.GeneralProtection, error);
        }

        var address = machine[Reg.IdtBase] + offset;
        if (!machine.Linear.TryReadImplicitly(address, out var low) || !machine.Linear.TryReadImplicitly(address + 8, out var high))
        {
            return false;
        }

        gate = new Gate(low, high);
        if (gate.Type is not (InterruptGate or TrapGate) || (source == EventSource.Software && gate.Dpl < privilege))
        {
            return Fail(machine, Vectors.GeneralProtection, error);
        }

        return gate.IsPresent || Fail(machine, Vectors.SegmentNotPresent, error);
    }

    private static bool TryFindTarget(Machine machine, Gate gate, uint external, int privilege, out int newPrivilege)
    {
        newPrivilege = privilege;
        if (DescriptorReader.IsNull(gate.Selector))
        {
            return Fail(machine, Vectors.GeneralProtection, external);
        }

        var error = (uint)(gate.Selector & 0xFFFC) | external;
        var result = DescriptorReader.Read(machine, gate.Selector, out var code);
        if (result == DescriptorReader.Result.Faulted)
        {
            return false;
        }

        if (result == DescriptorReader.Result.OutsideTable || !code.IsCode || code.Dpl > privilege)
        {
            return Fail(machine, Vectors.GeneralProtection, error);
        }

        if (!code.IsPresent)
        {
            return Fail(machine, Vectors.SegmentNotPresent, error);
        }

        if (!code.IsLong || code.IsBig)
        {
            return Fail(machine, Vectors.GeneralProtection, error);
        }

        newPrivilege = code.IsConforming ? privilege : code.Dpl;
        return true;
    }

    /// <summary>The stack pointer, aligned, before the pushes: from the TSS for an IST gate or a change of privilege.</summary>
    private static bool TryFindStack(Machine machine, Gate gate, uint external, int privilege, int newPrivilege, out ulong stack)
    {
        stack = machine[Reg.Rsp];
        if (gate.Ist != 0 || newPrivilege < privilege)
        {
            var offset = gate.Ist != 0 ? 28 + ((ulong)gate.Ist * 8) : 4 + ((ulong)newPrivilege * 8);
            if (DescriptorReader.IsNull(machine[Reg.TrSelector]) || offset + 7 > machine.Registers[HiddenState.TrLimit])
            {
                return Fail(machine, Vectors.InvalidTss, (uint)(machine[Reg.TrSelector] & 0xFFFC) | external);
            }

            if (!machine.Linear.TryReadImplicitly(machine[Reg.TrBase] + offset, out stack))
            {
                return false;
            }
        }

        stack &= ~0xFUL;
        return LinearMemory.IsCanonical(stack - 1) || Fail(machine, Vectors.StackFault, external);
    }

    private static void Enter(Machine machine, Gate gate, int newPrivilege, ulong stack)
    {
        var file = machine.Registers;
        if (newPrivilege != (int)(file[(int)Reg.Cs] & 3))
        {
            file[(int)Reg.Ss] = (ulong)newPrivilege;
        }

        var cleared = Flags.TF | Flags.NT | Flags.RF | Flags.VM | (gate.Type == InterruptGate ? Flags.IF : 0);
        file[(int)Reg.Rsp] = stack;
        file[(int)Reg.Rip] = gate.Offset;
        file[(int)Reg.Cs] = (gate.Selector & 0xFFFC) | (uint)newPrivilege;
        file[(int)Reg.Rflags] &= ~cleared;
        file[(int)Reg.EventState] &= ~(EventBits.Shadows | EventBits.SingleStep);
        machine.ExpectEndbranch();
        machine.ModeChanged();
    }

    private static bool Fail(Machine machine, byte vector, uint errorCode)
    {
        machine.Record(new Stop(StopKind.Fault, vector, errorCode));
        return false;
    }

    /// <summary>A 64-bit interrupt or trap gate (SDM vol. 3A, figure 6-8).</summary>
    private readonly record struct Gate(ulong Low, ulong High)
    {
        public ulong Offset => (Low & 0xFFFF) | ((Low >> 32) & 0xFFFF_0000) | (High << 32);

        public ulong Selector => (Low >> 16) & 0xFFFF;

        public int Ist => (int)(Low >> 32) & 7;

        /// <summary>The type with the S bit above it, which is 0 in a gate.</summary>
        public int Type => (int)(Low >> 40) & 0x1F;

        public int Dpl => (int)(Low >> 45) & 3;

        public bool IsPresent => (Low & (1UL << 47)) != 0;
    }
}
