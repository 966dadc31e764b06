using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>Carries the macro calls and the statements of a passage over to the texts of this reading.</summary>
/// <param name="previous">The reading that made them.</param>
/// <param name="file">The file now.</param>
internal sealed class FrameMover(PreviousReading previous, FileText file)
{
    private readonly OriginMover _texts = new(previous.Versions);
    private MacroFrame[] _frames = [];
    private RenumberedPassage? _renumbered;
    private int _shift;

    /// <summary>The calls of the passage as they are now.</summary>
    public IReadOnlyList<MacroFrame> Frames => _frames;

    /// <summary>Takes the next passage; false when its calls cannot be carried over.</summary>
    /// <param name="frames">Its calls, as they were.</param>
    /// <param name="shift">How far its text moved within that of the file.</param>
    /// <param name="renumbered">What it has with other numbers of <c>\@</c>; null when it keeps them.</param>
    public bool TryMove(IReadOnlyList<MacroFrame> frames, int shift, RenumberedPassage? renumbered)
    {
        _renumbered = renumbered;
        _frames = frames.Count == 0 ? [] : new MacroFrame[frames.Count];
        _shift = shift;
        for (var i = 0; i < _frames.Length; i++)
        {
            // A call comes behind those around it.
            var frame = frames[i];
            var macro = frame.Macro is null ? null : previous.MacroNow(frame.Macro);
            if (frame.Macro is not null && macro is null)
            {
                return false;
            }

            var text = _texts.Move(frame.Text, renumbered?.Texts[i]);
            _frames[i] = new MacroFrame(frame.Name, Move(frame.Call, frame.Parent), Move(frame.Parent), macro, text) { Index = i, HasCounter = frame.HasCounter };
        }

        return true;
    }

    /// <summary>A statement of the passage as it is now.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="sequence">Its position now.</param>
    /// <param name="source">The file of its line now.</param>
    /// <param name="lines">How far its line moved.</param>
    public Statement Move(Statement statement, int sequence, SourceText source, int lines)
    {
        var line = statement.Line + lines;
        return statement.Frame is not { } frame ? new Statement(statement, sequence, statement.Name, file, _shift, _shift, _shift, source, line)
            : _renumbered?.Texts[frame.Index] is { } text ? MoveWithin(text)
            : new Statement(statement, sequence, statement.Name, _frames[frame.Index], 0, 0, 0, source, line);

        Statement MoveWithin(RenumberedText text)
        {
            var (start, end, operands) = (statement.Slice.Start, statement.Slice.End, statement.OperandStart);
            return new Statement(
                statement, sequence, NameOf(statement), _frames[statement.Frame.Index], text.At(start) - start, text.At(end) - end, text.At(operands) - operands, source, line);
        }
    }

    private string NameOf(Statement statement) =>
        statement.Kind == StatementKind.Label && _renumbered!.Labels.TryGetValue(statement.Name, out var name) ? name : statement.Name;

    private MacroFrame? Move(MacroFrame? frame) => frame is null ? null : _frames[frame.Index];

    // A part of what a call was expanded to, or of the file.
    private TextSlice Move(TextSlice slice, MacroFrame? frame) =>
        frame is null ? new TextSlice(file.Text, slice.Start + _shift, slice.End + _shift)
        : _renumbered?.Texts[frame.Index] is { } text ? new TextSlice(_frames[frame.Index].Text, text.At(slice.Start), text.At(slice.End))
        : new TextSlice(_frames[frame.Index].Text, slice.Start, slice.End);
}
