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
    private readonly KernelImage _image;
    private readonly KernelVariables _variables;
    private readonly ulong[] _perCpuBases;
    private MachineSnapshot? _initial;

    private KernelEnvironment(EntryUnit unit, KernelOptions options, Machine machine, KernelImage image)
    {
        Unit = unit;
        Options = options;
        Machine = machine;
        _image = image;
        _variables = new KernelVariables(unit, options, image.Space);
        _perCpuBases = [.. Enumerable.Range(0, options.Processors).Select(cpu => LayoutOf(cpu, 0).PerCpuBase.Value)];
        Stacks = new StackMap(options);
        KernelCr3 = Cr3Of(0, 0, Side.Kernel);
        UserCr3 = Cr3Of(0, 0, Side.User);
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
    public IReadOnlyList<MappedRange> Mappings => _image.Space.Ranges;

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
        if (options.Error is { } error)
        {
            throw new ArgumentException(error, nameof(options));
        }

        var features = options.Pti ? options.Features : options.Features.Without("PTI");
        var machine = new Machine(features.With("ALWAYS"), options.MemorySize);
        var image = KernelImage.Build(unit, options, machine.Memory);
        var environment = new KernelEnvironment(unit, options, machine, image);
        machine.PerCpuBase = options.Layout.PerCpuBase;
        machine.HostPageTable = image.Space.Root;
        environment.Boot(0);
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

    /// <summary>CR3 while a task is on a CPU.</summary>
    /// <param name="cpu">The CPU, counted from 0.</param>
    /// <param name="task">The task, counted from 0.</param>
    /// <param name="half">Which half of the page tables; without page-table isolation there is one.</param>
    public ulong Cr3Of(int cpu, int task, Side half)
    {
        var process = Options.Tasks[task];
        var kernel = _image.Roots[process].Value | (Options.Pcid ? (ulong)Options.AsidOf(cpu, process) + 1 : 0);
        return half == Side.Kernel || !Options.Pti ? kernel : kernel | Cr3Bits.UserPageTable | (Options.Pcid ? Cr3Bits.UserPcid : 0);
    }

    /// <summary>The address space as a CPU and a task see it.</summary>
    /// <param name="cpu">The CPU, counted from 0.</param>
    /// <param name="task">The task, counted from 0.</param>
    public KernelLayout LayoutOf(int cpu, int task) => Layout.For(cpu, task);

    /// <summary>Whether a GS base is the kernel's on one of the CPUs.</summary>
    internal bool IsPerCpuBase(ulong gs) => Array.IndexOf(_perCpuBases, gs) >= 0;

    /// <summary>The kernel's GS base on a CPU.</summary>
    internal ulong PerCpuBaseOf(int cpu) => _perCpuBases[cpu];

    /// <summary>Makes the page tables of another process, which map the same.</summary>
    /// <returns>The physical address of the kernel half's top-level table.</returns>
    internal ulong AddProcess() => _image.Space.CloneRoots().Value;

    /// <summary>The page tables.</summary>
    internal AddressSpace Space => _image.Space;

    /// <summary>Puts the registers of a CPU into the machine, as they are once it is set up.</summary>
    /// <param name="cpu">The CPU, counted from 0.</param>
    internal void Boot(int cpu)
    {
        ProcessorState.Initialise(Machine, Unit, Options, LayoutOf(cpu, 0), _image.Tss[cpu]);
        LoadLdt();
    }

    /// <summary>Says in memory that a task is on a CPU: what <c>__switch_to</c> stores.</summary>
    /// <param name="cpu">The CPU, counted from 0.</param>
    /// <param name="task">The task, counted from 0.</param>
    internal void SwitchTo(int cpu, int task) => _variables.SwitchTo(LayoutOf(cpu, task), _image.Tss[cpu]);

    /// <summary>Takes the PTI stack of a task out of the user half of its process.</summary>
    /// <param name="task">The task, counted from 0.</param>
    internal void UnmapPtiStack(int task) => _image.Space.UnmapInUserHalf(_image.Roots[Options.Tasks[task]], LayoutOf(0, task).PtiStack);

    /// <summary>Points a gate of the IDT at an address.</summary>
    internal void SetGate(EntryPoint entry, VirtualAddress target) =>
        DescriptorTables.WriteGate(_image.Space, Layout, entry.Vector!.Value, target, entry.Ist, entry.UserCallable);

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
