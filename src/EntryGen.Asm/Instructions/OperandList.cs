namespace EntryGen.Asm.Instructions;

/// <summary>Cuts operand lists at their commas.</summary>
internal static class OperandList
{
    /// <summary>The parts between commas outside of parentheses and quotes, without blanks at either end.</summary>
    public static IReadOnlyList<(int Start, int End)> Split(string text, int start, int end)
    {
        var parts = new List<(int, int)>(3);
        var depth = 0;
        var inString = false;
        var from = start;
        for (var i = start; i < end; i++)
        {
            switch (text[i])
            {
                case '"':
                    inString = !inString;
                    break;
                case '\\' when inString:
                    i++;
                    break;
                case '\'' when !inString:
                    // A character constant has one quote: 'a
                    i++;
                    break;
                case '(' when !inString:
                    depth++;
                    break;
                case ')' when !inString:
                    depth--;
                    break;
                case ',' when depth <= 0 && !inString:
                    parts.Add(Trim(text, from, i));
                    from = i + 1;
                    break;
            }
        }

        parts.Add(Trim(text, from, end));
        return parts;
    }

    /// <summary>A range without blanks at either end.</summary>
    public static (int Start, int End) Trim(string text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        return (start, end);
    }
}
