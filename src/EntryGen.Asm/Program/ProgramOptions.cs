namespace EntryGen.Asm;

/// <summary>What the Program is to contain beside what the assembly says.</summary>
public sealed record ProgramOptions
{
    /// <summary>Symbols at which execution may start: only what they reach is kept. Null keeps everything.</summary>
    public IReadOnlyList<string>? EntrySymbols { get; init; }

    /// <summary>Per-CPU variables whose place the user gives; others get one by <see cref="KernelSymbols"/> and the layout.</summary>
    public IReadOnlyList<PerCpuVariable> PerCpu { get; init; } = [];

    /// <summary>Whether the user half of the page tables maps the stacks of tasks too.</summary>
    public bool UserMapsThreadStack { get; init; }

    /// <summary>Constants for <see cref="Program.Constants"/> beside those of asm-offsets.h.</summary>
    public IReadOnlyDictionary<string, long> Constants { get; init; } = new Dictionary<string, long>();

    /// <summary>Errors, and warnings, that are listed; one more says that there are more.</summary>
    public int MaxDiagnostics { get; init; } = 100;
}

/// <summary>The place of a per-CPU variable.</summary>
/// <param name="Name">Its symbol.</param>
/// <param name="Offset">Offset in bytes from the per-CPU base; null lets the layout choose.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="UserMapped">Whether the user half of the page tables maps it.</param>
public sealed record PerCpuVariable(string Name, ulong? Offset, int Size, bool UserMapped);

/// <summary>A Program and what is wrong with the assembly it was made from.</summary>
/// <param name="Program">The Program; complete but for what the diagnostics name.</param>
/// <param name="Diagnostics">Errors of this stage, in reading order; those of earlier stages are in their own results.</param>
public sealed record ProgramResult(Program Program, IReadOnlyList<Diagnostics.AsmDiagnostic> Diagnostics);
