using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Building;

/// <summary>Finds alternative sites by the records in .altinstructions (struct alt_instr, arch/x86/include/asm/alternative.h).</summary>
/// <remarks>
/// A record is: where the original is, where the replacement is, the feature, the lengths of both and in some versions that of the padding. The
/// feature takes 16 bits with "not" in bit 15, or 32 bits with "not" in bit 16. Lengths are differences of labels, which say what belongs to the code.
/// Records for the same place are one site: that is what the nested macros for two alternatives produce.
/// </remarks>
internal sealed class AlternativeReader
{
    private const int NotFlag16 = 1 << 15;
    private const int NotFlag32 = 1 << 16;

    private readonly UnitContent _unit;
    private readonly List<(DataValue Value, Statement Statement)> _values = [];
    private int _position;

    private AlternativeReader(UnitContent unit, UnitSection records)
    {
        _unit = unit;
        foreach (var statement in records.Statements)
        {
            foreach (var value in DataDirectives.Read(statement, unit.Symbols).Values)
            {
                _values.Add((value, statement));
            }
        }
    }

    /// <summary>Adds the sites of a unit to its sections.</summary>
    public static void Read(UnitContent unit)
    {
        if (unit.Find(".altinstructions") is not { } records)
        {
            return;
        }

        var reader = new AlternativeReader(unit, records);
        while (reader._position < reader._values.Count)
        {
            var start = reader._position;
            if (!reader.ReadRecord())
            {
                var statement = reader._values[start].Statement;
                new StatementErrors(statement, unit.Diagnostics).At(
                    ProgramDiagnostics.MalformedAlternative, statement.Text,
                    "this does not begin a record of original, replacement, feature and lengths; records from here on are not read.");
                return;
            }
        }
    }

    private bool ReadRecord()
    {
        var record = _values[_position].Statement;
        if (NextLabel() is not { } original || NextLabel() is not { } replacement || NextFeature() is not { } feature)
        {
            return false;
        }

        if (NextLength() is not { } originalLength || NextLength() is not { } replacementLength)
        {
            return false;
        }

        // Before 5.13 the padding had a length of its own.
        if (_position < _values.Count && _values[_position].Value.Size == 1)
        {
            _position++;
        }

        AddSite(record, original, EndOf(original, originalLength), replacement, EndOf(replacement, replacementLength), feature);
        return true;
    }

    // Label - .
    private LabelDefinition? NextLabel() =>
        _position < _values.Count && _values[_position++].Value is { Size: 4, Value: { Added.Definition: { } label, Addend: 0 } } ? label : null;

    private (int Number, bool Inverted)? NextFeature()
    {
        if (_position >= _values.Count || _values[_position].Value is not { Size: 2 or 4, Value: { IsConstant: true } value } field)
        {
            return null;
        }

        _position++;
        return field.Size == 2
            ? ((int)value.Addend & (NotFlag16 - 1), (value.Addend & NotFlag16) != 0)
            : ((int)value.Addend & 0xFFFF, (value.Addend & NotFlag32) != 0);
    }

    private ExpressionValue? NextLength() =>
        _position < _values.Count && _values[_position].Value is { Size: 1 } ? _values[_position++].Value.Value : null;

    // The label at the end; a length that is a plain 0 ends where it starts.
    private static LabelDefinition? EndOf(LabelDefinition start, ExpressionValue length) => length switch
    {
        { IsConstant: true, Addend: 0 } => start,
        { Added.Definition: { } end, Subtracted.Definition: { } begin } when begin.Section == start.Section && end.Section == start.Section && begin.Sequence <= end.Sequence => end,
        _ => null,
    };

    private void AddSite(Statement record, LabelDefinition original, LabelDefinition? originalEnd, LabelDefinition replacement, LabelDefinition? replacementEnd, (int Number, bool Inverted) feature)
    {
        if (originalEnd is null || replacementEnd is null)
        {
            Report(record, "its lengths are not distances between labels around the code.");
            return;
        }

        var section = _unit.SectionOf(original.Section);
        var replacements = _unit.SectionOf(replacement.Section);
        if (!section.IsCode)
        {
            Report(record, $"its original is in '{section.Name}', which holds no code.");
            return;
        }

        var choice = new ChoicePlan(
            feature.Number, feature.Inverted, replacements,
            replacements.ElementFrom(replacement.Sequence), replacements.ElementFrom(replacementEnd.Sequence), record);
        var first = section.ElementFrom(original.Sequence);
        var end = section.ElementFrom(originalEnd.Sequence);
        foreach (var site in section.Sites)
        {
            if (site.StartSequence == original.Sequence && site.End == end)
            {
                site.EndSequence = Math.Max(site.EndSequence, originalEnd.Sequence);
                site.Choices.Add(choice);
                return;
            }

            if (first < site.End && site.First < end)
            {
                Report(record, "its original overlaps that of another record without being the same.");
                return;
            }
        }

        var plan = new SitePlan(section, original.Sequence, originalEnd.Sequence);
        plan.Choices.Add(choice);
        section.Add(plan);
    }

    private void Report(Statement record, string message) =>
        new StatementErrors(record, _unit.Diagnostics).At(ProgramDiagnostics.MalformedAlternative, record.Text, "this alternative cannot be understood: " + message);
}
