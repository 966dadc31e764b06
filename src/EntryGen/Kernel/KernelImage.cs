using EntryGen.Emulation;

namespace EntryGen.Kernel;

/// <summary>Fills guest memory: page tables, stacks, descriptor tables, and the unit's code, variables and data.</summary>
internal sealed class KernelImage
{
    private readonly EntryUnit _unit;
    private readonly KernelOptions _options;
    private readonly KernelLayout _layout;

    private KernelImage(EntryUnit unit, KernelOptions options, PhysicalMemory memory)
    {
        _unit = unit;
        _options = options;
        _layout = options.Layout;
        Space = new AddressSpace(memory, options.Pti);
        Roots = [Space.Root];
        Tss = new VirtualAddress[options.Processors];
    }

    /// <summary>The address space of the first process.</summary>
    public AddressSpace Space { get; }

    /// <summary>The kernel half's top-level table of each process.</summary>
    public List<PhysicalAddress> Roots { get; }

    /// <summary>The linear address of each CPU's task state segment.</summary>
    public VirtualAddress[] Tss { get; }

    public static KernelImage Build(EntryUnit unit, KernelOptions options, PhysicalMemory memory)
    {
        var image = new KernelImage(unit, options, memory);
        image.MapUserProgram();
        image.MapUnit();
        image.MapKernelStacks();
        image.MapCpuEntryArea();
        image.Space.MapDirect(image._layout.DirectMap);
        image.AddProcesses();
        image.WriteTables();
        image.WriteInitialData();
        return image;
    }

    /// <summary>Where the gate of a vector leads: the unit's handler, or an address that says which vector has none.</summary>
    public static VirtualAddress Unhandled(KernelLayout layout, byte vector) => layout.OtherEntryText + vector * 16;

    /// <summary>The vector whose gate leads to an address, when the unit has no handler for it.</summary>
    public static byte? UnhandledVector(KernelLayout layout, VirtualAddress address) =>
        address.Value - layout.OtherEntryText.Value < 256 * 16 ? (byte)((address.Value - layout.OtherEntryText.Value) / 16) : null;

    private void MapUserProgram()
    {
        Space.Share(_layout.UserText, poisoned: true);
        Space.Share(_layout.UserStack, poisoned: true);
        Space.Map("user text", _layout.UserText, 1, MappedIn.UserProgram, executable: true);
        Space.Share(_layout.UserStack32, poisoned: true);
        Space.Map("32-bit user stack", _layout.UserStack32, _layout.UserStackSize / KernelLayout.PageSize, MappedIn.UserProgram, writable: true);
        Space.Map("user stack", _layout.UserStack, _layout.UserStackSize / KernelLayout.PageSize, MappedIn.UserProgram, writable: true);
    }

    private void MapUnit()
    {
        foreach (var pages in UnitPages.Static(_unit, _options.AlsoInUserHalf))
        {
            // What both halves map keeps its translations across the switch of CR3.
            var name = pages.Executable ? pages.UserMapped ? "entry text" : "text" : "data";
            Space.Map(name, pages.Start, pages.Pages, In(pages), pages.Writable, pages.Executable, global: pages.UserMapped && pages.Executable);
        }

        foreach (var layout in Processors)
        {
            var perCpu = UnitPages.PerCpu(_unit, layout.PerCpuBase, _options.AlsoInUserHalf).ToList();
            foreach (var pages in perCpu)
            {
                Space.Map("per-CPU variables", pages.Start, pages.Pages, In(pages), writable: true);
            }

            // The area starts with fixed_percpu_data, which code may use by offset alone (the compiler's stack canary at %gs:40).
            if (!perCpu.Exists(pages => pages.Contains(layout.PerCpuBase.Value)))
            {
                Space.Map("per-CPU variables", layout.PerCpuBase, 1, MappedIn.Kernel, writable: true);
            }
        }

        Space.Map("other entry text", _layout.OtherEntryText, 2, MappedIn.Both, executable: true, global: true);
        Space.Map("other text", _layout.KernelText, 1, MappedIn.Kernel, executable: true);

        static MappedIn In(UnitPages pages) => pages.UserMapped ? MappedIn.Both : MappedIn.Kernel;
    }

    private void MapKernelStacks()
    {
        var where = _unit.UserMapsThreadStack ? MappedIn.Both : MappedIn.Kernel;
        for (var task = 0; task < _options.Tasks.Count; task++)
        {
            var layout = _layout.For(0, task);
            Space.Map("thread stack", layout.ThreadStack, KernelLayout.ThreadStackSize / KernelLayout.PageSize, where, writable: true);
            if (_options.PtiStacks)
            {
                Space.Map("PTI stack", layout.PtiStack, KernelLayout.PtiStackSize / KernelLayout.PageSize, MappedIn.Kernel, writable: true);
            }
        }

        Space.Share(_layout.Espfix);
        Space.MapAliases("espfix", _layout.Espfix);
    }

