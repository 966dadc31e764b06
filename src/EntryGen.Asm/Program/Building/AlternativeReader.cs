using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Building;

/// <summary>Finds alternative sites by the records in .altinstructions (struct alt_instr, arch/x86/include/asm/alternative.h).</summary>
/// <remarks>
/// A record is: where the original is, where the replacement is, the feature, the lengths of both and in some versions that of the padding. The
/// feature takes 16 bits with "not" in bit 15, or 32 bits with "not" in bit 16 and "direct call" in bit 17. Lengths are differences of labels, which say what belongs to the code.
/// Records for the same place are one site: that is what the nested macros for two alternatives produce.
/// </remarks>
internal sealed class AlternativeReader
{
    private const int NotFlag16 = 1 << 15;
    private const int NotFlag32 = 1 << 16;
    private const int DirectCallFlag32 = 1 << 17;
    private const int MaxLength = byte.MaxValue;

    private readonly UnitContent _unit;
    private readonly RecordReader _records;

    private AlternativeReader(UnitContent unit, UnitSection records)
    {
        _unit = unit;
        _records = new RecordReader(unit, records);
    }

    /// <summary>Adds the sites of a unit to its sections.</summary>
    public static void Read(UnitContent unit)
    {
        if (unit.Find(".altinstructions") is not { } records)
        {
            return;
        }

        var reader = new AlternativeReader(unit, records);
        while (!reader._records.AtEnd)
        {
            var statement = reader._records.Statement;
            if (!reader.ReadRecord())
            {
                new StatementErrors(statement, unit.Diagnostics).At(
                    ProgramDiagnostics.MalformedAlternative, statement.Text,
                    "this does not begin a record of original, replacement, feature and lengths; records from here on are not read.");
                return;
            }
        }
    }

    private bool ReadRecord()
    {
        var record = _records.Statement;
        if (TakeLabel() is not { } original || TakeLabel() is not { } replacement || TakeFeature() is not { } feature)
        {
            return false;
        }

        if (_records.TakeValue(1) is not { } originalLength || _records.TakeValue(1) is not { } replacementLength)
        {
            return false;
        }

        // Before 5.13 the padding had a length of its own.
        _records.TakeValue(1);
        AddSite(record, original, EndOf(original, originalLength), replacement, EndOf(replacement, replacementLength), feature);
        return true;
    }

    private LabelDefinition? TakeLabel() => _records.NextSize == 4 ? _records.TakeSymbol()?.Definition : null;

    private (int Number, bool Inverted, bool IsDirectCall)? TakeFeature()
    {
        if (_records.TakeNumber(2) is { } word)
        {
            return ((int)word & (NotFlag16 - 1), (word & NotFlag16) != 0, false);
        }

        return _records.TakeNumber(4) is { } value ? ((int)value & 0xFFFF, (value & NotFlag32) != 0, (value & DirectCallFlag32) != 0) : null;
    }

    // The label at the end; a length that is a plain 0 ends where it starts.
    private static LabelDefinition? EndOf(LabelDefinition start, ExpressionValue length) => length switch
    {
        { IsConstant: true, Addend: 0 } => start,
        { Added.Definition: { } end, Subtracted.Definition: { } begin } when begin.Section == start.Section && end.Section == start.Section && begin.Sequence <= end.Sequence => end,
        _ => null,
    };

    private void AddSite(Statement record, LabelDefinition original, LabelDefinition? originalEnd, LabelDefinition replacement, LabelDefinition? replacementEnd, (int Number, bool Inverted, bool IsDirectCall) feature)
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
            feature.Number, feature.Inverted, feature.IsDirectCall, replacements,
            replacements.ElementFrom(replacement.Sequence), replacements.ElementFrom(replacementEnd.Sequence), record,
            new LabelRange(original, originalEnd), new LabelRange(replacement, replacementEnd));
        var first = section.ElementFrom(original.Sequence);
        var end = section.ElementFrom(originalEnd.Sequence);
        if (end - first > MaxLength || choice.End - choice.First > MaxLength)
        {
            Report(record, $"it has more than {MaxLength} instructions, and each of its lengths is one byte.");
        }
        else if (section.Sites.Find(original.Sequence, end) is { } site)
        {
            site.EndSequence = Math.Max(site.EndSequence, originalEnd.Sequence);
            Add(site, choice);
        }
        else if (section.Sites.Overlaps(first, end))
        {
            Report(record, "its original overlaps that of another record without being the same.");
        }
        else
        {
            var plan = new SitePlan(section, original.Sequence, originalEnd.Sequence);
            Add(plan, choice);
            section.Sites.Add(plan);
        }
    }

    private void Add(SitePlan site, ChoicePlan choice)
    {
        site.Choices.Add(choice);
        _unit.Alternatives.Add((site, choice));
        choice.Section.AddReplacement(choice, site);
    }

    private void Report(Statement record, string message) =>
        new StatementErrors(record, _unit.Diagnostics).At(ProgramDiagnostics.MalformedAlternative, record.Text, "this alternative cannot be understood: " + message);
}
