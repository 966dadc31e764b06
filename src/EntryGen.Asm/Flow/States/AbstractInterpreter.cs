using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

/// <summary>Runs a Program on abstract states, from every scenario, until nothing new is reached.</summary>
public sealed class AbstractInterpreter
{
    private readonly FlowGraph _graph;
    private readonly FeatureSpace _space;
    private readonly AnalysisOptions _options;
    private readonly CancellationPoint _cancellation;
    private readonly KernelModel _kernel;
    private readonly AbstractCpu _cpu;
    private readonly DeadValues _dead;
    private readonly Dictionary<ulong, CodeItem> _byAddress = [];
    private readonly Dictionary<AbstractState, StateNode>?[] _nodesByItem;
    private readonly StateNode?[] _joined;
    private readonly List<StateNode> _nodes = [];
    private readonly Queue<StateNode> _queue = new();
    private readonly List<StateEdge> _edges = [];
    private bool _isComplete = true;

    private AbstractInterpreter(FlowGraph graph, FeatureSpace space, DeadValues dead, AnalysisOptions options, CancellationToken cancellation)
    {
        _graph = graph;
        _space = space;
        _options = options;
        _cancellation = new CancellationPoint(cancellation);
        _kernel = new KernelModel(graph.Program);
        _cpu = new AbstractCpu(_kernel);
        _dead = dead;
        _nodesByItem = new Dictionary<AbstractState, StateNode>?[graph.Program.Items.Count];
        _joined = new StateNode?[graph.Program.Items.Count];
        foreach (var item in graph.Program.Items)
        {
            // A site and its first original instruction share an address; the site comes first and is what a jump there means.
            if (!_byAddress.ContainsKey(item.Address))
            {
                _byAddress.Add(item.Address, item);
            }
        }
    }

