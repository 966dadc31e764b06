namespace EntryGen.Emulation;

/// <summary>Writes 4-level page tables into guest memory (SDM vol. 3A, 4.5), with frames it takes from the lowest address upward.</summary>
/// <param name="memory">The memory.</param>
/// <param name="firstFrame">The first frame it may take, a multiple of 4096.</param>
/// <example>
/// <code>
/// var machine = new Machine();
/// var pages = new PageTableBuilder(machine.Memory, firstFrame: 0x1000);
/// var root = pages.NewRoot();
/// pages.MapUnit(root, Handshake.EntryUnit);
/// pages.MapNew(root, stack, count: 4, PageTableBits.Present | PageTableBits.Writable);
/// machine[Reg.Cr3] = root.Value;
/// </code>
/// </example>
public sealed class PageTableBuilder(PhysicalMemory memory, PhysicalAddress firstFrame)
{
    private ulong _next = firstFrame.PageOffset == 0
        ? firstFrame.Value
        : throw new ArgumentException("The first frame must be a multiple of 4096.", nameof(firstFrame));

    /// <summary>Takes zeroed frames that lie one after the other.</summary>
    /// <param name="count">How many.</param>
    /// <param name="alignment">The first one's address is a multiple of this many frames.</param>
    /// <exception cref="InvalidOperationException">The memory is used up.</exception>
    public PhysicalAddress TakeFrames(int count = 1, int alignment = 1)
    {
        var unit = (ulong)alignment * PhysicalMemory.PageSize;
        var start = (_next + unit - 1) / unit * unit;
        var end = start + ((ulong)count * PhysicalMemory.PageSize);
        if (end > (ulong)memory.Size)
        {
            throw new InvalidOperationException($"The {memory.Size} bytes of guest memory are used up. Make the machine with more.");
        }

        _next = end;
        return start;
    }

    /// <summary>An empty top-level table.</summary>
    public PhysicalAddress NewRoot() => TakeFrames();

    /// <summary>Two empty top-level tables in an 8 KiB aligned pair, as page-table isolation has them: the kernel's, and 4096 bytes on the user's.</summary>
    public PhysicalAddress NewRootPair() => TakeFrames(2, alignment: 2);

    /// <summary>Maps a page. Tables on the way are made, writable and accessed; they allow user mode once one page below does.</summary>
    /// <param name="root">The top-level table.</param>
    /// <param name="page">The page's linear address.</param>
    /// <param name="frame">Its frame.</param>
    /// <param name="flags"><see cref="PageTableBits"/> of the entry that maps the page.</param>
    /// <param name="shift">Page size as a power of two: 12, 21 or 30.</param>
    public void Map(PhysicalAddress root, VirtualAddress page, PhysicalAddress frame, ulong flags, int shift = 12)
    {
        var mask = (1UL << shift) - 1;
        if (((page.Value | frame.Value) & mask) != 0)
        {
            throw new ArgumentException($"{page} and {frame} must be multiples of the page size, 2^{shift}.", nameof(page));
        }

        memory.Write(Slot(root, page, flags & PageTableBits.User, shift), frame.Value | flags | (shift > 12 ? PageTableBits.PageSize : 0));
    }

    /// <summary>Maps consecutive 4 KiB pages to new, zeroed frames.</summary>
    /// <param name="root">The top-level table.</param>
    /// <param name="start">The first page's linear address.</param>
    /// <param name="count">How many pages.</param>
    /// <param name="flags"><see cref="PageTableBits"/> of the entries that map them.</param>
    /// <returns>The first frame; the others follow it.</returns>
    public PhysicalAddress MapNew(PhysicalAddress root, VirtualAddress start, int count, ulong flags)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var frame = TakeFrames(count);
        for (var offset = 0L; offset < (long)count * PhysicalMemory.PageSize; offset += PhysicalMemory.PageSize)
        {
            Map(root, start + offset, frame + offset, flags);
        }

        return frame;
    }

    /// <summary>
    /// Maps a unit's code, its data with their initial contents, and the C functions and variables that it refers to, for the supervisor: code can be executed and not written, data
    /// cannot be executed.
    /// </summary>
    /// <remarks>Page-table isolation, stacks and descriptor tables as Linux has them: <see cref="Kernel.KernelEnvironment"/>.</remarks>
    /// <param name="root">The top-level table.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="perCpuBase">Where per-CPU offsets count from; null leaves per-CPU variables out.</param>
    public void MapUnit(PhysicalAddress root, EntryUnit unit, VirtualAddress? perCpuBase = null)
    {
        ArgumentNullException.ThrowIfNull(unit);
        var mapped = new List<(UnitPages Pages, PhysicalAddress Frame)>();
        foreach (var pages in UnitPages.Static(unit).Concat(perCpuBase is { } based ? UnitPages.PerCpu(unit, based) : []))
        {
            var flags = PageTableBits.Present | (pages.Writable ? PageTableBits.Writable : 0) | (pages.Executable ? 0 : PageTableBits.NoExecute);
            mapped.Add((pages, MapNew(root, pages.Start, pages.Pages, flags)));
        }

        foreach (var section in unit.Sections)
        {
            // Neighbouring pages may have been mapped apart, by what they must allow.
            for (var done = 0; done < section.Data.Length;)
            {
                var address = new VirtualAddress(section.Address) + done;
                var (pages, frame) = mapped.Find(each => each.Pages.Contains(address.Value));
                var count = Math.Min(section.Data.Length - done, PhysicalMemory.PageSize - address.PageOffset);
                memory.Write(frame + (long)(address.Value - pages.Start.Value), section.Data.Span.Slice(done, count));
                done += count;
            }
        }
    }

    /// <summary>The place of the entry that maps a page, to be changed by hand. Tables on the way are made.</summary>
    /// <param name="root">The top-level table.</param>
    /// <param name="page">A linear address in the page.</param>
    /// <param name="shift">12, 21 or 30; 39 gives the top-level entry.</param>
    public PhysicalAddress EntryOf(PhysicalAddress root, VirtualAddress page, int shift = 12) => Slot(root, page, 0, shift);

    private PhysicalAddress Slot(PhysicalAddress root, VirtualAddress address, ulong user, int shift)
    {
        if (shift is not (12 or 21 or 30 or 39))
        {
            throw new ArgumentOutOfRangeException(nameof(shift), shift, "A page has 2^12, 2^21 or 2^30 bytes.");
        }

        if (!address.IsCanonical)
        {
            throw new ArgumentException($"{address} is not canonical: bits 63:47 must be equal.", nameof(address));
        }

        var table = root.Value;
        for (var level = 39; ; level -= 9)
        {
            var slot = table + (((address.Value >> level) & 0x1FF) * 8);
            if (level == shift)
            {
                return slot;
            }

            var entry = memory.Read<ulong>(slot);
            if ((entry & PageTableBits.Present) == 0)
            {
                entry = TakeFrames().Value | PageTableBits.Present | PageTableBits.Writable | PageTableBits.Accessed;
            }
            else if ((entry & PageTableBits.PageSize) != 0)
            {
                throw new ArgumentException($"{address} lies in a page of 2^{level} bytes that is mapped already.", nameof(address));
            }

            memory.Write(slot, entry | user);
            table = entry & PageTableBits.AddressMask;
        }
    }
}
