using EntryGen.Emulation;

namespace EntryGen.Kernel;

/// <summary>A page of the kernel that the user half of a process maps.</summary>
/// <param name="Address">Its linear address.</param>
/// <param name="Frame">Its frame.</param>
/// <param name="Entry">The physical address of the page-table entry that maps it.</param>
/// <param name="IsWritable">Whether the kernel may write it there.</param>
/// <param name="IsExecutable">Whether instructions may be fetched from it.</param>
public readonly record struct VisiblePage(VirtualAddress Address, PhysicalAddress Frame, PhysicalAddress Entry, bool IsWritable, bool IsExecutable);

/// <summary>Reads the user half of page tables as they stand in guest memory.</summary>
public static class UserMappings
{
    private const int TopShift = 39;

    /// <summary>The pages of 4 KiB that the user half of a task's process maps for the kernel: not those of the user program. Each frame once, at its lowest address.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="task">The task, counted from 0.</param>
    public static IReadOnlyList<VisiblePage> Of(KernelEnvironment environment, int task)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var pages = new List<VisiblePage>();
        Walk(environment.Machine.Memory, environment.Cr3Of(0, task, Side.User) & PageTableBits.AddressMask, TopShift, 0, [], [], pages);
        return pages;
    }

    private static void Walk(PhysicalMemory memory, ulong table, int shift, ulong prefix, HashSet<ulong> tables, HashSet<ulong> frames, List<VisiblePage> pages)
    {
        for (var index = 0UL; index < 512; index++)
        {
            var slot = table + (index * sizeof(ulong));
            var entry = memory.Read<ulong>(slot);
            var address = prefix | (index << shift);
            var next = entry & PageTableBits.AddressMask;
            if ((entry & PageTableBits.Present) == 0)
            {
                continue;
            }

            // A table that serves several places, as that of espfix does, maps the same frames again.
            if (shift > 12 && (entry & PageTableBits.PageSize) == 0)
            {
                if (tables.Add(next))
                {
                    Walk(memory, next, shift - 9, address, tables, frames, pages);
                }
            }
            else if ((entry & PageTableBits.User) == 0 && frames.Add(next))
            {
                var canonical = (ulong)((long)(address << 16) >> 16);
                pages.Add(new VisiblePage(canonical, next, slot, (entry & PageTableBits.Writable) != 0, (entry & PageTableBits.NoExecute) == 0));
            }
        }
    }
}
