using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

// Includes of the unit that do what they did in the run before. While the unit itself has defined no macro, what an include does depends on the includes
// before it and on the files it finds; as long as these are the same, it is repeated without being read.
internal sealed partial class UnitReader
{
    private readonly PreprocessorRecord? _previous;
    private readonly List<IncludedPart> _parts = [];
    private readonly List<KeyValuePair<SourceText, SourceSpan>> _includedFirst = [];
    private readonly List<SourceText> _asksForOnce = [];
    private BeginningOfPart? _open;

    /// <summary>What was read so far depends on no text of the unit.</summary>
    private bool _isIndependent = true;

    /// <summary>All parts so far did what they did in the run before.</summary>
    private bool _follows;

    /// <summary>The text being read is the unit's, or included by it.</summary>
    private bool _inUnit;

    /// <summary>The directive being carried out stands among the arguments of a macro.</summary>
    private bool _isInCall;

    /// <summary>Whether the token that is carried out stands in the unit itself.</summary>
    private bool IsUnitItself => _inUnit && _files.Count == 1;

    private CarriedState Carried => new(_counter, _writer.IsAfterPadding);

    /// <summary>Does what the part that begins here did in the run before; false when it has to be read, between here and <see cref="EndPart"/>.</summary>
    private bool TryRepeatPart(SourceText? text, int nextDirectory)
    {
        if (!_isIndependent)
        {
            return false;
        }

        _writer.EndLine();
        if (_follows && _parts.Count < _previous!.Parts.Count && _previous.Parts[_parts.Count] is var part && WouldDoTheSame(part, text, nextDirectory))
        {
            Repeat(part);
            return true;
        }

        _follows = false;
        _macros.BeginPart();
        _open = new BeginningOfPart(
            text, nextDirectory, _writer.Lines.Count, _filesRead.Count, _includedFirst.Count, _asksForOnce.Count, _macros.Used.Count, _budget.Use, Carried, _diagnostics.Diagnostics.Count);
        return false;
    }

    /// <summary>The part that was begun has been read.</summary>
    private void EndPart()
    {
        if (_open is not { } begun)
        {
            return;
        }

        _open = null;
        _writer.EndLine();
        var changes = _macros.EndPart();
        if (_diagnostics.Diagnostics.Count > begun.Diagnostics || _budget.IsExhausted)
        {
            _isIndependent = false; // a message is given again by reading again
        }

        if (_isIndependent)
        {
            _parts.Add(new IncludedPart
            {
                Text = begun.Text,
                NextDirectory = begun.NextDirectory,
                Requests = _search.TakeRequests(),
                Lines = [.. _writer.Lines.Skip(begun.Lines)],
                Macros = changes,
                Used = [.. _macros.Used.Skip(begun.Used)],
                Files = [.. _filesRead.Skip(begun.Files)],
                IncludedAt = [.. _includedFirst.Skip(begun.IncludedAt)],
                Once = [.. _asksForOnce.Skip(begun.Once)],
                Cost = _budget.Use - begun.Cost,
                Before = begun.Carried,
                After = Carried,
            });
        }
    }

    /// <summary>What follows depends on the unit's own text.</summary>
    private void StopParts()
    {
        _isIndependent = false;
        _follows = false;
    }

    private bool WouldDoTheSame(IncludedPart part, SourceText? text, int nextDirectory)
    {
        if (!ReferenceEquals(part.Text, text) || part.NextDirectory != nextDirectory || part.Before != Carried || !_budget.Allows(part.Cost))
        {
            return false;
        }

        foreach (var request in part.Requests)
        {
            if (!ReferenceEquals(_search.Read(request.Key), request.Value))
            {
                return false;
            }
        }

        return true;
    }

    private void Repeat(IncludedPart part)
    {
        _budget.Take(part.Cost);
        _writer.Repeat(part.Lines, part.After.IsAfterPadding);
        _counter = part.After.Counter;
        _macros.Repeat(part.Macros, part.Used);
        foreach (var file in part.Files)
        {
            Know(file);
        }

        foreach (var first in part.IncludedAt)
        {
            NoteInclude(first.Key, first.Value);
        }

        foreach (var file in part.Once)
        {
            ReadOnce(file);
        }

        _parts.Add(part);
    }

    private void NoteInclude(SourceText file, SourceSpan place)
    {
        if (!_includedAt.ContainsKey(file))
        {
            _includedAt.Add(file, place);
            _includedFirst.Add(new KeyValuePair<SourceText, SourceSpan>(file, place));
        }
    }

    private void ReadOnce(SourceText file)
    {
        if (_once.Add(file))
        {
            _asksForOnce.Add(file);
        }
    }

    private sealed record BeginningOfPart(
        SourceText? Text, int NextDirectory, int Lines, int Files, int IncludedAt, int Once, int Used, BudgetUse Cost, CarriedState Carried, int Diagnostics);
}
