using System.Text;

namespace EntryGen.Asm.Text;

/// <summary>Joins traced characters; neighbours that were written side by side share a run.</summary>
public sealed class TracedTextBuilder
{
    private readonly StringBuilder _text = new();
    private readonly List<OriginRun> _runs = [];

    /// <summary>Number of characters so far.</summary>
    public int Length => _text.Length;

    /// <summary>Forgets everything, keeping the buffers.</summary>
    public void Clear()
    {
        _text.Clear();
        _runs.Clear();
    }

    /// <summary>Adds a whole traced text.</summary>
    public void Append(TracedText text) => Append(text, 0, text.Length);

    /// <summary>Adds a part of a traced text.</summary>
    public void Append(TracedText text, int start, int length)
    {
        if (length == 0)
        {
            return;
        }

        var runs = text.Runs;
        var end = start + length;
        for (var i = 0; i < runs.Length; i++)
        {
            var runEnd = i + 1 < runs.Length ? runs[i + 1].Start : text.Length;
            if (runEnd <= start || runs[i].Start >= end)
            {
                continue;
            }

            var from = Math.Max(start, runs[i].Start);
            AddRun(runs[i].At(_text.Length + from - start, from - runs[i].Start));
        }

        _text.Append(text.Text, start, length);
    }

    /// <summary>Adds part of a source text, as expanded from <paramref name="expansion"/>.</summary>
    public void Append(SourceText source, int start, int length, CppExpansion? expansion = null)
    {
        if (length == 0)
        {
            return;
        }

        AddRun(new OriginRun(_text.Length, source, start, expansion));
        _text.Append(source.Text, start, length);
    }

    /// <summary>Adds characters that nobody wrote (a counter's digits, a joining blank) and attributes them to one place.</summary>
    public void AppendSynthesized(string text, SourceText source, int offset, CppExpansion? expansion = null)
    {
        if (text.Length == 0)
        {
            return;
        }

        // One run for every character: all of them stand at the same place.
        for (var i = 0; i < text.Length; i++)
        {
            _runs.Add(new OriginRun(_text.Length + i, source, offset, expansion));
        }

        _text.Append(text);
    }

    /// <summary>What was joined.</summary>
    public TracedText ToTracedText() => new(_text.ToString(), [.. _runs]);

    private void AddRun(OriginRun run)
    {
        if (_runs.Count > 0)
        {
            var last = _runs[_runs.Count - 1];
            if (ReferenceEquals(last.Source, run.Source) && ReferenceEquals(last.Expansion, run.Expansion)
                && last.Offset + (run.Start - last.Start) == run.Offset)
            {
                return;
            }
        }

        _runs.Add(run);
    }
}
