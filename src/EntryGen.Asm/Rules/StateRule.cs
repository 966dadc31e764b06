using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules;

/// <summary>A rule about what is known before or after single instructions. All of them look at the states in one pass.</summary>
internal abstract class StateRule
{
    /// <summary>What it can find.</summary>
    public abstract IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; }

    /// <summary>Called before an instruction runs: the processor shows the state before it.</summary>
    public virtual void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
    }

    /// <summary>Called after an instruction ran: the processor shows the state after it, and the accesses it made.</summary>
    public virtual void After(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
    }

    /// <summary>Called when all instructions were looked at.</summary>
    public virtual void Finish(StateGraph graph, StateReport report)
    {
    }
}

/// <summary>Collects what state rules find: one finding for a place in the text and a message, with all entries and features.</summary>
internal sealed class StateReport(RuleInput input)
{
    private HashSet<ulong>? _code;
    private HashSet<ulong>? _returnAddresses;
    private HashSet<CodeItem>? _hinted;
    private HashSet<CodeItem>? _functions;
    private readonly Dictionary<(AsmDiagnosticDescriptor Descriptor, Instruction Instruction, string Message), Occurrence> _found = [];
    private readonly Dictionary<(string Place, AsmDiagnosticDescriptor Descriptor, string Message), Instruction> _places = [];

    /// <summary>The Program.</summary>
    public Program Program => input.Program;

    /// <summary>The features that findings speak of.</summary>
    public FeatureSpace Space => input.Space;

    /// <summary>What the kernel's variables and functions are.</summary>
    public KernelModel Kernel { get; } = new(input.Program);

    /// <summary>Whether the code is made for NMIs that hit another one; a sketch of an NMI's entry need not be.</summary>
    public bool HandlesNestedNmis { get; } = input.Program.Symbols.ContainsKey(NmiStack.Repeat);

    /// <summary>Whether the code is built for an unwinder that follows RBP.</summary>
    public bool HasFramePointers { get; } = input.Listings.Any(listing => listing.PreprocessorMacros?.Find("CONFIG_FRAME_POINTER") is not null);

    /// <summary>Whether functions check a canary that each task has a value of its own for.</summary>
    public bool HasStackProtector { get; } = input.Listings.Any(listing => listing.PreprocessorMacros?.Find("CONFIG_STACKPROTECTOR") is not null);

    /// <summary>Whether there is code at an address.</summary>
    public bool IsCode(ulong address) => (_code ??= [.. input.Program.Items.Select(item => item.Address)]).Contains(address);

    /// <summary>Whether an address follows a call.</summary>
    public bool IsReturnAddress(ulong address) => (_returnAddresses ??= [.. input.Program.Items.OfType<Instruction>()
        .Where(instruction => instruction.Info.ControlFlow == ControlFlow.Call).Select(instruction => instruction.Next?.Address ?? 0)]).Contains(address);

    /// <summary>Whether an item is the first of a function: of a symbol that is given a size.</summary>
    public bool IsFunctionStart(CodeItem item) => (_functions ??= FindFunctions()).Contains(item);

    /// <summary>Whether the author says something about the stack before an item.</summary>
    public bool HasUnwindHint(CodeItem item) => (_hinted ??= [.. input.Program.Tables.UnwindHints.Select(hint => hint.Place.Item).OfType<CodeItem>()]).Contains(item);

    /// <summary>When user mode has page tables of its own.</summary>
    public FeatureCondition PageTableIsolation { get; } = KernelFeatures.PageTableIsolation(input.Program, input.Space);

    /// <summary>When CR3 has PCIDs.</summary>
    public FeatureCondition Pcid { get; } = KernelFeatures.Pcid(input.Program, input.Space);

    /// <summary>Whether the user half of the page tables maps a per-CPU variable.</summary>
    /// <param name="variable">Its symbol.</param>
    public bool IsUserMapped(string variable) => input.IsUserMapped(variable);

    /// <summary>Whether the user half of the page tables maps the stacks of tasks too.</summary>
    public bool UserMapsThreadStack => input.Program.UserMapsThreadStack;

    /// <summary>Reports at an instruction.</summary>
    /// <param name="descriptor">What it is.</param>
    /// <param name="node">The state in which it happens.</param>
    /// <param name="instruction">The instruction.</param>
    /// <param name="message">One sentence: what is wrong and what to do.</param>
    /// <param name="when">The features among the node's with which it is wrong; null for all of them.</param>
    /// <param name="fix">The one obvious fix (<see cref="Fixes.InstructionFixes"/>); null when there is none.</param>
    /// <param name="path">The nodes of a path to it, the entry first, when the shortest one is not what shows the mistake.</param>
    /// <param name="end">Where the path ends, when that is not the instruction.</param>
    public void Add(
        AsmDiagnosticDescriptor descriptor, StateNode node, Instruction instruction, string message, FeatureCondition? when = null,
        Func<SuggestedFix?>? fix = null, Func<IReadOnlyList<StateNode>>? path = null, Instruction? end = null)
    {
        var condition = when is { } only ? node.Condition.And(only) : node.Condition;
        if (condition.IsNever)
        {
            return;
        }

        var place = (FindingPlace.KeyOf(instruction.Statement, node.Scenario), descriptor, message);
        if (!_places.TryGetValue(place, out var first))
        {
            _places.Add(place, first = instruction);
        }

        var key = (descriptor, first, message);
        if (!_found.TryGetValue(key, out var occurrence))
        {
            _found.Add(key, occurrence = new Occurrence(path?.Invoke() ?? StatePath.Shortest(node), end ?? instruction, condition, fix));
        }

        occurrence.Condition = occurrence.Condition.Or(condition);
        occurrence.Entries.Add(node.Scenario.Symbol);
    }

    /// <summary>What was found, in the order of the code.</summary>
    public IEnumerable<AsmDiagnostic> Findings() => _found
        .OrderBy(found => found.Key.Instruction.Index).ThenBy(found => found.Key.Descriptor.Id, StringComparer.Ordinal).ThenBy(found => found.Key.Message, StringComparer.Ordinal)
        .Select(found => new AsmDiagnostic(found.Key.Descriptor, found.Key.Message, found.Key.Instruction.Statement.Text.Span, found.Key.Instruction.Statement.Frame)
        {
            Expansion = found.Key.Instruction.Statement.Text.OriginAt(0)?.Expansion,
            Fix = found.Value.Fix?.Invoke(),
            Detail = new FindingDetail(
                [.. found.Value.Entries], found.Value.Condition.Describe(input.Occurring), [.. StatePath.To(found.Value.Path, found.Value.End)]),
        });

    private HashSet<CodeItem> FindFunctions()
    {
        var functions = new HashSet<CodeItem>();
        foreach (var statement in input.Listings.SelectMany(listing => listing.Statements))
        {
            if (statement.Directive == Directive.SymbolSize && statement.Operands.Text is var operands && operands.IndexOf(',') is var end and > 0
                && input.Program.Symbols.TryGetValue(operands.Substring(0, end).Trim(), out var symbol) && symbol.Item is { } item)
            {
                functions.Add(item);
            }
        }

        return functions;
    }

    private sealed class Occurrence(IReadOnlyList<StateNode> path, Instruction end, FeatureCondition condition, Func<SuggestedFix?>? fix)
    {
        public Func<SuggestedFix?>? Fix { get; } = fix;

        public IReadOnlyList<StateNode> Path { get; } = path;

        public Instruction End { get; } = end;

        public FeatureCondition Condition { get; set; } = condition;

        public SortedSet<string> Entries { get; } = new(StringComparer.Ordinal);
    }
}
