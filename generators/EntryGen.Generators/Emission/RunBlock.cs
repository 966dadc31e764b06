using EntryGen.Asm;

namespace EntryGen.Generators.Emission;

/// <summary>Code that <c>Run</c> executes in one go: instructions, or one alternative.</summary>
internal sealed class RunBlock
{
    /// <summary>The instructions; empty for an alternative.</summary>
    public required IReadOnlyList<Instruction> Instructions { get; init; }

    /// <summary>The alternative, if the block is one.</summary>
    public AlternativeSite? Site { get; init; }

    /// <summary>Position among all blocks, in layout order.</summary>
    public required int Order { get; init; }

    /// <summary>The name of its label.</summary>
    public required string Label { get; init; }

    /// <summary>The method it is in.</summary>
    public int Chunk { get; set; }

    /// <summary>Number among the labels of its method at which execution can start; -1 when it cannot.</summary>
    public int Entry { get; set; } = -1;

    /// <summary>Whether execution can start or come together here, so that everything is written down at its label.</summary>
    public bool IsResumable { get; set; }

    /// <summary>Where control can go inside the unit's blocks.</summary>
    public List<RunBlock> Successors { get; } = [];

    /// <summary>What is known when control comes from its only predecessor; null until that was written.</summary>
    public RunState? Inherited { get; set; }

    /// <summary>Where control enters.</summary>
    public CodeItem First => Site ?? (CodeItem)Instructions[0];

    /// <summary>The last instruction; null for an alternative.</summary>
    public Instruction? Last => Instructions.Count == 0 ? null : Instructions[Instructions.Count - 1];

    /// <summary>What the dispatcher calls it.</summary>
    public int Number => Chunk << 12 | Entry;
}
