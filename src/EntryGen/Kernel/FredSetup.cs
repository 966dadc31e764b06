using EntryGen.Emulation;

namespace EntryGen.Kernel;

/// <summary>FRED as Linux sets it up for a CPU (<c>arch/x86/kernel/fred.c</c>): one entry point for user mode and one for the kernel, a stack for each level.</summary>
internal static class FredSetup
{
    /// <summary>Where events in user mode go: the start of a page.</summary>
    public const string UserEntry = "asm_fred_entrypoint_user";

    /// <summary>Where events in the kernel go: 256 bytes further.</summary>
    public const string KernelEntry = "asm_fred_entrypoint_kernel";

    /// <summary>Events that differ for entry code: a system call or device interrupt (null), those with a stack level or a type of their own, and a fault with an error code.</summary>
    public static IReadOnlyList<byte?> Events { get; } = [null, Vectors.Debug, Vectors.Nmi, Vectors.Breakpoint, Vectors.PageFault, Vectors.MachineCheck];

    private const int KernelEntryOffset = 256;
    private const ulong RedZone = 1 << 6;

    // #DB on level 1, NMI and #MC on level 2, #DF on level 3.
    private const ulong StackLevels = (1UL << (2 * Vectors.Debug)) | (2UL << (2 * Vectors.Nmi)) | (2UL << (2 * Vectors.MachineCheck)) | (3UL << (2 * Vectors.DoubleFault));

    /// <summary>Sets CR4.FRED and the MSRs. Level 0 is the thread stack, the others are the stacks that the IDT's gates would take.</summary>
    public static void Initialise(Machine machine, KernelLayout layout, ulong entry)
    {
        Set(machine, MsrIndex.FredConfig, (entry & ~0xFFFUL) | RedZone);
        Set(machine, MsrIndex.FredStackLevels, StackLevels);
        Set(machine, MsrIndex.FredRsp0, layout.Stack(StackKind.Thread).Top.Value);
        Set(machine, MsrIndex.FredRsp0 + 1, layout.Stack(StackKind.Debug).Top.Value);
        Set(machine, MsrIndex.FredRsp0 + 2, layout.Stack(StackKind.Nmi).Top.Value);
        Set(machine, MsrIndex.FredRsp0 + 3, layout.Stack(StackKind.DoubleFault).Top.Value);
        machine[Reg.Cr4] |= Cr4Bits.FRED;
    }

    /// <summary>Makes the processor deliver to an entry point, of the kernel's or another.</summary>
    /// <exception cref="ArgumentException">FRED is off, or the entry does not stand where events are delivered to.</exception>
    public static void Install(KernelEnvironment environment, EntryPoint entry, VirtualAddress address, StartState start)
    {
        if (!environment.Options.Fred)
        {
            throw new ArgumentException($"'{entry.Symbol}' is reached by FRED event delivery: add FRED to the features.", nameof(entry));
        }

        var offset = start.From == Side.User ? 0 : KernelEntryOffset;
        if (address.PageOffset != offset)
        {
            throw new ArgumentException(
                $"'{entry.Symbol}' is at offset 0x{address.PageOffset:x} of its page, where FRED delivers nothing from {(offset == 0 ? "user mode" : "the kernel")}: "
                + "the entry point for user mode begins a page (.align 4096), that for the kernel stands 256 bytes further (.org).",
                nameof(entry));
        }

        Initialise(environment.Machine, environment.Layout, address.Value);
    }

    private static void Set(Machine machine, uint msr, ulong value) =>
        machine.Registers[(int)(MsrIndex.TryFind(msr, out var found) ? found.Register!.Value : throw new ArgumentOutOfRangeException(nameof(msr)))] = value;
}
