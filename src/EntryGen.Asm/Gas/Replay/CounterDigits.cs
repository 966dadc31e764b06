using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>A number that <c>\@</c> was written out as.</summary>
/// <param name="Start">Index of its first digit.</param>
/// <param name="Length">How many digits it has.</param>
internal readonly record struct CounterNumber(int Start, int Length)
{
    /// <summary>Index behind its last digit.</summary>
    public int End => Start + Length;

    /// <summary>The number.</summary>
    public int Value(string text)
    {
        var value = 0;
        for (var i = Start; i < End; i++)
        {
            value = (value * 10) + text[i] - '0';
        }

        return value;
    }

    /// <summary>The first of some numbers, which are in order, that starts at an index or behind it.</summary>
    public static int FirstFrom(CounterNumber[] numbers, int index)
    {
        var low = 0;
        var high = numbers.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (numbers[middle].Start < index)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}

/// <summary>Finds the digits that <c>\@</c> was written out as: they stand where the backslash was written (<see cref="MacroTemplate"/>).</summary>
internal static class CounterDigits
{
    /// <summary>The numbers in a text, in order.</summary>
    public static CounterNumber[] Find(TracedText text)
    {
        List<CounterNumber>? found = null;
        var runs = text.Moved?.Waiting.Runs ?? text.RunArray ?? [];
        for (var i = 0; i < runs.Length; i++)
        {
            // The first digit may follow what is written before the backslash, and ends its run; each other one has a run to itself.
            var last = LastOf(text, runs, i);
            if (!IsCounter(text, runs[i], last))
            {
                continue;
            }

            var offset = runs[i].Offset + last - runs[i].Start;
            var length = 1;
            while (i + 1 < runs.Length && runs[i + 1].Offset == offset && ReferenceEquals(runs[i + 1].Source, runs[i].Source) && LastOf(text, runs, i + 1) == last + length && Characters.IsDigit(text[last + length]))
            {
                length++;
                i++;
            }

            (found ??= []).Add(new CounterNumber(last, length));
        }

        return found is null ? [] : [.. found];
    }

    /// <summary>Whether there are any in a part of a text.</summary>
    public static bool AreIn(TextSlice slice)
    {
        var runs = slice.Source.Runs;
        for (var i = slice.Source.RunIndexAt(slice.Start); i < runs.Length && runs[i].Start < slice.End; i++)
        {
            if (LastOf(slice.Source, runs, i) is var last && last < slice.End && IsCounter(slice.Source, runs[i], last))
            {
                return true;
            }
        }

        return false;
    }

    private static int LastOf(TracedText text, ReadOnlySpan<OriginRun> runs, int index) => (index + 1 < runs.Length ? runs[index + 1].Start : text.Length) - 1;

    private static bool IsCounter(TracedText text, in OriginRun run, int index) =>
        Characters.IsDigit(text[index]) && IsWrittenAt(run.Source, run.Offset + index - run.Start);

    /// <summary>Whether <c>\@</c> stands at an offset of a source.</summary>
    public static bool IsWrittenAt(SourceText source, int offset) =>
        offset + 1 < source.Text.Length && source.Text[offset] == '\\' && source.Text[offset + 1] == '@';
}
