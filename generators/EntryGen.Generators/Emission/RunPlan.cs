using System.Text;
using EntryGen.Asm;
using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission;

/// <summary>Divides the code into blocks and the blocks into methods, small enough for the JIT to optimize (DESIGN section 4).</summary>
internal sealed class RunPlan
{
    /// <summary>Instructions that a method may have unless they are long.</summary>
    public const int MostInstructions = 256;

    private const int InstructionsPerBlock = 96;

    private readonly UnitContext _unit;
    private readonly int _instructionsPerChunk;
    private readonly Dictionary<CodeItem, RunBlock> _blockAt = [];
    private readonly HashSet<string> _labels = new(StringComparer.Ordinal) { "leave", "lookup" };

    /// <summary>Plans a unit.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="instructions">How many instructions a method may have.</param>
    public RunPlan(UnitContext unit, int instructions)
    {
        _unit = unit;
        _instructionsPerChunk = instructions;
        Blocks = BuildBlocks();
        FindSuccessors();
        AssignChunks();
        FindResumable();
    }

    /// <summary>All blocks in layout order.</summary>
    public IReadOnlyList<RunBlock> Blocks { get; }

    /// <summary>Number of methods.</summary>
    public int Chunks { get; private set; }

    /// <summary>The block that starts at an item; null when <c>Run</c> leaves it to <c>Step</c>.</summary>
    public RunBlock? BlockAt(CodeItem? item) => item is not null && _blockAt.TryGetValue(item, out var block) ? block : null;

    private List<RunBlock> BuildBlocks()
    {
        var names = Names();
        var blocks = new List<RunBlock>();
        List<Instruction>? open = null;
        CodeItem? previous = null;
        foreach (var item in _unit.Program.Items)
        {
            if (open is not null && (StartsBlock(item, previous!) || open.Count == Math.Min(InstructionsPerBlock, _instructionsPerChunk)))
            {
                Close();
            }

            if (item is AlternativeSite site)
            {
                Add(new RunBlock { Instructions = [], Site = site, Order = blocks.Count, Label = Label(site, names) });
            }
            else if (item is Instruction instruction && !UnitContext.IsOnlyInStep(instruction))
            {
                (open ??= []).Add(instruction);
                if (instruction.Info.ControlFlow != ControlFlow.Sequential)
                {
                    Close();
                }
            }

            previous = item;
        }

        Close();
        return blocks;

        void Close()
        {
            if (open is not null)
            {
                Add(new RunBlock { Instructions = open, Order = blocks.Count, Label = Label(open[0], names) });
                open = null;
            }
        }

        void Add(RunBlock block)
        {
            blocks.Add(block);
            _blockAt.Add(block.First, block);
        }
    }

    private bool StartsBlock(CodeItem item, CodeItem previous) =>
        item is not Instruction instruction
        || UnitContext.IsOnlyInStep(instruction)
        || !ReferenceEquals(previous.Next, item)
        || _unit.Flow.IsLeader(item)
        || _unit.IsEntry(item)
        || !SamePage(previous.Address, item.Address);

    /// <summary>Whether two addresses lie in one page, so that a fetch from the second needs no check after the first.</summary>
    public static bool SamePage(ulong a, ulong b) => a >> 12 == b >> 12;

    private void FindSuccessors()
    {
        foreach (var block in Blocks)
        {
            if (block.Site is { } site)
            {
                foreach (var choice in site.Choices)
                {
                    AddSuccessor(block, choice.Target);
                }

                AddSuccessor(block, site.Original);
                continue;
            }

            var last = block.Last!;
            AddSuccessor(block, last.Target?.Item);
            if (last.Info.ControlFlow is ControlFlow.Sequential or ControlFlow.ConditionalJump)
            {
                AddSuccessor(block, last.Next);
            }
        }
    }

    private void AddSuccessor(RunBlock block, CodeItem? item)
    {
        if (BlockAt(item) is { } successor)
        {
            block.Successors.Add(successor);
        }
    }

    private void AssignChunks()
    {
        var instructions = 0;
        foreach (var block in Blocks)
        {
            if (instructions > 0 && instructions + block.Instructions.Count > _instructionsPerChunk)
            {
                Chunks++;
                instructions = 0;
            }

            block.Chunk = Chunks;
            instructions += Math.Max(1, block.Instructions.Count);
        }

        Chunks = Blocks.Count == 0 ? 0 : Chunks + 1;
    }

    // A block that has one predecessor, before it in the same method, goes on with what is known there. All others are labels.
    private void FindResumable()
    {
        var incoming = new int[Blocks.Count];
        foreach (var block in Blocks)
        {
            foreach (var successor in block.Successors)
            {
                incoming[successor.Order]++;
                successor.IsResumable |= successor.Chunk != block.Chunk || successor.Order <= block.Order
                    || !SamePage((block.Last ?? block.First).Address, successor.First.Address);
            }
        }

        foreach (var block in Blocks)
        {
            block.IsResumable |= incoming[block.Order] != 1 || _unit.IsEntry(block.First) || _unit.Flow.IsAddressTaken(block.First);
        }

        foreach (var instruction in _unit.Program.Items.OfType<Instruction>())
        {
            Resume(instruction.ExceptionHandler?.Handler);
            if (instruction.Info.ControlFlow == ControlFlow.Call)
            {
                Resume(instruction.Next);
            }

            if (UnitContext.IsOnlyInStep(instruction))
            {
                Resume(instruction.Next);
                Resume(instruction.Target?.Item);
            }
        }

        var entries = new int[Chunks];
        foreach (var block in Blocks)
        {
            if (block.IsResumable)
            {
                block.Entry = entries[block.Chunk]++;
            }
        }
    }

    private void Resume(CodeItem? item)
    {
        if (BlockAt(item) is { } block)
        {
            block.IsResumable = true;
        }
    }

    // Labels are named after symbols, those that the assembler would keep before local ones.
    private Dictionary<CodeItem, string> Names()
    {
        var names = new Dictionary<CodeItem, string>();
        foreach (var symbol in _unit.Program.Symbols.Values
            .OrderBy(symbol => symbol.Name.StartsWith(".L", StringComparison.Ordinal))
            .ThenBy(symbol => symbol.Name, StringComparer.Ordinal))
        {
            if (symbol.Item is { } item && !names.ContainsKey(item))
            {
                names.Add(item, symbol.Name);
            }
        }

        return names;
    }

    private string Label(CodeItem item, Dictionary<CodeItem, string> names)
    {
        var text = new StringBuilder();
        if (names.TryGetValue(item, out var name))
        {
            foreach (var character in name.TrimStart('.'))
            {
                text.Append(char.IsLetterOrDigit(character) && character < 128 ? character : '_');
            }
        }

        if (text.Length == 0 || char.IsDigit(text[0]))
        {
            text.Insert(0, item is AlternativeSite ? "alternative" : "block");
            text.Append('_').Append(item.Index);
        }

        var label = Microsoft.CodeAnalysis.CSharp.SyntaxFacts.GetKeywordKind(text.ToString()) == 0 ? text.ToString() : text.Append('_').ToString();
        return NewLabel(label, item.Index);
    }

    /// <summary>A label that is not taken.</summary>
    /// <param name="wish">What it should be like.</param>
    /// <param name="number">Put behind it as often as it is taken.</param>
    public string NewLabel(string wish, int number = 2)
    {
        while (!_labels.Add(wish))
        {
            wish += "_" + number;
        }

        return wish;
    }
}
