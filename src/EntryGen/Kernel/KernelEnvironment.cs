using EntryGen.Emulation;
using EntryGen.Kernel.CFunctions;

namespace EntryGen.Kernel;

/// <summary>
/// A unit of entry code with the kernel around it, ready to run: a machine whose memory holds page tables, stacks, descriptor tables and variables as
/// Linux sets them up for CPU 0 and one process, and models of the C functions that entry code calls.
/// </summary>
/// <example>
/// <code>
/// var environment = KernelEnvironment.Create(Paranoid.EntryUnit, new KernelOptions());
/// var activation = environment.Start("asm_exc_nmi", StartState.Kernel);
/// </code>
/// </example>
public sealed class KernelEnvironment
{
    private readonly AddressSpace _space;
    private MachineSnapshot? _initial;

    private KernelEnvironment(EntryUnit unit, KernelOptions options, Machine machine, KernelImage image)
    {
        Unit = unit;
        Options = options;
        Machine = machine;
        _space = image.Space;
        Stacks = new StackMap(options.Layout);

        var kernelPcid = options.Pcid ? (ulong)options.Asid + 1 : 0;
        KernelCr3 = _space.Root.Value | kernelPcid;
        UserCr3 = KernelCr3 | (options.Pti ? Cr3Bits.UserPageTable | (options.Pcid ? Cr3Bits.UserPcid : 0) : 0);
    }

    /// <summary>The entry code.</summary>
    public EntryUnit Unit { get; }

    /// <summary>What the environment was made for.</summary>
    public KernelOptions Options { get; }

    /// <summary>The addresses.</summary>
    public KernelLayout Layout => Options.Layout;

    /// <summary>The machine.</summary>
    public Machine Machine { get; }

    /// <summary>The stacks.</summary>
    public StackMap Stacks { get; }

    /// <summary>Everything that is mapped, in the order in which it was.</summary>
    public IReadOnlyList<MappedRange> Mappings => _space.Ranges;

    /// <summary>CR3 while the kernel runs.</summary>
    public ulong KernelCr3 { get; }

    /// <summary>CR3 while the user program runs; <see cref="KernelCr3"/> without page-table isolation.</summary>
    public ulong UserCr3 { get; }

    /// <summary>What the GS base holds while the user program runs.</summary>
    public ulong UserGsBase => InterruptedContext.UserGsBase;

    /// <summary>IA32_SPEC_CTRL while the kernel runs: IBRS is set when the kernel uses it.</summary>
    internal ulong KernelSpecCtrl => Options.Features.Contains("KERNEL_IBRS") ? 1ul : 0;

    /// <summary>Sets up memory, processor and models for a unit.</summary>
    /// <param name="unit">The entry code.</param>
    /// <param name="options">What the environment is to be like; null takes the defaults.</param>
    /// <exception cref="ArgumentException">Two things lie at the same addresses, or an option is out of range.</exception>
    public static KernelEnvironment Create(EntryUnit unit, KernelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(unit);
        options ??= new KernelOptions();
        if (options.Asid is < 0 or >= KernelOptions.AsidCount)
        {
            throw new ArgumentException($"An ASID is a number from 0 to {KernelOptions.AsidCount - 1}, not {options.Asid}.", nameof(options));
        }

        var features = options.Pti ? options.Features : options.Features.Without("PTI");
        var machine = new Machine(features.With("ALWAYS"), options.MemorySize);
        var image = KernelImage.Build(unit, options, machine.Memory);
        var environment = new KernelEnvironment(unit, options, machine, image);
        ProcessorState.Initialise(machine, unit, options, image.Tss);
        machine.PerCpuBase = options.Layout.PerCpuBase;
        machine.HostPageTable = image.Space.Root;
        environment.LoadLdt();
        environment.InstallModels();
        InterruptedContext.Enter(environment, StartState.User, compatibilityMode: false);
        environment._initial = machine.Snapshot();
        return environment;
    }

    /// <summary>Puts the machine where an event finds it and lets the event happen: afterwards RIP is at the entry's first instruction.</summary>
    /// <remarks>Memory and TLB stay as an earlier entry left them, as on a running system; <see cref="Reset"/> undoes that.</remarks>
    /// <param name="symbol">The entry. A symbol that is no entry is called, with the address of the interrupted code as return address.</param>
    /// <param name="start">What the event finds; null: user code.</param>
    /// <returns>The entry's activation; its <see cref="Activation.Delivery"/> is not <see cref="StopKind.None"/> when the event could not be
    /// delivered.</returns>
    /// <exception cref="ArgumentException">The unit has no such symbol, or the event cannot happen in the state.</exception>
    public Activation Start(string symbol, StartState? start = null)
    {
        var (entry, address) = Find(symbol);
        start ??= StartState.User;
        if (entry.ReasonAgainst(start) is { } reason)
        {
            throw new ArgumentException(reason, nameof(start));
        }

        InterruptedContext.Enter(this, start, start.From == Side.User && (entry.FromCompatibilityMode || start.On16BitStack));
        Machine.Budget = Options.Budget;
        return EntryDelivery.Deliver(this, entry, address, start);
    }

    /// <summary>Puts registers, memory and TLB back to what they were when the environment was created.</summary>
    public void Reset() => Machine.Restore(_initial!);

    /// <summary>How a symbol of the unit is reached.</summary>
    /// <param name="symbol">The symbol.</param>
    /// <exception cref="ArgumentException">The unit has no such symbol.</exception>
    public EntryPoint EntryPoint(string symbol) => Find(symbol).Entry;

    /// <summary>Makes the page tables of another process, which map the same.</summary>
    /// <returns>The physical address of the kernel half's top-level table.</returns>
    internal ulong AddProcess() => _space.CloneRoots().Value;

    /// <summary>Points a gate of the IDT at an address.</summary>
    internal void SetGate(EntryPoint entry, VirtualAddress target) =>
        DescriptorTables.WriteGate(_space, Layout, entry.Vector!.Value, target, entry.Ist, entry.UserCallable);

    private (EntryPoint Entry, VirtualAddress Address) Find(string symbol)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        if (Unit.Entries.TryGetValue(symbol, out var declared))
        {
            return (KnownEntries.Resolve(symbol, declared.Kind, declared.Vector), declared.Address);
        }

        return Unit.Symbols.TryGetValue(symbol, out var address)
            ? (KnownEntries.Resolve(symbol, EntryKind.Call), address)
            : throw new ArgumentException($"Unit '{Unit}' has no symbol '{symbol}'.", nameof(symbol));
    }

    private void LoadLdt()
    {
        Machine[Reg.Cs] = Selectors.KernelCode;
        Machine[Reg.Cr3] = KernelCr3;
        var cpu = Machine.Cpu;
        if (!cpu.Lldt(Selectors.Ldt))
        {
            throw new InvalidOperationException($"The processor refuses the LDT: {cpu.Fault()}.");
        }
    }

    private void InstallModels()
    {
        var context = new KernelContext(Unit, Layout, Stacks);
        foreach (var name in Unit.Externals.Keys)
        {
            if ((Options.Functions.GetValueOrDefault(name) ?? KernelFunctions.Find(name, context)) is { } model)
            {
                Machine.CFunctions[name] = model;
            }
        }
    }
}
