using System.Text;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>Backslash-newline: the preprocessor reads as if the two were not there. gcc allows blanks between them, and so do we.</summary>
internal static class Splices
{
    /// <summary>The offset after any run of backslash-newlines at <paramref name="offset"/>; the same offset when there is none.</summary>
    public static int Skip(string text, int offset)
    {
        while (offset < text.Length && text[offset] == '\\')
        {
            var end = EndOf(text, offset);
            if (end == offset)
            {
                break;
            }

            offset = end;
        }

        return offset;
    }

    /// <summary>The characters of a range without its backslash-newlines.</summary>
    public static string Remove(string text, int start, int length)
    {
        var builder = new StringBuilder(length);
        var end = start + length;
        for (var i = Skip(text, start); i < end; i = Skip(text, i + 1))
        {
            builder.Append(text[i]);
        }

        return builder.ToString();
    }

    /// <summary>Adds the characters of a range without its backslash-newlines.</summary>
    public static void Append(TracedTextBuilder builder, SourceText source, int start, int length, CppExpansion? expansion)
    {
        var end = start + length;
        for (var i = Skip(source.Text, start); i < end; i = Skip(source.Text, i + 1))
        {
            builder.Append(source, i, 1, expansion);
        }
    }

    private static int EndOf(string text, int backslash)
    {
        for (var i = backslash + 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\n':
                    return i + 1;
                case ' ' or '\t' or '\f' or '\v' or '\r':
                    continue;
                default:
                    return backslash;
            }
        }

        return backslash;
    }
}
