using System.Runtime.CompilerServices;

namespace EntryGen.Emulation;

/// <summary>Reads descriptors from the GDT and LDT in guest memory: supervisor accesses of the processor itself, through the current page table.</summary>
internal static class DescriptorReader
{
    /// <summary>How it ended.</summary>
    public enum Result
    {
        /// <summary>The descriptor was read.</summary>
        Read,

        /// <summary>The selector is beyond the table's limit.</summary>
        OutsideTable,

        /// <summary>Reading the table faulted; the fault is recorded.</summary>
        Faulted,
    }

    /// <summary>Whether a selector is null: index 0 of the GDT, with any RPL.</summary>
    public static bool IsNull(ulong selector) => (selector & 0xFFFC) == 0;

    public static Result Read(Machine machine, ulong selector, out SegmentDescriptor descriptor)
    {
        descriptor = default;
        var result = Locate(machine, selector, 8, out var address);
        if (result != Result.Read)
        {
            return result;
        }

        if (!machine.Linear.TryReadImplicitly(address, out var bits))
        {
            return Result.Faulted;
        }

        descriptor = new SegmentDescriptor(bits);
        return Result.Read;
    }

    /// <summary>Reads a system descriptor of 16 bytes: of an LDT, a TSS or a call gate.</summary>
    public static Result ReadSystem(Machine machine, ulong selector, out SegmentDescriptor descriptor, out ulong high)
    {
        descriptor = default;
        high = 0;
        var result = Locate(machine, selector, 16, out var address);
        if (result != Result.Read)
        {
            return result;
        }

        if (!machine.Linear.TryReadImplicitly(address, out var low) || !machine.Linear.TryReadImplicitly(address + 8, out high))
        {
            return Result.Faulted;
        }

        descriptor = new SegmentDescriptor(low);
        return Result.Read;
    }

    /// <summary>Marks a TSS of the GDT as busy.</summary>
    /// <returns>False: a fault of writing the table is recorded.</returns>
    public static bool TryMarkBusy(Machine machine, ulong selector, SegmentDescriptor descriptor) =>
        machine.Linear.TryWriteImplicitly(machine[Reg.GdtBase] + (selector & 0xFFF8), descriptor.Bits | SegmentDescriptor.Busy);

    /// <summary>
    /// The DPL of the segment that a segment register holds. It is in the register's hidden part, so nothing faults; null when it cannot be told.
    /// </summary>
    public static int? HeldDpl(Machine machine, ulong selector) =>
        Locate(machine, selector, 8, out var address) == Result.Read && machine.Linear.TryPeek(address, out var bits)
            ? new SegmentDescriptor(bits).Dpl
            : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Result Locate(Machine machine, ulong selector, uint size, out ulong address)
    {
        var isLocal = (selector & 4) != 0;
        var file = machine.Registers;
        var start = file[isLocal ? HiddenState.LdtBase : (int)Reg.GdtBase];
        var limit = file[isLocal ? HiddenState.LdtLimit : (int)Reg.GdtLimit];
        var offset = selector & 0xFFF8;
        address = start + offset;
        var isLoaded = !isLocal || !IsNull(file[(int)Reg.LdtrSelector]);
        return isLoaded && offset + size - 1 <= limit ? Result.Read : Result.OutsideTable;
    }
}