    /// <summary>Analyzes a Program.</summary>
    /// <param name="graph">Its control flow.</param>
    /// <param name="space">Its features.</param>
    /// <param name="assumptions">The feature assignments to look at.</param>
    /// <param name="scenarios">Where to start.</param>
    /// <param name="options">Bounds; null for the defaults.</param>
    /// <param name="cancellation">Ends the analysis.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static StateGraph Run(
        FlowGraph graph, FeatureSpace space, FeatureCondition assumptions, IEnumerable<Scenario> scenarios, AnalysisOptions? options = null, CancellationToken cancellation = default)
    {
        IReadOnlyList<Scenario> all = [.. scenarios];
        var interpreter = new AbstractInterpreter(graph, space, new DeadValues(graph, all.Select(scenario => scenario.Entry), cancellation), options ?? new AnalysisOptions(), cancellation);

        // Scenarios are told apart to the end: what is right after one is wrong after another.
        foreach (var together in all.GroupBy(scenario => (scenario.Symbol, scenario.Name)))
        {
            interpreter.Start();
            foreach (var scenario in together)
            {
                var condition = scenario.Condition.And(assumptions);
                if (interpreter.Reach(scenario.Entry, scenario.State, condition, scenario, null) is { } start)
                {
                    start.Start = start.Start.Or(condition);
                }
            }

            interpreter.Drain();
        }

        return new StateGraph(graph.Program, space, assumptions, interpreter._nodes, interpreter._isComplete);
    }

    private void Start()
    {
        Array.Clear(_nodesByItem, 0, _nodesByItem.Length);
        Array.Clear(_joined, 0, _joined.Length);
    }

    private void Drain()
    {
        while (_queue.Count > 0)
        {
            _cancellation.Pass();
            var node = _queue.Dequeue();
            node.IsQueued = false;
            var pending = node.Pending;
            node.Pending = _space.Nothing;
            if (!node.IsStepped)
            {
                node.IsStepped = true;
                _edges.Clear();
                Step(node);
                node.EdgeArray = _edges.ToArray();
            }

            foreach (var edge in node.EdgeArray)
            {
                Add(edge.To, pending.And(edge.Condition));
            }
        }
    }

    private StateNode? Reach(CodeItem item, AbstractState state, FeatureCondition condition, Scenario scenario, StateNode? parent)
    {
        state = _dead.Forget(item, state);
        var nodes = _nodesByItem[item.Index] ??= [];
        if (!nodes.TryGetValue(state, out var node))
        {
            if (nodes.Count >= _options.MaxStatesPerItem)
            {
                // Too many to tell apart: go on with what they have in common.
                var joined = nodes.Count == _options.MaxStatesPerItem && _joined[item.Index] is null
                    ? nodes.Keys.Aggregate((left, right) => left.Join(right)).Join(state)
                    : _joined[item.Index]!.State.Join(state);
                if (!nodes.TryGetValue(joined, out node))
                {
                    node = Create(item, joined, scenario, parent);
                }

                _joined[item.Index] = node;
            }
            else
            {
                node = Create(item, state, scenario, parent);
            }
        }

        if (node is not null)
        {
            Add(node, condition);
        }

        return node;
    }

    private StateNode? Create(CodeItem item, AbstractState state, Scenario scenario, StateNode? parent)
    {
        if (_nodes.Count >= _options.MaxNodes)
        {
            _isComplete = false;
            return null;
        }

        var node = new StateNode(_nodes.Count, item, state, scenario, parent) { Condition = _space.Nothing, Start = _space.Nothing, Pending = _space.Nothing };
        _nodes.Add(node);
        _nodesByItem[item.Index]!.Add(state, node);
        return node;
    }

    private void Add(StateNode node, FeatureCondition condition)
    {
        var added = condition.Except(node.Condition);
        if (added.IsNever)
        {
            return;
        }

        node.Condition = node.Condition.Or(added);
        node.Pending = node.Pending.Or(added);
        if (!node.IsQueued)
        {
            node.IsQueued = true;
            _queue.Enqueue(node);
        }
    }

    private void Step(StateNode node)
    {
        if (node.Item is AlternativeSite site)
        {
            Choose(site, node);
            return;
        }

        _cpu.Load(node.State);
        var instruction = (Instruction)node.Item;
        while (true)
        {
            _cancellation.Pass();
            if (_options.EndsAt?.Invoke(instruction) == true)
            {
                return;
            }

            if (instruction.ExceptionHandler is { } edge)
            {
                Go(edge.Handler, node, AtFixup(instruction), _space.Everything);
            }

            _cpu.Execute(instruction);
            if (instruction.Info.ControlFlow != ControlFlow.Sequential)
            {
                Transfer(instruction, node);
                return;
            }

            if (instruction.Next is null)
            {
                return;
            }

            if (_graph.IsLeader(instruction.Next) || instruction.Next is not Instruction next)
            {
                Go(instruction.Next, node);
                return;
            }

            instruction = next;
        }
    }

    // The last enabled record wins (arch/x86/kernel/alternative.c, apply_alternatives).
    private void Choose(AlternativeSite site, StateNode node)
    {
        var open = _space.Everything;
        for (var i = site.Choices.Count - 1; i >= 0; i--)
        {
            var chosen = _space.Of(site.Choices[i].Feature, !site.Choices[i].Inverted);
            Go(site.Choices[i].Target, node, node.State, open.And(chosen));
            open = open.Except(chosen);
        }

        Go(site.Original, node, node.State, open);
    }

    private void Transfer(Instruction instruction, StateNode node)
    {
        switch (instruction.Info.ControlFlow)
        {
            case ControlFlow.ConditionalJump:
                var taken = instruction.Condition is { } condition ? _cpu.Flags.Holds(condition) : null;
                if (taken != false && instruction.Target?.Item is { } target)
                {
                    Go(target, node, Assuming(instruction, true), _space.Everything);
                }

                if (taken != true && instruction.Next is { } fallThrough)
                {
                    Go(fallThrough, node, Assuming(instruction, false), _space.Everything);
                }

                break;
            case ControlFlow.Jump:
                if ((instruction.Target?.Item ?? ItemAt(instruction)) is { } destination)
                {
                    Go(destination, node);
                }
                else if (instruction.Target?.External is { } function && !KernelSymbols.IsAssembly(function.Name) && !KernelSymbols.IsNoReturn(function.Name))
                {
                    // A tail call: the C function returns in the place of this code (jmp sync_regs).
                    _cpu.ReturnFrom(function.Name);
                    Return(instruction, node);
                }

                break;
            case ControlFlow.Call when instruction.Target?.Item is { } called:
                Go(called, node);
                break;
            case ControlFlow.Call:
                CallOut(instruction, node);
                break;
            case ControlFlow.InterruptReturn when ReturnItem is { } pushed && !node.Scenario.IsInterruptedAt(_cpu.ReturnAddress):
                // Through a frame that the code pushed itself; what was interrupted goes on elsewhere.
                Go(pushed, node);
                break;
            case ControlFlow.Return:
                Return(instruction, node);
                break;
        }
    }

    // A fault on a load of GS between two SWAPGS is handled with the kernel's GS base, and the fixup starts with that (error_entry).
    private AbstractState AtFixup(Instruction faulting)
    {
        var state = _cpu.Save();
        return _kernel.IsLoadOfGs(faulting.Address) && state.HasKernelGs == false ? state.WithGsExchanged() : state;
    }

    private AbstractState Assuming(Instruction jump, bool taken) => jump.Condition is { } condition ? _cpu.Save().Assuming(condition, taken) : _cpu.Save();

    private void CallOut(Instruction instruction, StateNode node)
    {
        var function = instruction.Target?.External?.Name;
        if (function is null && instruction.Thunk is null && ItemAt(instruction) is { } known)
        {
            Go(known, node);
            return;
        }

        if (instruction.Next is { } next && (function is null || !KernelSymbols.IsNoReturn(function)))
        {
            _cpu.ReturnFrom(function);
            Go(next, node);
        }
    }

    private CodeItem? ItemAt(Instruction instruction) => instruction.Operands is [IndirectOperand] ? ReturnItem : null;

    private CodeItem? ReturnItem => _cpu.ReturnAddress is { IsConstant: true, KnownBits: var address } && _byAddress.TryGetValue(address, out var item) ? item : null;

    private void Return(Instruction instruction, StateNode node)
    {
        if (ReturnItem is { } item)
        {
            Go(item, node);
        }
        else if (!_cpu.ReturnAddress.IsConstant)
        {
            // States were joined, and who called is not known any more: whoever may have.
            foreach (var continuation in _graph.Calls.ReturnTargets(instruction))
            {
                Go(continuation, node);
            }
        }
    }

    private void Go(CodeItem item, StateNode node) => Go(item, node, _cpu.Save(), _space.Everything);

    private void Go(CodeItem item, StateNode node, AbstractState state, FeatureCondition condition)
    {
        if (!condition.IsNever && Reach(item, state, _space.Nothing, node.Scenario, node) is { } to)
        {
            _edges.Add(new StateEdge(to, condition));
        }
    }
}
