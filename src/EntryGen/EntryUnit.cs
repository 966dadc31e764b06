using EntryGen.Emulation;

namespace EntryGen;

/// <summary>One form of a unit's code.</summary>
/// <param name="cpu">The processor.</param>
/// <returns>Why it stopped.</returns>
public delegate Stop UnitCode(ref Cpu cpu);

/// <summary>The model of a C function: arguments and result are in the registers of the System V ABI.</summary>
/// <param name="cpu">The processor; RSP points at the return address.</param>
public delegate void CFunction(ref Cpu cpu);

/// <summary>One assembly unit as generated: its code in two forms and what is known about its addresses.</summary>
public sealed class EntryUnit
{
    private readonly UnitCode _run;
    private readonly UnitCode _step;
    private readonly Lazy<UnitTables> _tables;

    /// <summary>Made by generated code.</summary>
    /// <param name="name">The unit's name.</param>
    /// <param name="run">Executes blocks.</param>
    /// <param name="step">Executes one instruction.</param>
    /// <param name="tables">The tables as text; docs/generated-code.md has the format. Parsed when first asked for.</param>
    /// <param name="functions">The models that the tables name by index.</param>
    public EntryUnit(string name, UnitCode run, UnitCode step, string tables, CFunction[] functions)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(functions);
        Name = name;
        _run = run;
        _step = step;
        Functions = functions;
        _tables = new Lazy<UnitTables>(() => UnitTables.Parse(name, tables));
    }

    /// <summary>The unit's name.</summary>
    public string Name { get; }

    /// <summary>The models written beside the assembly.</summary>
    public IReadOnlyList<CFunction> Functions { get; }

    /// <summary>Entries by name.</summary>
    public IReadOnlyDictionary<string, UnitEntry> Entries => _tables.Value.Entries;

    /// <summary>Addresses of all symbols defined in the unit.</summary>
    public IReadOnlyDictionary<string, ulong> Symbols => _tables.Value.Symbols;

    /// <summary>Symbols the code uses but does not define, by name.</summary>
    public IReadOnlyDictionary<string, UnitExternal> Externals => _tables.Value.Externals;

    /// <summary>Sections in address order.</summary>
    public IReadOnlyList<UnitSection> Sections => _tables.Value.Sections;

    /// <summary>Whether the user half of the page tables maps the stacks of tasks too.</summary>
    public bool UserMapsThreadStack => _tables.Value.UserMapsThreadStack;

    /// <summary>Names of the features that alternatives test; the index is the bit in <see cref="Cpu.FeatureMask"/>.</summary>
    public IReadOnlyList<string> Features => _tables.Value.Features;

    /// <summary>Absolute symbols.</summary>
    public IReadOnlyDictionary<string, long> Constants => _tables.Value.Constants;

    /// <summary>Instructions by address.</summary>
    public IReadOnlyDictionary<ulong, UnitInstruction> Instructions => _tables.Value.Instructions;

    /// <summary>The flags that instructions leave undefined, by the instruction's address; those that leave none are not there.</summary>
    public IReadOnlyDictionary<ulong, UnitUndefinedFlags> UndefinedFlags => _tables.Value.UndefinedFlags;

    /// <summary>Index into <see cref="Functions"/> by the C function's name.</summary>
    public IReadOnlyDictionary<string, int> FunctionIndex => _tables.Value.FunctionIndex;

    /// <summary>The exception table (<c>__ex_table</c>) by the address of the instruction that may fault.</summary>
    public IReadOnlyDictionary<ulong, UnitFixup> Fixups => _tables.Value.Fixups;

    /// <summary>Executes from RIP until control leaves the unit, an instruction faults or the budget ends.</summary>
    /// <param name="cpu">The processor.</param>
    public Stop Run(ref Cpu cpu) => _run(ref cpu);

    /// <summary>Executes the instruction, or the external function, at RIP.</summary>
    /// <param name="cpu">The processor.</param>
    public Stop Step(ref Cpu cpu) => _step(ref cpu);

    /// <summary>Where a symbol of the unit, or a C function that it calls, is.</summary>
    /// <param name="symbol">Its name.</param>
    /// <exception cref="ArgumentException">There is no such code.</exception>
    public VirtualAddress AddressOf(string symbol)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        return Symbols.TryGetValue(symbol, out var address) ? address
            : Externals.TryGetValue(symbol, out var external) && external.Kind == ExternalKind.Function ? external.Address
            : throw new ArgumentException($"Unit '{Name}' has no code named '{symbol}'. EntryUnit.Symbols and EntryUnit.Externals list the names.", nameof(symbol));
    }

    /// <summary>The external that an address lies in; null when there is none.</summary>
    /// <param name="address">A linear address.</param>
    public UnitExternal? FindExternal(ulong address) => _tables.Value.FindExternal(address);

    /// <summary>
    /// The symbol at or nearest before an address, of this unit or an external, with the distance; null outside of all sections and externals.
    /// </summary>
    /// <param name="address">A linear address.</param>
    /// <example><c>asm_exc_nmi+0x30</c></example>
    public UnitLocation? Locate(ulong address) => _tables.Value.Locate(address);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
