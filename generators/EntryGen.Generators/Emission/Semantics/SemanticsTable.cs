using EntryGen.Asm;
using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission.Semantics;

/// <summary>What each operation does: the one definition from which both forms of execution are written.</summary>
internal static class SemanticsTable
{
    private static readonly Dictionary<Op, Semantic> Definitions = Build();

    /// <summary>The meaning of an operation; null for one that stops the machine as unmodelled.</summary>
    public static Semantic? Find(Op op) => Definitions.TryGetValue(op, out var semantic) ? semantic : null;

    /// <summary>Operations that are read and not modelled: running one stops with <c>StopKind.Unmodelled</c>. Those of the table are; what it does not know is not.</summary>
    public static IReadOnlyCollection<Op> Unmodelled { get; } = [Op.Unmodelled];

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
