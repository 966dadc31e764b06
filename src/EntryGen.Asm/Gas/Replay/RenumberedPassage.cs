using System.Globalization;
using System.Text;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>A passage with other numbers of <c>\@</c>.</summary>
/// <param name="Texts">What each of its calls is expanded to; null where there are no numbers.</param>
/// <param name="Labels">The labels that have other names: then and now.</param>
/// <param name="Counters">Where the numbers are.</param>
internal sealed record RenumberedPassage(RenumberedText?[] Texts, IReadOnlyDictionary<string, string> Labels, CounterUses Counters)
{
    /// <summary>Whether a number got more or fewer digits, so that characters behind it moved.</summary>
    public bool HasMoved { get; init; }
}

/// <summary>A text with other numbers of <c>\@</c>.</summary>
internal sealed class RenumberedText
{
    private readonly CounterNumber[] _before;

    private RenumberedText(string text, CounterNumber[] before, CounterNumber[] numbers)
    {
        Text = text;
        _before = before;
        Numbers = numbers;
    }

    /// <summary>The characters.</summary>
    public string Text { get; }

    /// <summary>The numbers.</summary>
    public CounterNumber[] Numbers { get; }

    /// <summary>Whether characters moved.</summary>
    public bool HasMoved => !ReferenceEquals(_before, Numbers);

    /// <summary>Adds something to the numbers of a text.</summary>
    public static RenumberedText Of(string text, CounterNumber[] numbers, int shift)
    {
        var characters = text.ToCharArray();
        foreach (var number in numbers)
        {
            var value = number.Value(text) + shift;
            for (var i = number.Start + number.Length - 1; i >= number.Start; i--, value /= 10)
            {
                characters[i] = (char)('0' + (value % 10));
            }

            if (value != 0 || (number.Length > 1 && characters[number.Start] == '0'))
            {
                return OfOtherLength(text, numbers, shift);
            }
        }

        return new RenumberedText(new string(characters), numbers, numbers);
    }

    /// <summary>Where a character that was at an index is, if it is not in a number.</summary>
    public int At(int index)
    {
        if (!HasMoved)
        {
            return index;
        }

        var next = CounterNumber.FirstFrom(_before, index);
        return next == 0 ? index : index + Numbers[next - 1].End - _before[next - 1].End;
    }

    /// <summary>The characters that were between two indexes.</summary>
    public string Read(int start, int end) => At(start) is var first ? Text.Substring(first, At(end) - first) : "";

    /// <summary>Where the characters were written.</summary>
    /// <param name="runs">Where those of the text before were.</param>
    public OriginRun[] Move(OriginRun[] runs)
    {
        if (!HasMoved)
        {
            return runs;
        }

        var moved = new List<OriginRun>(runs.Length + _before.Length);
        for (var i = 0; i < runs.Length; i++)
        {
            // The run with the first digit of a number ends with it; all its digits stand where that does.
            var next = CounterNumber.FirstFrom(_before, runs[i].Start);
            if (next > 0 && runs[i].Start < _before[next - 1].End)
            {
                continue; // another digit
            }

            moved.Add(runs[i].At(At(runs[i].Start), 0));
            if (next < _before.Length && (i + 1 == runs.Length || _before[next].Start < runs[i + 1].Start))
            {
                var first = runs[i].At(Numbers[next].Start, _before[next].Start - runs[i].Start);
                for (var digit = 1; digit < Numbers[next].Length; digit++)
                {
                    moved.Add(first.At(Numbers[next].Start + digit, 0));
                }
            }
        }

        return [.. moved];
    }

    private static RenumberedText OfOtherLength(string text, CounterNumber[] numbers, int shift)
    {
        var builder = new StringBuilder(text.Length + numbers.Length);
        var after = new CounterNumber[numbers.Length];
        var copied = 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            var digits = (numbers[i].Value(text) + shift).ToString(CultureInfo.InvariantCulture);
            builder.Append(text, copied, numbers[i].Start - copied);
            after[i] = new CounterNumber(builder.Length, digits.Length);
            builder.Append(digits);
            copied = numbers[i].End;
        }

        return new RenumberedText(builder.Append(text, copied, text.Length - copied).ToString(), numbers, after);
    }
}
