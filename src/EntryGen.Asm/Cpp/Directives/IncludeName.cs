using System.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>Reads the name in an include, which a macro may have made.</summary>
internal static class IncludeName
{
    /// <summary>The name with its quotes or angle brackets; null when there is none.</summary>
    /// <param name="first">The token where the name begins.</param>
    /// <param name="next">Gives the tokens after it.</param>
    public static string? Read(in Token first, Func<Token> next)
    {
        if (first.Kind is TokenKind.HeaderName or TokenKind.String)
        {
            return first.Text[0] == 'L' ? null : first.Text;
        }

        if (first.Kind != TokenKind.Less)
        {
            return null;
        }

        var name = new StringBuilder("<");
        while (true)
        {
            var token = next();
            switch (token.Kind)
            {
                case TokenKind.End:
                    return null;
                case TokenKind.Greater:
                    return name.Append('>').ToString();
                default:
                    if (token.SpaceBefore)
                    {
                        name.Append(' ');
                    }

                    name.Append(token.Text);
                    break;
            }
        }
    }
}
