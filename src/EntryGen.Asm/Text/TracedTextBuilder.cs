namespace EntryGen.Asm.Text;

/// <summary>Joins traced characters; neighbours that were written side by side share a run.</summary>
public sealed class TracedTextBuilder
{
    // Many builders are made and few are used: room comes with the first character.
    private const int FirstCharacters = 256;
    private const int FirstRuns = 16;

    private char[] _text = [];
    private OriginRun[] _runs = [];
    private int _runCount;

    /// <summary>Creates an empty builder.</summary>
    public TracedTextBuilder()
    {
    }

    /// <summary>Creates an empty builder with room.</summary>
    /// <param name="characters">For how many characters.</param>
    /// <param name="runs">For how many runs.</param>
    internal TracedTextBuilder(int characters, int runs)
    {
        _text = new char[characters];
        _runs = new OriginRun[runs];
    }

    /// <summary>Number of characters so far.</summary>
    public int Length { get; private set; }

    /// <summary>Number of runs so far: of pieces that were written in one place each.</summary>
    internal int RunCount => _runCount;

    /// <summary>Forgets everything, keeping the buffers.</summary>
    public void Clear()
    {
        Length = 0;
        _runCount = 0;
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
        for (var i = text.RunIndexAt(start); i < runs.Length && runs[i].Start < end; i++)
        {
            var from = Math.Max(start, runs[i].Start);
            AddRun(runs[i].At(Length + from - start, from - runs[i].Start));
        }

        AddCharacters(text.Text, start, length);
    }

    /// <summary>Adds a whole traced text, as expanded from <paramref name="expansion"/> whatever it was expanded from before.</summary>
    internal void Append(TracedText text, CppExpansion? expansion)
    {
        foreach (var run in text.Runs)
        {
            AddRun(new OriginRun(Length + run.Start, run.Source, run.Offset, expansion));
        }

        AddCharacters(text.Text, 0, text.Length);
    }

    /// <summary>Adds part of a source text, as expanded from <paramref name="expansion"/>.</summary>
    public void Append(SourceText source, int start, int length, CppExpansion? expansion = null)
    {
        if (length == 0)
        {
            return;
        }

        AddRun(new OriginRun(Length, source, start, expansion));
        AddCharacters(source.Text, start, length);
    }

    /// <summary>Adds characters that nobody wrote (a counter's digits, a joining blank) and attributes them to one place.</summary>
    public void AppendSynthesized(string text, SourceText source, int offset, CppExpansion? expansion = null)
    {
        // One run for every character, as all of them stand at the same place; the first may follow what is before.
        for (var i = 0; i < text.Length; i++)
        {
            AddRun(new OriginRun(Length + i, source, offset, expansion));
        }

        AddCharacters(text, 0, text.Length);
    }

    /// <summary>Adds characters that nobody wrote and attributes them to the place of a character of a traced text.</summary>
    internal void AppendSynthesized(string text, TracedText place, int index)
    {
        if (place.Runs.Length > 0)
        {
            var run = place.Runs[place.RunIndexAt(index)];
            AppendSynthesized(text, run.Source, run.Offset + Math.Max(0, index - run.Start), run.Expansion);
        }
        else
        {
            AddCharacters(text, 0, text.Length);
        }
    }

    /// <summary>What was joined.</summary>
    public TracedText ToTracedText() => new(new string(_text, 0, Length), _runs.AsSpan(0, _runCount).ToArray());

    private void AddRun(OriginRun run)
    {
        if (_runCount > 0)
        {
            ref readonly var last = ref _runs[_runCount - 1];
            if (ReferenceEquals(last.Source, run.Source) && ReferenceEquals(last.Expansion, run.Expansion)
                && last.Offset + (run.Start - last.Start) == run.Offset)
            {
                return;
            }
        }

        PushRun(run);
    }

    private void PushRun(OriginRun run)
    {
        if (_runCount == _runs.Length)
        {
            Array.Resize(ref _runs, Math.Max(FirstRuns, _runs.Length * 2));
        }

        _runs[_runCount++] = run;
    }

    private void AddCharacters(string text, int start, int length)
    {
        if (Length + length > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(Math.Max(FirstCharacters, _text.Length * 2), Length + length));
        }

        text.CopyTo(start, _text, Length, length);
        Length += length;
    }
}
