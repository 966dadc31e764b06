using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>The whitespace normaliser that GNU as puts before its parser: it decides where macro arguments end.</summary>
/// <remarks>
/// Comments go, character constants become numbers, and a blank stays only behind the first word of a statement and
/// between two characters that could each be part of an operand. What is an operand character is a property of the target
/// (binutils gas/config/tc-i386.c, extra_symbol_chars). Runs over file text and again over every expansion.
/// </remarks>
internal sealed class Scrubber
{
    private static readonly CharacterClass[] Classes = ClassifyAscii();

    private readonly TracedTextBuilder _output = new();

    private enum CharacterClass : byte
    {
        Other,
        Operand,
        Blank,
        Newline,
        Separator,
        Quote,
        Apostrophe,
        Colon,
        Comment,
        Slash,
        Backslash,
    }

    private enum State
    {
        /// <summary>Before the first character of a statement.</summary>
        Start,

        /// <summary>In its first word.</summary>
        Word,

        /// <summary>Behind it; a blank goes.</summary>
        Operands,

        /// <summary>Behind an operand character; a blank may stay.</summary>
        AfterOperand,

        /// <summary>Behind such a blank, which waits for the next character.</summary>
        AfterBlank,
    }

    /// <summary>The normalised text. It is the text itself when there is nothing to change.</summary>
    public TracedText Scrub(TracedText input)
    {
        _output.Clear();
        var copied = Scan(input);
        if (copied == 0)
        {
            return input;
        }

        _output.Append(input, copied, input.Length - copied);
        return _output.ToTracedText();
    }

    // Returns the index up to which the input is in the output already; 0 when all of it can be taken as it is.
    private int Scan(TracedText input)
    {
        var text = input.Text;
        var state = State.Start;
        var copied = 0;
        var waiting = 0; // in AfterBlank: where the blanks start
        var lineEnd = -1; // of the line that the last string stands on
        var i = 0;
        while (i < text.Length)
        {
            var c = text[i];
            var kind = c < Classes.Length ? Classes[c] : CharacterClass.Operand;
            if (kind == CharacterClass.Slash)
            {
                kind = i + 1 < text.Length && text[i + 1] == '*' || state == State.Start ? CharacterClass.Comment : CharacterClass.Other;
            }

            if (kind == CharacterClass.Blank)
            {
                var start = i;
                i = BlankEnd(text, i);
                switch (state)
                {
                    case State.AfterOperand:
                        state = State.AfterBlank;
                        waiting = start;
                        break;
                    case State.AfterBlank:
                        break;
                    case State.Word when i < text.Length && text[i] is not (':' or ';' or '\n' or '#'):
                        state = State.Operands;
                        copied = KeepOneBlank(input, copied, start, i);
                        break;
                    default:
                        copied = Drop(input, copied, start, i);
                        break;
                }

                continue;
            }

            if (state == State.AfterBlank && kind != CharacterClass.Comment)
            {
                copied = kind is CharacterClass.Operand or CharacterClass.Quote or CharacterClass.Apostrophe or CharacterClass.Backslash
                    ? KeepOneBlank(input, copied, waiting, i)
                    : Drop(input, copied, waiting, i);
                state = State.Operands;
            }

            switch (kind)
            {
                case CharacterClass.Operand:
                    // Most text is words: stay here while they last.
                    state = state is State.Start or State.Word ? State.Word : State.AfterOperand;
                    do
                    {
                        i++;
                    }
                    while (i < text.Length && text[i] < Classes.Length && Classes[text[i]] == CharacterClass.Operand);
                    break;
                case CharacterClass.Colon:
                    state = state is State.Start or State.Word ? State.Start : State.Operands;
                    i++;
                    break;
                case CharacterClass.Newline or CharacterClass.Separator:
                    state = State.Start;
                    i++;
                    break;
                case CharacterClass.Quote:
                    lineEnd = lineEnd < i ? LineEnd(text, i) : lineEnd;
                    i = Math.Min(Characters.StringEnd(text, i, lineEnd) + 1, text.Length);
                    state = state is State.Start or State.Word ? State.Word : State.AfterOperand;
                    if (text[i - 1] == '\n')
                    {
                        state = State.Start; // an unterminated string ends with its line
                    }

                    break;
                case CharacterClass.Apostrophe:
                    copied = ReplaceCharacterConstant(input, copied, ref i);
                    state = state is State.Start or State.Word ? State.Word : State.Operands;
                    break;
                case CharacterClass.Comment:
                    var end = CommentEnd(text, i);
                    if (state == State.AfterBlank)
                    {
                        copied = Drop(input, copied, waiting, i);
                        state = State.AfterOperand;
                    }

                    copied = Drop(input, copied, i, end);
                    i = end;
                    break;
                default:
                    state = state is State.Start or State.Word ? State.Word : State.Operands;
                    i++;
                    break;
            }
        }

        return state == State.AfterBlank ? Drop(input, copied, waiting, i) : copied;
    }

    private int Drop(TracedText input, int copied, int start, int end)
    {
        _output.Append(input, copied, start - copied);
        return end;
    }

    private int KeepOneBlank(TracedText input, int copied, int start, int end)
    {
        if (end == start + 1 && input.Text[start] == ' ')
        {
            return copied;
        }

        _output.Append(input, copied, start - copied);
        _output.AppendSynthesized(" ", input, start);
        return end;
    }

    // 'a' and 'a both; \n and the like are understood.
    private int ReplaceCharacterConstant(TracedText input, int copied, ref int i)
    {
        var text = input.Text;
        var start = i++;
        if (i >= text.Length || text[i] == '\n')
        {
            return copied;
        }

        var value = text[i++];
        if (value == '\\' && i < text.Length && text[i] != '\n')
        {
            value = text[i++] switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                var other => other,
            };
        }

        if (i < text.Length && text[i] == '\'')
        {
            i++;
        }

        _output.Append(input, copied, start - copied);
        _output.AppendSynthesized(((int)value).ToString(System.Globalization.CultureInfo.InvariantCulture), input, start);
        return i;
    }

    private static int BlankEnd(string text, int i)
    {
        while (i < text.Length && text[i] is ' ' or '\t' or '\r')
        {
            i++;
        }

        return i;
    }

    private static int LineEnd(string text, int i)
    {
        var end = text.IndexOf('\n', i);
        return end < 0 ? text.Length : end;
    }

    private static int CommentEnd(string text, int i)
    {
        if (text[i] == '/' && i + 1 < text.Length && text[i + 1] == '*')
        {
            var close = text.IndexOf("*/", i + 2, StringComparison.Ordinal);
            return close < 0 ? text.Length : close + 2;
        }

        return LineEnd(text, i);
    }

    private static CharacterClass[] ClassifyAscii()
    {
        var classes = new CharacterClass[128];
        for (var c = '\0'; c < 128; c++)
        {
            classes[c] = Characters.IsNamePart(c) ? CharacterClass.Operand : CharacterClass.Other;
        }

        foreach (var c in "*%-([{}")
        {
            classes[c] = CharacterClass.Operand;
        }

        classes[' '] = classes['\t'] = classes['\r'] = CharacterClass.Blank;
        classes['\n'] = CharacterClass.Newline;
        classes[';'] = CharacterClass.Separator;
        classes['"'] = CharacterClass.Quote;
        classes['\''] = CharacterClass.Apostrophe;
        classes[':'] = CharacterClass.Colon;
        classes['#'] = CharacterClass.Comment;
        classes['/'] = CharacterClass.Slash;
        classes['\\'] = CharacterClass.Backslash;
        return classes;
    }
}
