using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>Carries the macro calls and the statements of a passage over to the texts of this reading.</summary>
/// <param name="previous">The reading that made them.</param>
/// <param name="file">The file now.</param>
internal sealed class FrameMover(PreviousReading previous, FileText file)
{
    private readonly OriginMover _texts = new(previous.Versions);
    private MacroFrame[] _frames = [];
    private int _shift;

    /// <summary>The calls of the passage as they are now.</summary>
    public IReadOnlyList<MacroFrame> Frames => _frames;

    /// <summary>Takes the next passage; false when its calls cannot be carried over.</summary>
    /// <param name="frames">Its calls, as they were.</param>
    /// <param name="shift">How far its text moved within that of the file.</param>
    public bool TryMove(IReadOnlyList<MacroFrame> frames, int shift)
    {
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

            _frames[i] = new MacroFrame(frame.Name, Move(frame.Call, frame.Parent), Move(frame.Parent), macro, _texts.Move(frame.Text)) { Index = i };
        }

        return true;
    }

    /// <summary>A statement of the passage as it is now.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="sequence">Its position now.</param>
    /// <param name="source">The file of its line now.</param>
    /// <param name="lines">How far its line moved.</param>
    public Statement Move(Statement statement, int sequence, SourceText source, int lines) => statement.Frame is { } frame
        ? new Statement(statement, sequence, _frames[frame.Index], 0, source, statement.Line + lines)
        : new Statement(statement, sequence, file, _shift, source, statement.Line + lines);

    private MacroFrame? Move(MacroFrame? frame) => frame is null ? null : _frames[frame.Index];

    // A part of what a call was expanded to, or of the file.
    private TextSlice Move(TextSlice slice, MacroFrame? frame) => frame is null
        ? new TextSlice(file.Text, slice.Start + _shift, slice.End + _shift)
        : new TextSlice(_frames[frame.Index].Text, slice.Start, slice.End);
}
