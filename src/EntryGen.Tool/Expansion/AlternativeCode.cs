using EntryGen.Asm;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Gas;
using EntryGen.Tool.Input;

namespace EntryGen.Tool.Expansion;

/// <summary>Puts the code of alternatives where it runs: every side of each with its features, or the side that given features choose.</summary>
internal sealed class AlternativeCode
{
    private readonly AssemblyListing _listing;
    private readonly FeatureSpace _space;
    private readonly Func<CpuFeature, bool>? _isOn;
    private readonly Dictionary<int, Site> _sites = [];
    private readonly HashSet<string> _branchedTo = new(StringComparer.Ordinal);
    private readonly HashSet<string> _replacementSections = new(StringComparer.Ordinal);
    private readonly HashSet<string> _codeSections;

    /// <summary>Prepares a unit.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="program">The Program it is part of.</param>
    /// <param name="isOn">The features chosen; null for every side.</param>
    public AlternativeCode(ReadUnit unit, Program program, Func<CpuFeature, bool>? isOn)
    {
        _listing = unit.Listing;
        _space = new FeatureSpace(program.Features);
        _isOn = isOn;
        _codeSections = _listing.Statements.Where(statement => statement.Kind == StatementKind.Instruction).Select(statement => statement.Section).ToHashSet(StringComparer.Ordinal);
        foreach (var branch in _listing.Statements.Where(statement => statement.Kind == StatementKind.Instruction && statement.Operands.Text is [.., 'b' or 'f']))
        {
            _branchedTo.Add(branch.Operands.Text.TrimEnd('b', 'f'));
        }

        foreach (var records in program.Tables.Alternatives.Where(IsOfThisUnit).GroupBy(record => record.Site))
        {
            var site = new Site(
                records.Min(record => record.Original.Start.Sequence), records.Max(record => record.Original.End.Sequence), records.Key, [.. records]);
            _sites[site.Start] = site;
            foreach (var record in records)
            {
                _replacementSections.Add(record.Replacement.Start.Section);
            }
        }
    }

    /// <summary>The code among some statements, in the order of addresses at each site.</summary>
    public IEnumerable<CodeLine> Lines(IEnumerable<Statement> statements)
    {
        var end = -1;
        foreach (var statement in statements)
        {
            if (statement.Sequence <= end || _replacementSections.Contains(statement.Section))
            {
                continue;
            }

            if (_sites.TryGetValue(statement.Sequence, out var site))
            {
                end = site.End;
                foreach (var line in Sides(site, _space.Everything))
                {
                    yield return line;
                }
            }
            else if (IsCode(statement))
            {
                yield return new CodeLine(statement, statement.Section, "");
            }
        }
    }

    private IEnumerable<CodeLine> Sides(Site site, FeatureCondition condition)
    {
        if (_isOn is not null)
        {
            var chosen = site.Item.SelectChoice(_isOn);
            var record = site.Records.FirstOrDefault(record => ReferenceEquals(record.Choice, chosen));
            return record is null || record.Choice.IsDirectCall
                ? Range(site.Start, site.End, site, condition)
                : Range(record.Replacement.Start.Sequence, record.Replacement.End.Sequence, site, condition);
        }

        // From the last record, which wins where it applies, back to the original.
        var sides = new List<IEnumerable<CodeLine>>();
        for (var i = site.Records.Count - 1; i >= 0; i--)
        {
            var record = site.Records[i];
            var applies = _space.Of(record.Choice.Feature, !record.Choice.Inverted);
            applies = record.Choice.Feature.IsAlwaysOn ? record.Choice.Inverted ? _space.Nothing : _space.Everything : applies;
            sides.Insert(0, Range(record.Replacement.Start.Sequence, record.Replacement.End.Sequence, site, condition.And(applies)));
            condition = condition.Except(applies);
        }

        sides.Insert(0, Range(site.Start, site.End, site, condition));
        return sides.SelectMany(side => side);
    }

    private IEnumerable<CodeLine> Range(int start, int end, Site around, FeatureCondition condition)
    {
        if (condition.IsNever)
        {
            yield break;
        }

        var section = _listing.Statements[start].Section;
        for (var i = start; i <= end; i++)
        {
            var statement = _listing.Statements[i];
            if (_sites.TryGetValue(i, out var inner) && !ReferenceEquals(inner, around))
            {
                foreach (var line in Sides(inner, condition))
                {
                    yield return line;
                }

                i = inner.End;
            }
            else if (statement.Section == section && IsCode(statement))
            {
                yield return new CodeLine(statement, _listing.Statements[around.Start].Section, condition.IsAlways ? "" : condition.Describe(_space.Everything));
            }
        }
    }

    private bool IsOfThisUnit(AlternativeRecord record) => ReferenceEquals(_listing.Statements[Math.Min(record.Statement.Sequence, _listing.Statements.Count - 1)], record.Statement);

    private bool IsCode(Statement statement) => _codeSections.Contains(statement.Section) && statement.Kind switch
    {
        StatementKind.Instruction => true,

        // A numeric label that no branch goes to is there for a record to find the code.
        StatementKind.Label => !char.IsAsciiDigit(statement.Name[0]) || _branchedTo.Contains(statement.Name),

        // Instructions that an old assembler would not know are written as bytes.
        StatementKind.Directive => statement.Name is ".byte" or ".word" or ".short" or ".long" or ".quad" or ".4byte" or ".8byte",
        _ => false,
    };

    private sealed record Site(int Start, int End, AlternativeSite Item, IReadOnlyList<AlternativeRecord> Records);
}
