namespace EntryGen.Asm.Flow.States;

/// <summary>The states in which the items of a Program are reached.</summary>
public sealed class StateGraph
{
    internal StateGraph(Program program, FeatureSpace space, FeatureCondition assumptions, IReadOnlyList<StateNode> nodes, bool isComplete)
    {
        Program = program;
        Space = space;
        Assumptions = assumptions;
        Nodes = nodes;
        IsComplete = isComplete;
    }

    /// <summary>The Program.</summary>
    public Program Program { get; }

    /// <summary>The features of its conditions.</summary>
    public FeatureSpace Space { get; }

    /// <summary>The assignments that were looked at.</summary>
    public FeatureCondition Assumptions { get; }

    /// <summary>The nodes, in the order in which they were first reached.</summary>
    public IReadOnlyList<StateNode> Nodes { get; }

    /// <summary>Whether everything was followed; false when <see cref="AnalysisOptions.MaxNodes"/> was hit.</summary>
    public bool IsComplete { get; }
}

/// <summary>A place where paths meet or part, with what is known when it is reached.</summary>
public sealed class StateNode
{
    internal StateNode(int index, CodeItem item, AbstractState state, Scenario scenario, StateNode? parent)
    {
        Index = index;
        Item = item;
        State = state;
        Scenario = scenario;
        Parent = parent;
    }

    /// <summary>Position in <see cref="StateGraph.Nodes"/>.</summary>
    public int Index { get; }

    /// <summary>The first item that runs.</summary>
    public CodeItem Item { get; }

    /// <summary>What is known before it.</summary>
    public AbstractState State { get; }

    /// <summary>A scenario from which it is reached, by the shortest path.</summary>
    public Scenario Scenario { get; }

    /// <summary>The node before it on that path; null at an entry.</summary>
    public StateNode? Parent { get; }

    /// <summary>The features with which it is reached, in any scenario.</summary>
    public FeatureCondition Condition { get; internal set; }

    /// <summary>The features with which an entry starts here.</summary>
    public FeatureCondition Start { get; internal set; }

    /// <summary>Where it goes on.</summary>
    public IReadOnlyList<StateEdge> Edges => EdgeArray;

    internal StateEdge[] EdgeArray { get; set; } = [];

    internal FeatureCondition Pending { get; set; }

    internal bool IsQueued { get; set; }

    internal bool IsStepped { get; set; }
}

/// <summary>A way from one node to another.</summary>
/// <param name="To">Where it goes.</param>
/// <param name="Condition">The features that it takes: those an alternative is chosen by.</param>
public readonly record struct StateEdge(StateNode To, FeatureCondition Condition);

/// <summary>Bounds of an analysis.</summary>
public sealed record AnalysisOptions
{
    /// <summary>Nodes in all; an analysis that needs more is cut and says so.</summary>
    public int MaxNodes { get; init; } = 200_000;

    /// <summary>States of one item; further ones are joined.</summary>
    public int MaxStatesPerItem { get; init; } = 1024;

    /// <summary>Instructions that are not run and not gone beyond; null for none.</summary>
    public Func<Instruction, bool>? EndsAt { get; init; }
}