    private void MapCpuEntryArea()
    {
        Space.Share(_layout.CpuEntryArea);
        Map("IDT", _layout.Idt, 1, writable: false);
        foreach (var layout in Processors)
        {
            Map("GDT", layout.Gdt, 1, writable: false);
            Map("entry stack", layout.EntryStack, KernelLayout.EntryStackSize / KernelLayout.PageSize, writable: true);
            foreach (var stack in layout.ExceptionStacks)
            {
                Map($"{stack.Name} stack", stack.Bottom, stack.Size / KernelLayout.PageSize, writable: true);
            }

            Tss[layout.Cpu - _layout.Cpu] = MapTss(layout);
        }

        Space.Share(_layout.Ldt);
        Space.Map("LDT", _layout.Ldt, 1, MappedIn.Both);

        void Map(string name, VirtualAddress start, int pages, bool writable, PhysicalAddress? frame = null) =>
            Space.Map(name, start, pages, MappedIn.Both, writable, global: true, frame: frame);
    }

    private IEnumerable<KernelLayout> Processors => Enumerable.Range(0, _options.Processors).Select(cpu => _layout.For(cpu, 0));

    /// <summary>
    /// The kernel half of all processes is the same, and so is what both halves map; of the PTI stacks the user half of a process maps those of its own tasks.
    /// </summary>
    private void AddProcesses()
    {
        while (Roots.Count < _options.Processes)
        {
            Roots.Add(Space.CloneRoots());
        }

        if (!_options.PtiStacks || !_options.AlsoInUserHalf.Contains(KernelOptions.PtiStackName))
        {
            return;
        }

        for (var task = 0; task < _options.Tasks.Count; task++)
        {
            Space.MapInUserHalf(Roots[_options.Tasks[task]], _layout.For(0, task).PtiStack);
        }
    }

    /// <summary>The processor reads the TSS through a read-only alias of the page that holds the per-CPU variable.</summary>
    /// <returns>Its linear address.</returns>
    private VirtualAddress MapTss(KernelLayout layout)
    {
        if (_unit.Externals.GetValueOrDefault(KernelVariables.Tss) is not { Kind: ExternalKind.PerCpu } variable)
        {
            Space.Map("TSS", layout.Tss, 1, MappedIn.Both, global: true);
            return layout.Tss;
        }

        var address = layout.PerCpuBase + (long)variable.Address;
        var last = address + ((long)Math.Max(variable.Size, DescriptorTables.TssSize) - 1);
        var pages = Math.Min(KernelLayout.TssPages, (int)(last.Page.Value - address.Page.Value) / KernelLayout.PageSize + 1);
        Space.Map("TSS", layout.Tss, pages, MappedIn.Both, global: true, frame: Space.Translate(address.Page));
        return layout.Tss + address.PageOffset;
    }

    private void WriteTables()
    {
        DescriptorTables.WriteLdt(Space, _layout);
        for (var cpu = 0; cpu < _options.Processors; cpu++)
        {
            var layout = _layout.For(cpu, _options.FirstTaskOn(cpu) ?? 0);
            DescriptorTables.WriteGdt(Space, layout, Tss[cpu]);
            DescriptorTables.WriteTss(Space, layout, Tss[cpu]);
        }

        for (var vector = 0; vector < 256; vector++)
        {
            DescriptorTables.WriteGate(Space, _layout, (byte)vector, Unhandled(_layout, (byte)vector), ist: 0, userCallable: false);
        }

        foreach (var entry in KnownEntries.All)
        {
            if (entry is { InIdt: true, Vector: { } vector } && _unit.Symbols.TryGetValue(entry.Symbol, out var target))
            {
                DescriptorTables.WriteGate(Space, _layout, vector, target, entry.Ist, entry.UserCallable);
            }
        }
    }

    private void WriteInitialData()
    {
        foreach (var section in _unit.Sections)
        {
            if (section.Data.Length > 0)
            {
                Space.Write(section.Address, section.Data.Span);
            }
        }

        var variables = new KernelVariables(_unit, _options, Space);
        for (var cpu = 0; cpu < _options.Processors; cpu++)
        {
            variables.Write(_layout.For(cpu, 0));
            variables.SwitchTo(_layout.For(cpu, _options.FirstTaskOn(cpu) ?? 0), Tss[cpu]);
        }
    }
}
