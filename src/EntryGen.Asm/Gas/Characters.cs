using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>What characters are to GNU as for x86-64 ELF.</summary>
internal static class Characters
{
    /// <summary>Can begin a symbol, directive, mnemonic or macro name.</summary>
    public static bool IsNameStart(char c) => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or '_' or '.' or '$' or >= '\x80';

    /// <summary>Can continue one.</summary>
    public static bool IsNamePart(char c) => IsNameStart(c) || IsDigit(c);

    public static bool IsDigit(char c) => c is >= '0' and <= '9';

    public static bool IsBlank(char c) => c is ' ' or '\t';

    /// <summary>Lower case in the C locale: only ASCII letters change.</summary>
    public static string ToLower(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] is >= 'A' and <= 'Z')
            {
                var characters = name.ToCharArray();
                for (; i < characters.Length; i++)
                {
                    characters[i] = characters[i] is >= 'A' and <= 'Z' ? (char)(characters[i] | 0x20) : characters[i];
                }

                return new string(characters);
            }
        }

        return name;
    }

    /// <summary>The index behind the name that starts at an index.</summary>
    public static int NameEnd(string text, int start, int end)
    {
        while (start < end && IsNamePart(text[start]))
        {
            start++;
        }

        return start;
    }

    /// <summary>The name that a text begins with; empty when it begins with none.</summary>
    public static TextSlice LeadingName(TextSlice text) => text.Start < text.End && IsNameStart(text.Source.Text[text.Start])
        ? text.Between(text.Start, NameEnd(text.Source.Text, text.Start, text.End))
        : text.Between(text.Start, text.Start);

    public static int SkipBlanks(string text, int start, int end)
    {
        while (start < end && IsBlank(text[start]))
        {
            start++;
        }

        return start;
    }

    /// <summary>Skips blanks and at most one comma among them, which is how macro operands are separated.</summary>
    public static int SkipComma(string text, int start, int end)
    {
        start = SkipBlanks(text, start, end);
        return start < end && text[start] == ',' ? SkipBlanks(text, start + 1, end) : start;
    }

    /// <summary>The index of the quote that closes the string opened at an index, or the end when none does; a backslash escapes.</summary>
    public static int StringEnd(string text, int quote, int end)
    {
        for (var i = quote + 1; i < end; i++)
        {
            switch (text[i])
            {
                case '"':
                    return i;
                case '\\':
                    i++;
                    break;
                case '\n':
                    return end;
            }
        }

        return end;
    }
}
