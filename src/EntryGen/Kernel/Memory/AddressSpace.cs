using EntryGen.Emulation;

namespace EntryGen.Kernel;

/// <summary>
/// The page tables of one process as Linux builds them: under page-table isolation a kernel half and a user half whose top-level tables lie in the
/// two pages of an 8 KiB pair, else one table.
/// </summary>
internal sealed class AddressSpace
{
    private const int LargePageShift = 21;
    private const int HugePageShift = 30;
    private const int TopShift = 39;
    private const long AliasStep = 0x1_0000;
    private const ulong UserPage =
        PageTableBits.Present | PageTableBits.Writable | PageTableBits.User | PageTableBits.Accessed | PageTableBits.Dirty | PageTableBits.NoExecute;

    private readonly PhysicalMemory _memory;
    private readonly PageTableBuilder _tables;
    private readonly PhysicalAddress? _userRoot;
    private readonly List<MappedRange> _ranges = [];

    public AddressSpace(PhysicalMemory memory, bool isolated)
    {
        _memory = memory;
        _tables = new PageTableBuilder(memory, KernelLayout.PageSize); // frame 0 stays unused, so that a null frame number is noticed
        Root = _tables.NewRootPair();
        _userRoot = isolated ? Root + KernelLayout.PageSize : null;
    }

    /// <summary>The physical address of the kernel half's top-level table; the user half's is the page after it.</summary>
    public PhysicalAddress Root { get; }

    public IReadOnlyList<MappedRange> Ranges => _ranges;

    /// <summary>Another process's pair of top-level tables that maps what this one maps.</summary>
    /// <returns>The kernel half's.</returns>
    public PhysicalAddress CloneRoots()
    {
        var clone = _tables.NewRootPair();
        var tables = new byte[2 * KernelLayout.PageSize];
        _memory.Read(Root, tables);
        _memory.Write(clone, tables);
        return clone;
    }

    /// <summary>
    /// Lets the user half use the kernel half's tables for the 512 GiB around an address, as Linux does for cpu_entry_area, espfix and the user program.
    /// </summary>
    /// <param name="address">An address in it, before anything is mapped there.</param>
    /// <param name="poisoned">Nothing of it is executable in the kernel half: user code that runs before CR3 was switched back faults.</param>
    public void Share(VirtualAddress address, bool poisoned = false)
    {
        if (_userRoot is not { } userRoot || (_memory.Read<ulong>(_tables.EntryOf(Root, address, TopShift)) & PageTableBits.Present) != 0)
        {
            return;
        }

        var entry = _tables.TakeFrames().Value | PageTableBits.Present | PageTableBits.Writable | PageTableBits.Accessed;
        _memory.Write(_tables.EntryOf(userRoot, address, TopShift), entry);
        _memory.Write(_tables.EntryOf(Root, address, TopShift), entry | (poisoned ? PageTableBits.NoExecute : 0));
    }

    /// <summary>Maps pages to the given frames, or to new ones.</summary>
    /// <exception cref="ArgumentException">A page of the range is mapped already.</exception>
    public MappedRange Map(
        string name,
        VirtualAddress start,
        int pages,
        MappedIn where,
        bool writable = false,
        bool executable = false,
        bool global = false,
        PhysicalAddress? frame = null)
    {
        // Without isolation all kernel translations are global.
        global |= _userRoot is null && where != MappedIn.UserProgram;
        var range = new MappedRange(name, start.Page, pages, frame ?? _tables.TakeFrames(pages), writable, executable, where, global);
        Add(range);
        var flags = Leaf(range);
        for (var offset = 0L; offset < (long)pages * KernelLayout.PageSize; offset += KernelLayout.PageSize)
        {
            _tables.Map(Root, range.Start + offset, range.Frame + offset, flags);
            if (where != MappedIn.Kernel && _userRoot is { } userRoot)
            {
                _tables.Map(userRoot, range.Start + offset, range.Frame + offset, flags);
            }
        }

        return range;
    }

    /// <summary>Maps a range of the kernel half in the user half of a process too.</summary>
    /// <param name="root">The kernel half's top-level table of the process.</param>
    /// <param name="start">The range's first page.</param>
    public void MapInUserHalf(PhysicalAddress root, VirtualAddress start)
    {
        if (_userRoot is null)
        {
            return;
        }

        var range = _ranges.Find(range => range.Start == start)!;
        for (var offset = 0L; offset < (long)range.Pages * KernelLayout.PageSize; offset += KernelLayout.PageSize)
        {
            _tables.Map(root + KernelLayout.PageSize, start + offset, range.Frame + offset, Leaf(range));
        }
    }

    /// <summary>Takes a range out of the user half of a process again. Translations stay in the TLB until they are flushed.</summary>
    /// <param name="root">The kernel half's top-level table of the process.</param>
    /// <param name="start">The range's first page.</param>
    public void UnmapInUserHalf(PhysicalAddress root, VirtualAddress start)
    {
        var range = _ranges.Find(range => range.Start == start)!;
        for (var offset = 0L; offset < (long)range.Pages * KernelLayout.PageSize; offset += KernelLayout.PageSize)
        {
            _memory.Write(_tables.EntryOf(root + KernelLayout.PageSize, start + offset), 0UL);
        }
    }

