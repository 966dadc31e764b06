using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow;

/// <summary>The control flow of a Program: where each item can go, and the basic blocks that follow from it.</summary>
/// <remarks>
/// Calls into the Program have an edge to the target and none to the next instruction: that one is reached from the returns of the called
/// code, which <see cref="CallGraph"/> pairs with it. A call of an external function goes on behind the call.
/// </remarks>
public sealed class FlowGraph
{
    private readonly CodeItem[][] _successors;
    private readonly CodeItem[][] _predecessors;
    private readonly bool[] _leaders;
    private readonly bool[] _addressTaken;
    private readonly BasicBlock?[] _blockAt;

    private FlowGraph(Program program, CancellationToken cancellation)
    {
        var point = new CancellationPoint(cancellation);
        Program = program;
        var count = program.Items.Count;
        Calls = new CallGraph(program, point);
        _successors = new CodeItem[count][];
        foreach (var item in program.Items)
        {
            point.Pass();
            _successors[item.Index] = [.. FindSuccessors(item).Distinct()];
        }

        _predecessors = Invert(program, _successors);
        _addressTaken = FindAddressTaken(program, Calls.Unpaired);
        cancellation.ThrowIfCancellationRequested();
        _leaders = FindLeaders(program);
        _blockAt = new BasicBlock?[count];
        Blocks = BuildBlocks();
    }

    /// <summary>The Program.</summary>
    public Program Program { get; }

    /// <summary>Which returns go behind which calls.</summary>
    public CallGraph Calls { get; }

    /// <summary>The blocks in layout order.</summary>
    public IReadOnlyList<BasicBlock> Blocks { get; }

    /// <summary>Analyzes a Program.</summary>
    /// <param name="program">The Program.</param>
    /// <param name="cancellation">Ends it.</param>
    public static FlowGraph Create(Program program, CancellationToken cancellation = default) => new(program, cancellation);

    /// <summary>The items that can run after an item, those reached by an exception included.</summary>
    public IReadOnlyList<CodeItem> Successors(CodeItem item) => _successors[item.Index];

    /// <summary>The items after which an item can run.</summary>
    public IReadOnlyList<CodeItem> Predecessors(CodeItem item) => _predecessors[item.Index];

    /// <summary>Whether a block starts at an item.</summary>
    public bool IsLeader(CodeItem item) => _leaders[item.Index];

    /// <summary>Whether an item's address is used as a value, so that control may come from anywhere (<c>$repeat_nmi</c> in a saved frame).</summary>
    public bool IsAddressTaken(CodeItem item) => _addressTaken[item.Index];

    /// <summary>The block that starts at an item, or null.</summary>
    public BasicBlock? BlockAt(CodeItem item) => _blockAt[item.Index];

    private IEnumerable<CodeItem> FindSuccessors(CodeItem item)
    {
        if (item is AlternativeSite site)
        {
            yield return site.Original;
            foreach (var choice in site.Choices)
            {
                yield return choice.Target;
            }

            yield break;
        }

        var instruction = (Instruction)item;
        if (instruction.Target?.Item is { } target)
        {
            yield return target;
        }

        if (instruction.Next is { } next && !Calls.IsInternalCall(instruction))
        {
            yield return next;
        }

        foreach (var continuation in Calls.ReturnTargets(instruction))
        {
            yield return continuation;
        }

        if (instruction.ExceptionHandler is { } edge)
        {
            yield return edge.Handler;
        }
    }

    private static CodeItem[][] Invert(Program program, CodeItem[][] successors)
    {
        var lists = new List<CodeItem>[successors.Length];
        for (var i = 0; i < lists.Length; i++)
        {
            lists[i] = [];
        }

        foreach (var item in program.Items)
        {
            foreach (var successor in successors[item.Index])
            {
                lists[successor.Index].Add(item);
            }
        }

        return [.. lists.Select(list => list.ToArray())];
    }

    private static bool[] FindAddressTaken(Program program, IReadOnlyList<CodeItem> unpaired)
    {
        var byAddress = new Dictionary<ulong, CodeItem>();
        foreach (var item in program.Items)
        {
            // A site and its first original instruction share an address; the site comes first and is what a jump there means.
            if (!byAddress.ContainsKey(item.Address))
            {
                byAddress.Add(item.Address, item);
            }
        }

        var taken = new bool[program.Items.Count];
        foreach (var item in unpaired)
        {
            taken[item.Index] = true;
        }

        foreach (var instruction in program.Items.OfType<Instruction>())
        {
            foreach (var operand in instruction.Operands)
            {
                Take(operand.Symbol?.Address);
            }
        }

        foreach (var section in program.Sections)
        {
            for (var i = 0; i + 8 <= section.Data.Count; i += 8)
            {
                var word = 0UL;
                for (var k = 7; k >= 0; k--)
                {
                    word = (word << 8) | section.Data[i + k];
                }

                Take(word);
            }
        }

        return taken;

        void Take(ulong? address)
        {
            if (address is { } value && byAddress.TryGetValue(value, out var item))
            {
                taken[item.Index] = true;
            }
        }
    }

    private bool[] FindLeaders(Program program)
    {
        var leaders = new bool[program.Items.Count];
        foreach (var symbol in program.Symbols.Values)
        {
            if (symbol.Item is { } item && symbol.IsGlobal)
            {
                leaders[item.Index] = true;
            }
        }

        foreach (var item in program.Items)
        {
            leaders[item.Index] |= _addressTaken[item.Index] || _predecessors[item.Index].Length != 1;
            if (item is AlternativeSite || EndsBlock((Instruction)item))
            {
                foreach (var successor in _successors[item.Index])
                {
                    leaders[successor.Index] = true;
                }

                if (item.Next is { } next)
                {
                    leaders[next.Index] = true;
                }
            }
            else if (item is Instruction { ExceptionHandler: { } edge })
            {
                leaders[edge.Handler.Index] = true;
            }
        }

        return leaders;
    }

    private static bool EndsBlock(Instruction instruction) => instruction.Info.ControlFlow != ControlFlow.Sequential || instruction.Next is null;

    private List<BasicBlock> BuildBlocks()
    {
        var blocks = new List<BasicBlock>();
        foreach (var leader in Program.Items)
        {
            if (!_leaders[leader.Index])
            {
                continue;
            }

            var items = new List<CodeItem> { leader };
            var last = leader;
            while (last is Instruction instruction && !EndsBlock(instruction) && instruction.Next is { } next && !_leaders[next.Index])
            {
                items.Add(next);
                last = next;
            }

            var block = new BasicBlock(blocks.Count, items);
            blocks.Add(block);
            _blockAt[leader.Index] = block;
        }

        return blocks;
    }
}
