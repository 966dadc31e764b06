using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Building;

/// <summary>Reads the side tables of all units, once it is known which code is kept.</summary>
internal sealed class SideTableReader(CodeGraph graph, Func<CodeItem?, bool> keeps)
{
    private static readonly Dictionary<string, AnnotationKind> _annotationSections = new(StringComparer.Ordinal)
    {
        [".discard.noendbr"] = AnnotationKind.NoEndbr,
        [".discard.intra_function_calls"] = AnnotationKind.IntraFunctionCall,
        [".discard.retpoline_safe"] = AnnotationKind.RetpolineSafe,
        [".discard.reachable"] = AnnotationKind.Reachable,
        [".discard.unreachable"] = AnnotationKind.Unreachable,
        [".discard.func_stack_frame_non_standard"] = AnnotationKind.NonStandardStackFrame,
        [".discard.validate_unret"] = AnnotationKind.ValidateUntrainedReturn,
        [".discard.instr_begin"] = AnnotationKind.InstrumentationBegin,
        [".discard.instr_end"] = AnnotationKind.InstrumentationEnd,
        [".discard.ignore_alts"] = AnnotationKind.IgnoredAlternative,
        [".discard.ibt_endbr_noseal"] = AnnotationKind.UnsealedEndbr,
    };

    private const string UnwindHints = ".discard.unwind_hints";
    private const string KprobeBlacklist = "_kprobe_blacklist";

    // Since 6.14 one section has all of them, each with its number (ANNOTYPE_, include/linux/objtool_types.h).
    private const string NumberedAnnotations = ".discard.annotate_insn";

    private static readonly AnnotationKind[] _annotationNumbers =
    [
        AnnotationKind.Other, AnnotationKind.NoEndbr, AnnotationKind.RetpolineSafe, AnnotationKind.InstrumentationBegin, AnnotationKind.InstrumentationEnd,
        AnnotationKind.ValidateUntrainedReturn, AnnotationKind.IgnoredAlternative, AnnotationKind.IntraFunctionCall, AnnotationKind.Reachable,
    ];

    private readonly List<KprobeExclusion> _kprobes = [];
    private readonly List<UnwindHint> _hints = [];
    private readonly List<Annotation> _annotations = [];

    /// <summary>The tables of some units.</summary>
    public SideTables Read(IReadOnlyList<UnitContent> units)
    {
        foreach (var unit in units)
        {
            foreach (var section in unit.Sections.ToList())
            {
                Read(unit, section);
            }
        }

        return new SideTables
        {
            Alternatives = [.. units.SelectMany(unit => unit.Alternatives).Select(Record).OfType<AlternativeRecord>()],
            Exceptions = [.. graph.Exceptions.Where(entry => keeps(entry.Fault.Item))],
            KprobeBlacklist = _kprobes,
            UnwindHints = _hints,
            Annotations = _annotations,
        };
    }

    private void Read(UnitContent unit, UnitSection section)
    {
        if (RecordsOf(unit, section.Name) is not { } readRecord)
        {
            return;
        }

        var reader = new RecordReader(unit, section);
        while (!reader.AtEnd)
        {
            var statement = reader.Statement;
            if (!readRecord(reader))
            {
                new StatementErrors(statement, unit.Diagnostics).At(
                    ProgramDiagnostics.MalformedNote, statement.Text, $"this does not begin a record of '{section.Name}'; records from here on are not read.");
                return;
            }
        }
    }

    private Func<RecordReader, bool>? RecordsOf(UnitContent unit, string section)
    {
        switch (section)
        {
            case UnwindHints:
                var layout = new UnwindHintLayout(unit.Unit.Macros);
                return reader => layout.Read(reader) is { } record && Keep(_hints, unit, record.Place, place => record.Hint with { Place = place });
            case KprobeBlacklist:
                return reader => reader.Statement is var statement && reader.TakeSymbol() is { } function
                    && Keep(_kprobes, unit, function, place => new KprobeExclusion(place, statement));
            case NumberedAnnotations:
                return reader => reader.Statement is var statement && reader.TakeSymbol() is { } place && reader.TakeNumber(4) is { } number
                    && Keep(_annotations, unit, place, at => new Annotation(KindOf(number), at, section, statement));
            default:
                return _annotationSections.TryGetValue(section, out var kind)
                    ? reader => reader.Statement is var statement && reader.TakeSymbol() is { } place
                        && Keep(_annotations, unit, place, at => new Annotation(kind, at, section, statement))
                    : null;
        }
    }

    private static AnnotationKind KindOf(long number) =>
        number >= 0 && number < _annotationNumbers.Length ? _annotationNumbers[number] : AnnotationKind.Other;

    // What belongs to code that is not kept is left out; it was read all the same.
    private bool Keep<T>(List<T> records, UnitContent unit, SymbolTerm symbol, Func<RecordedPlace, T> make)
    {
        var place = graph.Place(unit, symbol);
        if (keeps(place.Item))
        {
            records.Add(make(place));
        }

        return true;
    }

    private AlternativeRecord? Record((SitePlan Site, ChoicePlan Choice) plan)
    {
        var site = plan.Site.Item;
        var index = plan.Site.Choices.IndexOf(plan.Choice);
        return keeps(site) && index >= 0 && index < site.Choices.Count
            ? new AlternativeRecord(site, site.Choices[index], plan.Choice.Original, plan.Choice.Replacement, plan.Choice.Record)
            : null;
    }
}
