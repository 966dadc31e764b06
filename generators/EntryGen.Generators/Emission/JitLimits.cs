namespace EntryGen.Generators.Emission;

/// <summary>
/// What keeps the JIT optimizing: it turns to its quick mode at 8,000 references to locals, 2,000 blocks or 60,000 bytes of IL in a method
/// (DESIGN section 4). The caps are half of that; a reference and what is done with it take some 6 bytes of IL, so that the first holds the others.
/// </summary>
internal static class JitLimits
{
    /// <summary>References to locals and parameters that a method may have.</summary>
    public const int LocalReferences = 4000;

    /// <summary>Whether a method of <c>Run</c> stays below the cap.</summary>
    /// <param name="method">Its text.</param>
    public static bool Allow(string method) => CountLocals(method) <= LocalReferences;

    /// <summary>
    /// References to locals in the text of a method. Locals begin with a small letter and are followed by no parenthesis; keywords, labels and the few other
    /// names that look the same make the count too high, never too low.
    /// </summary>
    public static int CountLocals(string method)
    {
        var count = 0;
        for (var i = 0; i < method.Length; i++)
        {
            if (method[i] == '/' && i + 1 < method.Length && method[i + 1] == '/')
            {
                i = method.IndexOf('\n', i);
                if (i < 0)
                {
                    break;
                }
            }
            else if (char.IsLetterOrDigit(method[i]))
            {
                var start = i;
                while (i + 1 < method.Length && (char.IsLetterOrDigit(method[i + 1]) || method[i + 1] == '_'))
                {
                    i++;
                }

                var isMember = start > 0 && method[start - 1] is '.' or ':';
                count += char.IsLower(method[start]) && !isMember && !_keywords.Contains(method.Substring(start, i + 1 - start)) ? 1 : 0;
            }
        }

        return count;
    }

    private static readonly HashSet<string> _keywords = new(StringComparer.Ordinal)
    {
        "ref", "out", "var", "ulong", "long", "uint", "int", "ushort", "byte", "goto", "if", "return", "switch", "case", "default", "unchecked", "global",
        "private", "static",
    };
}
