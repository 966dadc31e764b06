using EntryGen.Emulation;

namespace EntryGen.Kernel;

/// <summary>Makes the event happen that leads to an entry.</summary>
internal static class EntryDelivery
{
    /// <summary>Bytes of SYSCALL, SYSENTER and INT n.</summary>
    private const int SystemCallLength = 2;

    /// <summary>Bytes of INT3.</summary>
    private const int BreakpointLength = 1;

    /// <summary>Makes the processor's tables and MSRs lead to the entry, whether the kernel has it there or not.</summary>
    private static void Install(KernelEnvironment environment, EntryPoint entry, VirtualAddress address, StartState start)
    {
        if (entry.Vector is not null)
        {
            environment.SetGate(entry, address);
        }
        else if (entry.Kind == EntryKind.Syscall)
        {
            environment.Machine[entry.FromCompatibilityMode ? Reg.Cstar : Reg.Lstar] = address.Value;
        }
        else if (entry.Kind == EntryKind.Sysenter)
        {
            environment.Machine[Reg.SysenterEip] = address.Value;
        }
        else if (entry.Kind == EntryKind.Fred)
        {
            FredSetup.Install(environment, entry, address, start);
        }
    }

    public static Activation Deliver(KernelEnvironment environment, EntryPoint entry, VirtualAddress address, StartState start)
    {
        Install(environment, entry, address, start);
        var machine = environment.Machine;
        var activation = new Activation(environment, entry, Describe(entry, start)) { ResumeAddress = machine[Reg.Rip] };
        activation.Delivery = entry.Kind switch
        {
            EntryKind.Syscall => Syscall(machine, activation),
            EntryKind.Sysenter => Sysenter(machine, activation),
            EntryKind.Int80 => SoftwareInterrupt(machine, activation, entry.Vector!.Value, SystemCallLength),
            EntryKind.Call => Call(machine, address),
            EntryKind.Fred => Fred(machine, activation, start),
            _ => Interrupt(machine, entry, start),
        };
        return activation;
    }

    private static Stop Syscall(Machine machine, Activation activation)
    {
        activation.ResumeAddress += SystemCallLength;
        var cpu = machine.Cpu;
        return cpu.Syscall(activation.ResumeAddress.Value) ? default : cpu.Fault();
    }

    private static Stop Sysenter(Machine machine, Activation activation)
    {
        activation.ResumeAddress += SystemCallLength;
        var cpu = machine.Cpu;
        return cpu.Sysenter(activation.ResumeAddress.Value) ? default : cpu.Fault();
    }

    private static Stop Fred(Machine machine, Activation activation, StartState start)
    {
        switch (start.Vector)
        {
            case null when start.From == Side.User:
                return Syscall(machine, activation);
            case LinuxVectors.Int80 when start.From == Side.User:
                return SoftwareInterrupt(machine, activation, LinuxVectors.Int80, SystemCallLength);
            case Vectors.Breakpoint:
                return SoftwareInterrupt(machine, activation, Vectors.Breakpoint, BreakpointLength);
            case Vectors.Nmi:
                return machine.DeliverNmi();
            default:
                var vector = start.Vector ?? LinuxVectors.Device;
                return machine.Deliver(vector, ErrorCode(vector, start));
        }
    }

    private static Stop SoftwareInterrupt(Machine machine, Activation activation, byte vector, int length)
    {
        activation.ResumeAddress += length;
        var cpu = machine.Cpu;
        return cpu.SoftwareInterrupt(vector, activation.ResumeAddress.Value) ? default : cpu.Fault();
    }

    private static Stop Interrupt(Machine machine, EntryPoint entry, StartState start)
    {
        var vector = entry.Vector!.Value;
        var stop = vector == Vectors.Nmi ? machine.DeliverNmi() : machine.Deliver(vector, ErrorCode(vector, start));
        return stop.Kind == StopKind.None && entry.InStub ? PushVector(machine, vector) : stop;
    }

    /// <summary>What the stub of a device interrupt does before it jumps to the entry: PUSH of the vector as a sign-extended byte.</summary>
    private static Stop PushVector(Machine machine, byte vector)
    {
        var cpu = machine.Cpu;
        if (!cpu.Store64(cpu.Rsp - 8, (ulong)(sbyte)vector))
        {
            return cpu.Fault();
        }

        cpu.Rsp -= 8;
        return default;
    }

    private static Stop Call(Machine machine, VirtualAddress address)
    {
        var cpu = machine.Cpu;
        if (!cpu.Store64(cpu.Rsp - 8, cpu.Rip))
        {
            return cpu.Fault();
        }

        cpu.Rsp -= 8;
        cpu.Rip = address.Value;
        return default;
    }

    private static uint? ErrorCode(byte vector, StartState start)
    {
        if (!Vectors.HasErrorCode(vector))
        {
            return null;
        }

        return start.ErrorCode ?? (vector == Vectors.PageFault && start.From == Side.User ? PageFaultBits.User : 0);
    }

    private static string Describe(EntryPoint entry, StartState start)
    {
        var found = start.From == Side.User ? "user code" : "kernel code";
        return entry.Kind switch
        {
            EntryKind.Syscall => "SYSCALL in user code",
            EntryKind.Sysenter => "SYSENTER in user code",
            EntryKind.Int80 => "INT $0x80 in user code",
            EntryKind.Fred when start.Vector is null && start.From == Side.User => "SYSCALL in user code",
            EntryKind.Fred => $"{VectorNames.Of(start.Vector ?? LinuxVectors.Device)} in {found}",
            EntryKind.Call => $"call of {entry.Symbol} by {found}",
            _ => $"{VectorNames.Of(entry.Vector!.Value)} in {found}",
        };
    }
}
