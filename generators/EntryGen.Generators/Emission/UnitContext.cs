using EntryGen.Asm;
using EntryGen.Asm.Flow;
using EntryGen.Generators.Emission.Semantics;

namespace EntryGen.Generators.Emission;

/// <summary>What every part of one unit's emission looks up, and what it collects.</summary>
internal sealed class UnitContext
{
    private readonly SortedDictionary<string, FlagRule> _flagFunctions = new(StringComparer.Ordinal);
    private readonly HashSet<CodeItem> _entries = [];

    public UnitContext(Program program, EmissionTarget target)
    {
        Program = program;
        Target = target;
        Flow = FlowGraph.Create(program);
        Poison = PoisonFlow.Create(Flow);
        foreach (var entry in target.Entries)
        {
            if (program.Symbols.TryGetValue(entry.Symbol, out var symbol) && symbol.Item is { } item)
            {
                _entries.Add(item);
            }
        }
    }

    /// <summary>The code.</summary>
    public Program Program { get; }

    /// <summary>The class it is written for.</summary>
    public EmissionTarget Target { get; }

    /// <summary>Where each item can go.</summary>
    public FlowGraph Flow { get; }

    /// <summary>Where registers may be undefined.</summary>
    public PoisonFlow Poison { get; }

    /// <summary>Flag functions that were used, by name.</summary>
    public IEnumerable<FlagRule> FlagFunctions => _flagFunctions.Values;

    /// <summary>The address of what follows an instruction.</summary>
    public static ulong AddressAfter(Instruction instruction) => instruction.Next?.Address ?? instruction.Address + (ulong)instruction.Section.InstructionSize;

    /// <summary>Whether execution may start at an item.</summary>
    public bool IsEntry(CodeItem item) => _entries.Contains(item);

    /// <summary>Whether <c>Run</c> leaves an instruction to <c>Step</c>.</summary>
    public static bool IsOnlyInStep(Instruction instruction) => SemanticsTable.Find(instruction.Info.Op) is not { } semantic || semantic.OnlyInStep(instruction);

    /// <summary>An expression that gives RFLAGS its new value by a rule: a call, or the value when a register was cleared.</summary>
    public string CallFlagFunction(FlagRule rule, string flags, IEnumerable<string> inputs)
    {
        var arguments = string.Join(", ", inputs);
        if (rule.OfZero is { } set && arguments == Value.Number(0))
        {
            return $"({flags} & ~{Value.Number((ulong)rule.Mask)} | {Value.Number((ulong)set)})";
        }

        _flagFunctions[rule.Name] = rule;
        return $"{rule.Name}({flags}, {arguments})";
    }

    /// <summary>Registers to compare with their poison before an instruction, by encoding number.</summary>
    public IEnumerable<int> SuspectUses(Instruction instruction)
    {
        var suspects = Poison.SuspectUses(instruction);
        for (var number = 0; suspects >> number != 0; number++)
        {
            if ((suspects >> number & 1) != 0)
            {
                yield return number;
            }
        }
    }

    /// <summary>What an undefined register holds.</summary>
    public static string PoisonOf(int register) => Value.Number(0xBAD0_C0DE_0000_0000 + (ulong)register);
}
