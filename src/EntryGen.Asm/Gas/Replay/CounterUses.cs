using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>Where a passage has the numbers that <c>\@</c> was written out as, when all of them are in names that nobody looked at while reading: with other numbers it does the same.</summary>
internal sealed class CounterUses
{
    private readonly CounterNumber[][] _numbers; // of each macro call
    private readonly IReadOnlyList<int> _labels; // with a number in their name: which statements of the passage

    private CounterUses(CounterNumber[][] numbers, IReadOnlyList<int> labels)
    {
        _numbers = numbers;
        _labels = labels;
    }

    /// <summary>Stands for a passage that depends on its numbers.</summary>
    public static CounterUses Unknown { get; } = new([], []);

    /// <summary>Finds the numbers of a passage; <see cref="Unknown"/> if something else could come out with others.</summary>
    /// <param name="passage">The passage.</param>
    /// <param name="statements">The statements of its reading.</param>
    /// <param name="calls">The macro calls of its reading.</param>
    public static CounterUses Of(Passage passage, IReadOnlyList<Statement> statements, IReadOnlyList<MacroCall> calls)
    {
        var numbers = new CounterNumber[passage.Frames.Count][];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = passage.Frames[i].HasCounter ? CounterDigits.Find(passage.Frames[i].Text) : [];
            if (!numbers[i].All(number => IsInName(passage.Frames[i].Text.Text, number) && IsOf(passage, passage.Frames[i].Text.Text, number)))
            {
                return Unknown;
            }
        }

        return Depends(passage, numbers, calls) || FindLabels(passage, numbers, statements) is not { } labels ? Unknown : new CounterUses(numbers, labels);
    }

    /// <summary>The passage with other numbers.</summary>
    /// <param name="passage">The passage.</param>
    /// <param name="statements">The statements of its reading.</param>
    /// <param name="shift">What to add to the numbers.</param>
    public RenumberedPassage Renumber(Passage passage, IReadOnlyList<Statement> statements, int shift)
    {
        var texts = new RenumberedText?[_numbers.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = _numbers[i].Length == 0 ? null : RenumberedText.Of(passage.Frames[i].Text.Text, _numbers[i], shift);
        }

        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var index in _labels)
        {
            var label = statements[passage.FirstStatement + index];
            labels[label.Name] = texts[label.Frame!.Index]!.Read(label.Slice.Start, label.Slice.End);
        }

        return texts.All(text => text is not { HasMoved: true })
            ? new RenumberedPassage(texts, labels, this)
            : new RenumberedPassage(texts, labels, new CounterUses([.. texts.Select(text => text?.Numbers ?? [])], _labels)) { HasMoved = true };
    }

    // Numbers of this passage, and not of one in which the macro was made.
    private static bool IsOf(Passage passage, string text, CounterNumber number) =>
        number.Length < 10 && number.Value(text) is var value && value >= passage.Before.Calls && value <= passage.After.Calls;

    // Behind a letter: a number, a label that is one, or a character may mean something else with other digits.
    private static bool IsInName(string text, CounterNumber number)
    {
        var start = number.Start;
        while (start > 0 && Characters.IsNamePart(text[start - 1]))
        {
            start--;
        }

        while (text[start] is '.' or '$')
        {
            start++;
        }

        return start < number.Start && !Characters.IsDigit(text[start]);
    }

    // A macro's name, and that of an argument, are looked up.
    private static bool Depends(Passage passage, CounterNumber[][] numbers, IReadOnlyList<MacroCall> calls)
    {
        var call = passage.FirstCall;
        foreach (var frame in passage.Frames)
        {
            var expanded = frame.Macro is null ? null : calls[call++];
            if (frame.Parent is null)
            {
                continue;
            }

            var nameEnd = Characters.NameEnd(frame.Call.Source.Text, frame.Call.Start, frame.Call.End);
            if (HasNumber(numbers[frame.Parent.Index], frame.Call.Start, nameEnd)
                || (HasNumber(numbers[frame.Parent.Index], nameEnd, frame.Call.End) && expanded is not null && expanded.Arguments.Any(argument => argument.IsNamed && expanded.Macro.Parameters[argument.Parameter].Name.Any(char.IsDigit))))
            {
                return true;
            }
        }

        return false;
    }

    // The labels with numbers in their names; null when a mnemonic or directive has one, or such a label was asked for.
    private static List<int>? FindLabels(Passage passage, CounterNumber[][] numbers, IReadOnlyList<Statement> statements)
    {
        var labels = new List<int>();
        for (var i = 0; i < passage.StatementCount; i++)
        {
            var statement = statements[passage.FirstStatement + i];
            if (statement.Frame is not { } frame || numbers[frame.Index].Length == 0)
            {
                continue;
            }

            var isLabel = statement.Kind == StatementKind.Label;
            if (HasNumber(numbers[frame.Index], statement.Slice.Start, isLabel ? statement.Slice.End : statement.OperandStart))
            {
                if (!isLabel || passage.Needs.Symbols.Contains(statement.Name))
                {
                    return null;
                }

                labels.Add(i);
            }
        }

        return labels;
    }

    private static bool HasNumber(CounterNumber[] numbers, int start, int end) =>
        CounterNumber.FirstFrom(numbers, start) is var first && first < numbers.Length && numbers[first].Start < end;
}
