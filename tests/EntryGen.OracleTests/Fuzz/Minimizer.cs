namespace EntryGen.OracleTests.Fuzz;

/// <summary>Shortens a text that fails: leaves out ever smaller runs of lines, then of characters, as long as it still fails.</summary>
internal static class Minimizer
{
    /// <summary>A shorter text that fails too.</summary>
    /// <param name="text">The text that fails.</param>
    /// <param name="fails">Tries a text.</param>
    /// <param name="attempts">How many tries may be made.</param>
    public static string Minimize(string text, Func<string, bool> fails, int attempts)
    {
        var lines = Shorten([.. text.Split('\n')], candidate => fails(string.Join('\n', candidate)), ref attempts);
        var characters = Shorten([.. string.Join('\n', lines)], candidate => fails(new string([.. candidate])), ref attempts);
        return new string([.. characters]);
    }

    private static List<T> Shorten<T>(List<T> pieces, Func<List<T>, bool> fails, ref int attempts)
    {
        for (var size = Math.Max(1, pieces.Count / 2); size > 0; size /= 2)
        {
            for (var start = 0; start < pieces.Count;)
            {
                if (attempts-- <= 0)
                {
                    return pieces;
                }

                var candidate = pieces.Take(start).Concat(pieces.Skip(start + size)).ToList();
                if (candidate.Count < pieces.Count && fails(candidate))
                {
                    pieces = candidate;
                }
                else
                {
                    start += size;
                }
            }
        }

        return pieces;
    }
}