    /// <summary>
    /// Maps a page of a process's own, at an address around which nothing is mapped: its 512 GiB get tables that no other process has, and that both halves use, as those of
    /// user programs do.
    /// </summary>
    /// <param name="root">The kernel half's top-level table of the process.</param>
    /// <param name="page">The page.</param>
    /// <param name="frame">Its frame.</param>
    /// <returns>The place of the entry that maps the page.</returns>
    public PhysicalAddress MapOwn(PhysicalAddress root, VirtualAddress page, PhysicalAddress frame)
    {
        _tables.Map(root, page, frame, UserPage);
        if (_userRoot is not null)
        {
            var (kernel, user) = (_tables.EntryOf(root, page, TopShift), _tables.EntryOf(root + KernelLayout.PageSize, page, TopShift));
            _memory.Write(user, _memory.Read<ulong>(kernel));
            _memory.Write(kernel, _memory.Read<ulong>(kernel) | PageTableBits.NoExecute);
        }

        return _tables.EntryOf(root, page);
    }

    /// <summary>Lets an entry that maps a user page name another frame. Translations stay in the TLB until they are flushed.</summary>
    /// <param name="entry">What <see cref="MapOwn"/> returned.</param>
    /// <param name="frame">The frame.</param>
    public void MapAnew(PhysicalAddress entry, PhysicalAddress frame) => _memory.Write(entry, frame.Value | UserPage);

    /// <summary>An address in the lower half around which nothing is mapped.</summary>
    /// <param name="root">The kernel half's top-level table of a process.</param>
    public VirtualAddress FindFree(PhysicalAddress root)
    {
        var slot = 255UL;
        while ((_memory.Read<ulong>(root + (long)(slot * sizeof(ulong))) & PageTableBits.Present) != 0)
        {
            slot--;
        }

        return slot << TopShift;
    }

    /// <summary>Maps all of physical memory, in the kernel half, with 2 MiB pages.</summary>
    public void MapDirect(VirtualAddress start)
    {
        var range = new MappedRange(
            "direct map", start, _memory.Size / KernelLayout.PageSize, 0, Writable: true, Executable: false, MappedIn.Kernel, Global: _userRoot is null);
        Add(range);
        for (var offset = 0L; offset < _memory.Size; offset += 1 << LargePageShift)
        {
            _tables.Map(Root, start + offset, (ulong)offset, Leaf(range), LargePageShift);
        }
    }

    /// <summary>
    /// Maps one page read-only at every multiple of 64 KiB in the 4 GiB from an address, as Linux does for espfix: one page table serves each 2 MiB, one
    /// page directory each GiB.
    /// </summary>
    public void MapAliases(string name, VirtualAddress start)
    {
        var range = Map(name, start, 1, MappedIn.Both);
        for (var offset = AliasStep; offset < 1L << LargePageShift; offset += AliasStep)
        {
            _tables.Map(Root, start + offset, range.Frame, Leaf(range));
        }

        Repeat(LargePageShift, 512);
        Repeat(HugePageShift, 4);

        void Repeat(int shift, int count)
        {
            var first = _tables.EntryOf(Root, start, shift);
            for (var i = 1; i < count; i++)
            {
                _memory.Write(first + i * 8, _memory.Read<ulong>(first));
            }
        }
    }

    /// <summary>Writes a value to mapped memory, whatever the page tables allow.</summary>
    /// <exception cref="ArgumentException">The address is not mapped.</exception>
    public void Write<T>(VirtualAddress address, T value)
        where T : unmanaged => _memory.Write(Translate(address), value);

    /// <summary>Writes bytes to mapped memory, whatever the page tables allow.</summary>
    /// <exception cref="ArgumentException">The address is not mapped.</exception>
    public void Write(VirtualAddress address, ReadOnlySpan<byte> bytes) => _memory.Write(Translate(address), bytes);

    /// <summary>The frame and offset an address is mapped to, whatever the page tables allow.</summary>
    /// <exception cref="ArgumentException">The address is not mapped.</exception>
    public PhysicalAddress Translate(VirtualAddress address) =>
        _ranges.Find(range => range.Start.Value <= address.Value && address.Value < range.End.Value) is { } range
            ? range.Frame + (long)(address.Value - range.Start.Value)
            : throw new ArgumentException($"Address {address} is not mapped by the kernel environment.");

    private void Add(MappedRange range)
    {
        if (_ranges.Find(other => other.Start.Value < range.End.Value && range.Start.Value < other.End.Value) is { } taken)
        {
            throw new ArgumentException(
                $"'{range.Name}' at {range.Start} overlaps '{taken.Name}' at {taken.Start}. Give one of them another place in KernelOptions.Layout.");
        }

        _ranges.Add(range);
    }

    private static ulong Leaf(MappedRange range) =>
        PageTableBits.Present | PageTableBits.Accessed | PageTableBits.Dirty
        | (range.Writable ? PageTableBits.Writable : 0)
        | (range.Executable ? 0 : PageTableBits.NoExecute)
        | (range.Global ? PageTableBits.Global : 0)
        | (range.In == MappedIn.UserProgram ? PageTableBits.User : 0);
}
