using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;

namespace EntryGen.Asm.Building;

/// <summary>One unit, its statements sorted by section.</summary>
internal sealed class UnitContent
{
    private const int WorkBetweenCancellationChecks = 512;

    private readonly Dictionary<string, UnitSection> _byName = new(StringComparer.Ordinal);
    private readonly CancellationToken _cancellation;
    private int _work;

    public UnitContent(ProgramUnit unit, DiagnosticList diagnostics, CancellationToken cancellation)
    {
        Unit = unit;
        Diagnostics = diagnostics;
        _cancellation = cancellation;
        foreach (var statement in unit.Listing.Statements)
        {
            CountWork();
            if (statement.Kind == StatementKind.Instruction || (statement.Kind == StatementKind.Directive && DataDirectives.IsData(statement.Name)))
            {
                SectionOf(statement.Section).Add(statement);
            }
            else if (statement.Name is ".section" or ".pushsection" && HasExecuteFlag(statement.Operands.Text))
            {
                SectionOf(statement.Section).MarkCode();
            }
        }
    }

    /// <summary>The unit.</summary>
    public ProgramUnit Unit { get; }

    /// <summary>Where errors go.</summary>
    public DiagnosticList Diagnostics { get; }


    /// <summary>Its symbols.</summary>
    public SymbolTable Symbols => Unit.Listing.Symbols;

    /// <summary>The sections in order of first use.</summary>
    public List<UnitSection> Sections { get; } = [];

    /// <summary>The records of .altinstructions in order.</summary>
    public List<(SitePlan Site, ChoicePlan Choice)> Alternatives { get; } = [];

    /// <summary>A section by name, or null when nothing was put there.</summary>
    public UnitSection? Find(string name) => _byName.TryGetValue(name, out var section) ? section : null;

    /// <summary>A section by name, made when it is not there: a label may stand in an empty one.</summary>
    public UnitSection SectionOf(string name)
    {
        if (!_byName.TryGetValue(name, out var section))
        {
            _byName.Add(name, section = new UnitSection(this, name));
            Sections.Add(section);
        }

        return section;
    }

    /// <summary>Counts a statement or element that is worked on; now and then looks whether building is to end.</summary>
    /// <exception cref="OperationCanceledException">It is.</exception>
    public void CountWork()
    {
        if (_work++ % WorkBetweenCancellationChecks == 0)
        {
            _cancellation.ThrowIfCancellationRequested();
        }
    }

    // .section name, "flags": x says that instructions are there.
    private static bool HasExecuteFlag(string operands)
    {
        var flags = operands.IndexOf(",\"", StringComparison.Ordinal) is var compact and >= 0 ? compact + 2
            : operands.IndexOf(", \"", StringComparison.Ordinal) is var spaced and >= 0 ? spaced + 3
            : -1;
        if (flags < 0)
        {
            return false;
        }

        var end = operands.IndexOf('"', flags);
        return end > flags && operands.IndexOf('x', flags, end - flags) >= 0;
    }
}
