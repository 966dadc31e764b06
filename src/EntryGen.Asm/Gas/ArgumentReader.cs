using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>Reads one macro argument from scrubbed text: where a blank still stands, it separates.</summary>
internal static class ArgumentReader
{
    /// <summary>Reads the argument at a position and leaves the position behind it.</summary>
    /// <remarks>
    /// A quoted argument loses its quotes, and a doubled quote in it stands for one; brackets and parentheses protect blanks, but not commas.
    /// Under <c>.altmacro</c> quotes stay, angle brackets quote too, and an exclamation mark in either takes the next character as it is.
    /// </remarks>
    public static TextSlice Read(TextSlice operands, ref int i, bool alternate)
    {
        var text = operands.Source.Text;
        i = Characters.SkipBlanks(text, i, operands.End);
        if (i >= operands.End)
        {
            return operands.Between(operands.End, operands.End);
        }

        if (text[i] == '"')
        {
            return alternate ? ReadKeepingQuotes(operands, ref i) : ReadQuoted(operands, ref i);
        }

        return alternate && text[i] == '<' ? ReadAngled(operands, ref i) : ReadBare(operands, ref i, alternate);
    }

    private static TextSlice ReadBare(TextSlice operands, ref int i, bool alternate)
    {
        var text = operands.Source.Text;
        var start = i;
        Stack<char>? open = null;
        for (; i < operands.End; i++)
        {
            switch (text[i])
            {
                case ',':
                case '<' when alternate:
                    return operands.Between(start, i);
                case ' ' or '\t' when open is not { Count: > 0 }:
                    return operands.Between(start, i);
                case '"' or '\'':
                    var close = text.IndexOf(text[i], i + 1, operands.End - i - 1);
                    i = close < 0 ? operands.End - 1 : close;
                    break;
                case '(' or '[':
                    (open ??= new Stack<char>()).Push(text[i] == '(' ? ')' : ']');
                    break;
                case ')' or ']' when open is { Count: > 0 } && open.Peek() == text[i]:
                    open.Pop();
                    break;
            }
        }

        return operands.Between(start, operands.End);
    }

    private static TextSlice ReadQuoted(TextSlice operands, ref int i)
    {
        var text = operands.Source.Text;
        var start = ++i;
        TracedTextBuilder? unescaped = null;
        for (; i < operands.End; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                if (i + 1 >= operands.End || text[i + 1] != '"')
                {
                    break;
                }

                // "" is one quote: keep the first, go on behind the second.
                (unescaped ??= new TracedTextBuilder()).Append(operands.Source, start, i + 1 - start);
                start = ++i + 1;
            }
        }

        var end = Math.Min(i, operands.End);
        i = Math.Min(i + 1, operands.End);
        if (unescaped is null)
        {
            return operands.Between(start, end);
        }

        unescaped.Append(operands.Source, start, Math.Max(0, end - start));
        return TextSlice.Of(unescaped.ToTracedText());
    }

    private static TextSlice ReadKeepingQuotes(TextSlice operands, ref int i)
    {
        var start = i;
        i = Math.Min(Characters.StringEnd(operands.Source.Text, i, operands.End) + 1, operands.End);
        return WithoutEscapes(operands.Between(start, i));
    }

    private static TextSlice ReadAngled(TextSlice operands, ref int i)
    {
        var text = operands.Source.Text;
        var start = ++i;
        for (var depth = 1; i < operands.End; i++)
        {
            if (text[i] == '!')
            {
                i++;
            }
            else if (text[i] == '<')
            {
                depth++;
            }
            else if (text[i] == '>' && --depth == 0)
            {
                break;
            }
        }

        var end = Math.Min(i, operands.End);
        i = Math.Min(i + 1, operands.End);
        return WithoutEscapes(operands.Between(start, end));
    }

    // !c is c.
    private static TextSlice WithoutEscapes(TextSlice argument)
    {
        var text = argument.Source.Text;
        if (argument.Characters.IndexOf('!') < 0)
        {
            return argument;
        }

        var builder = new TracedTextBuilder();
        for (var i = argument.Start; i < argument.End; i++)
        {
            if (text[i] == '!' && i + 1 < argument.End)
            {
                i++;
            }

            builder.Append(argument.Source, i, 1);
        }

        return TextSlice.Of(builder.ToTracedText());
    }
}
