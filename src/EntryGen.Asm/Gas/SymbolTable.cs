using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>The symbols of one unit: labels by name, numeric labels by nearness, assigned symbols by time.</summary>
public sealed class SymbolTable
{
    private readonly Dictionary<string, LabelDefinition> _labels = new(StringComparer.Ordinal);
    private readonly Dictionary<int, List<LabelDefinition>> _localLabels = [];
    private readonly Dictionary<string, List<SymbolAssignment>> _assignments = new(StringComparer.Ordinal);
    private readonly HashSet<string> _globals = new(StringComparer.Ordinal);

    /// <summary>Operators, numbers and names that the evaluation of all expressions of a unit may come to. The largest kernel unit needs 15,000.</summary>
    internal const int MaxEvaluationSteps = 10_000_000;

    /// <summary>All named labels.</summary>
    public IReadOnlyDictionary<string, LabelDefinition> Labels => _labels;

    /// <summary>Names that <c>.globl</c>, <c>.global</c> or <c>.weak</c> make visible to other units; they may be undefined here.</summary>
    public IReadOnlyCollection<string> Globals => _globals;

    /// <summary>Symbols that <c>.set</c>, <c>.equ</c> or <c>=</c> gave a value.</summary>
    public IReadOnlyCollection<string> AssignedSymbols => _assignments.Keys;

    /// <summary>Whether other units see a symbol.</summary>
    public bool IsGlobal(string name) => _globals.Contains(name);

    /// <summary>Who notes what is looked up; null when nobody does.</summary>
    internal PassageRecorder? Recorder { get; set; }

    /// <summary>Operators, numbers and names that were evaluated so far.</summary>
    internal int EvaluationSteps { get; set; }

    /// <summary>Whether a symbol has a label or a value.</summary>
    public bool IsDefined(string name)
    {
        Recorder?.Look(name);
        return _labels.ContainsKey(name) || _assignments.ContainsKey(name);
    }

    /// <summary>A named label, or null.</summary>
    public LabelDefinition? FindLabel(string name)
    {
        Recorder?.Look(name);
        if (!_labels.TryGetValue(name, out var label))
        {
            return null;
        }

        Recorder?.LookAtPlace();
        return label;
    }

    /// <summary>The definition that <c>1f</c> or <c>1b</c> means: the nearest in file order, whatever its section.</summary>
    /// <param name="number">The label's number.</param>
    /// <param name="forward">True for <c>f</c>.</param>
    /// <param name="sequence">The <see cref="Statement.Sequence"/> of the statement that refers to it.</param>
    /// <returns>Null when there is none.</returns>
    public LabelDefinition? FindLocalLabel(int number, bool forward, int sequence)
    {
        Recorder?.LookAtPlace();
        if (!_localLabels.TryGetValue(number, out var definitions))
        {
            return null;
        }

        // The first definition after the statement; the one before it is the nearest backwards.
        var low = 0;
        var high = definitions.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (definitions[middle].Sequence < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        var index = forward ? low : low - 1;
        return index >= 0 && index < definitions.Count ? definitions[index] : null;
    }

    /// <summary>The assignment that is in force at a statement: the last before it, or when it is used before any, the first after it.</summary>
    public SymbolAssignment? FindAssignment(string name, int sequence)
    {
        Recorder?.Look(name);
        if (!_assignments.TryGetValue(name, out var assignments))
        {
            return null;
        }

        var low = 0;
        var high = assignments.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (assignments[middle].Sequence < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        var assignment = assignments[Math.Max(0, low - 1)];
        if (!assignment.Value.IsConstant && assignment.Lazy is null)
        {
            Recorder?.LookAtPlace();
        }

        return assignment;
    }

    // The last value of a symbol, for whoever gives it a place.
    internal SymbolAssignment? LastAssignment(string name) => _assignments.TryGetValue(name, out var assignments) ? assignments[assignments.Count - 1] : null;

    // Symbols that stand for expressions can make much of little text, again at each use.
    internal bool TakeStep()
    {
        if (EvaluationSteps < MaxEvaluationSteps)
        {
            EvaluationSteps++;
            return true;
        }

        Recorder?.GiveUp();
        return false;
    }

    // Whoever notes what is given a place knows that it had none.
    internal bool Define(LabelDefinition label)
    {
        if (_labels.ContainsKey(label.Name))
        {
            return false;
        }

        Recorder?.ChangeSymbol(label.Name);
        _labels.Add(label.Name, label);
        return true;
    }

    internal void DefineLocal(int number, LabelDefinition label)
    {
        if (!_localLabels.TryGetValue(number, out var definitions))
        {
            _localLabels.Add(number, definitions = []);
        }

        definitions.Add(label);
    }

    internal void Assign(string name, SymbolAssignment assignment)
    {
        Recorder?.ChangeSymbol(name);
        if (!_assignments.TryGetValue(name, out var assignments))
        {
            _assignments.Add(name, assignments = []);
        }

        assignments.Add(assignment);
    }

    internal void MakeGlobal(string name) => _globals.Add(name);
}

/// <summary>One <c>.set</c> or <c>=</c>.</summary>
/// <param name="Sequence">The <see cref="Statement.Sequence"/> of the assignment; -1 for a symbol that was given from outside.</param>
/// <param name="Value">The value it got there; symbols unknown at that point are in it by name.</param>
/// <param name="Lazy">For <c>.eqv</c>: the expression, which is evaluated anew at each use.</param>
public sealed record SymbolAssignment(int Sequence, ExpressionValue Value, Expression? Lazy = null)
{
    /// <summary>Where it was written; null from outside.</summary>
    public SourceSpan? Span => Written?.Span;

    /// <summary>The symbol as read; null from outside.</summary>
    internal TextSlice? Written { get; init; }

    /// <summary>Whether the symbol cannot get another value: <c>.equiv</c>, <c>.eqv</c> and <c>==</c>.</summary>
    public bool IsFinal { get; init; }
}
