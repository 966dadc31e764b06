using EntryGen.Asm;
using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission.Semantics;

/// <summary>What each operation does: the one definition from which both forms of execution are written.</summary>
internal static class SemanticsTable
{
    private static readonly Dictionary<Op, Semantic> Definitions = Build();

    /// <summary>The meaning of an operation; null for one that stops the machine as unmodelled.</summary>
    public static Semantic? Find(Op op) => Definitions.TryGetValue(op, out var semantic) ? semantic : null;

    /// <summary>The meaning of an instruction; null for one that stops the machine as unmodelled: IRET to frames of 16 or 32 bits is, as nobody in 64-bit mode makes them.</summary>
    public static Semantic? Find(Instruction instruction) => instruction is { Info.Op: Op.Iret, Width: not 8 } ? null : Find(instruction.Info.Op);

    /// <summary>Operations that are read and not modelled: running one stops with <c>StopKind.Unmodelled</c>.</summary>
    public static IReadOnlyCollection<Op> Unmodelled { get; } =
    [
        Op.Unmodelled,
        // Far transfers through descriptors, and the return that goes with SYSENTER.
        Op.FarJmp, Op.FarCall, Op.FarRet, Op.Sysexit,
        // Descriptor-table and task registers.
        Op.Lar, Op.Str, Op.Ltr, Op.Sgdt, Op.Lgdt, Op.Sidt, Op.Lidt, Op.Smsw, Op.Lmsw, Op.Clts, Op.Verr,
        // Caches, ports, counters and what identifies the processor.
        Op.Invd, Op.Wbinvd, Op.In, Op.Out, Op.Cpuid, Op.Rdtsc, Op.Rdtscp, Op.Rdpmc, Op.Rdpkru, Op.Wrpkru, Op.Xgetbv, Op.Xsetbv,
    ];

    private static Dictionary<Op, Semantic> Build()
    {
        var table = new Dictionary<Op, Semantic>();
        DataMovement.AddTo(table);
        StringOperations.AddTo(table);
        Arithmetic.AddTo(table);
        Multiplication.AddTo(table);
        Bits.AddTo(table);
        Shifts.AddTo(table);
        ControlTransfers.AddTo(table);
        StackOperations.AddTo(table);
        SystemOperations.AddTo(table);
        return table;
    }
}

/// <summary>One operation's meaning.</summary>
/// <param name="Write">Writes it.</param>
/// <param name="OnlyInStep">Whether <c>Run</c> leaves it to <c>Step</c>: what is rare, changes more state than locals hold, or delays events by an instruction.</param>
internal sealed record Semantic(Action<Translation> Write, Func<Instruction, bool> OnlyInStep);

/// <summary>Shorthand for definitions.</summary>
internal static class SemanticDefinitions
{
    /// <summary>Defines an operation.</summary>
    public static void Add(this Dictionary<Op, Semantic> table, Op op, Action<Translation> write) => table.Add(op, new Semantic(write, static _ => false));

    /// <summary>Defines an operation that <c>Run</c> leaves to <c>Step</c>.</summary>
    public static void AddForStep(this Dictionary<Op, Semantic> table, Op op, Action<Translation> write) => table.Add(op, new Semantic(write, static _ => true));
}
