using EntryGen.Emulation;

namespace EntryGen.Kernel;

/// <summary>Writes a 4-level page table into guest memory (SDM vol. 3A, 5.5).</summary>
internal sealed class PageTable(PhysicalMemory memory, FrameAllocator frames, PhysicalAddress root)
{
    /// <summary>The top-level table.</summary>
    public PhysicalAddress Root => root;

    /// <summary>Maps a 4 KiB page.</summary>
    public void Map(VirtualAddress page, PhysicalAddress frame, ulong flags) => memory.Write(Slot(page, level: 1, flags), frame.Value | flags);

    /// <summary>Maps a 2 MiB page.</summary>
    public void MapLarge(VirtualAddress page, PhysicalAddress frame, ulong flags) =>
        memory.Write(Slot(page, level: 2, flags), frame.Value | flags | PageTableBits.PageSize);

    /// <summary>Makes another table use this one's subtree for the 512 GiB around an address. What is mapped there later, through either, is in both.</summary>
    /// <param name="address">An address in it.</param>
    /// <param name="other">The other table.</param>
    /// <param name="flagsHere">Flags for the top entry of this table only.</param>
    public void ShareTop(VirtualAddress address, PageTable other, ulong flagsHere = 0)
    {
        var entry = frames.Take().Value | PageTableBits.Present | PageTableBits.Writable | PageTableBits.Accessed;
        memory.Write(Entry(other.Root, address, level: 4), entry);
        memory.Write(Entry(root, address, level: 4), entry | flagsHere);
    }

    /// <summary>The place of the entry at a level, with the tables above it made where they are missing. User pages need U/S at every level.</summary>
    private PhysicalAddress Slot(VirtualAddress address, int level, ulong leaf)
    {
        var flags = PageTableBits.Present | PageTableBits.Writable | PageTableBits.Accessed | (leaf & PageTableBits.User);
        var table = root;
        for (var at = 4; at > level; at--)
        {
            var slot = Entry(table, address, at);
            var entry = memory.Read<ulong>(slot);
            if ((entry & PageTableBits.Present) == 0)
            {
                entry = frames.Take().Value;
            }

            memory.Write(slot, entry | flags);
            table = entry & PageTableBits.AddressMask;
        }

        return Entry(table, address, level);
    }

    private static PhysicalAddress Entry(PhysicalAddress table, VirtualAddress address, int level) =>
        table.Value + (address.Value >> (3 + 9 * level) & 0x1ff) * 8;
}
