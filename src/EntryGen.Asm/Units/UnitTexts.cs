using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Units;

/// <summary>The texts that a unit is read from, and the way back: from a finding to the place where its author wrote the characters.</summary>
internal sealed class UnitTexts(UnitInputs inputs, FileCache cache)
{
    private readonly Dictionary<SourceText, UnitPlace> _places = [];
    private readonly HashSet<SourceText> _imported = [];

    /// <summary>The text of a macro's signature, a macro's body or an entry. In messages it has the name of its member.</summary>
    public SourceText Literal(UnitDeclaration unit, UnitPart part, string member, string text) =>
        Register(new SourceText($"{unit.Name}.{member}", text), new UnitPlace(part, unit.Key, member));

    /// <summary>Text that nobody wrote: it names a member, and a finding in it is shown on the member's name.</summary>
    public SourceText Joint(UnitDeclaration unit, string member, string text) =>
        Register(new SourceText($"{unit.Name}.{member}", text), new UnitPlace(UnitPart.Member, unit.Key, member));

    /// <summary>The text of a file.</summary>
    /// <param name="displayPath">The path in messages and generated code.</param>
    /// <param name="file">The file.</param>
    public SourceText File(string displayPath, UnitFile file) =>
        Register(cache.Get(displayPath, file.Text), new UnitPlace(UnitPart.File, file.Path));

    /// <summary>A finding with its place. What stands in text nobody can edit (the prelude) is shown where it was called from, at last on the unit itself.</summary>
    public UnitFinding Trace(AsmDiagnostic diagnostic)
    {
        var own = Locate(diagnostic.Span);
        var places = new List<UnitPlace>();
        if (own is not null)
        {
            places.Add(own);
        }

        for (var frame = diagnostic.Frame; frame is not null; frame = frame.Parent)
        {
            if (Locate(frame.CallSite) is { } call)
            {
                places.Add(call);
            }
        }

        return new UnitFinding(
            diagnostic,
            places.Count > 0 ? places[0] : new UnitPlace(UnitPart.Declaration, inputs.Declaration.Key),
            new(places.Skip(1)))
        {
            Steps = new(StepsOf(diagnostic)),
            Fix = FixOf(diagnostic),
        };
    }

    private IEnumerable<UnitPlace> StepsOf(AsmDiagnostic diagnostic) =>
        (diagnostic.Detail?.Path ?? []).Select(step => Locate(step.Span)).OfType<UnitPlace>().Where(place => place.Part != UnitPart.Member).Distinct();

    // All edits or none, and only where the characters are the author's.
    private UnitFix? FixOf(AsmDiagnostic diagnostic)
    {
        if (diagnostic.Fix is not { } fix)
        {
            return null;
        }

        var edits = new List<UnitEdit>();
        foreach (var edit in fix.Edits)
        {
            if (Locate(edit.Span) is not { Part: not UnitPart.Member, Imported: null } place)
            {
                return null;
            }

            edits.Add(new UnitEdit(place, edit.Replacement));
        }

        return new UnitFix(fix.Title, new(edits));
    }

    private UnitPlace? Locate(SourceSpan? span)
    {
        if (span is not { } known)
        {
            return null;
        }

        var (source, start) = known.Source.Resolve(known.Start);
        if (!_places.TryGetValue(source, out var place))
        {
            return null;
        }

        var found = place with { Start = place.Start + start, Length = known.Length };
        return _imported.Contains(source) ? found with { Imported = new ImportedPlace(source.Path, source.LineAt(start), source.ColumnAt(start)) } : found;
    }

    // The parts of a file with line markers were written elsewhere.
    private SourceText Register(SourceText source, UnitPlace place)
    {
        _places.Add(source, place);
        foreach (var (start, part) in source.Parts)
        {
            _places.Add(part, place with { Start = start });
            _imported.Add(part);
        }

        return source;
    }
}
