namespace EntryGen.Asm.Text;

/// <summary>Finds the name that was probably meant.</summary>
public static class NearestName
{
    // Longer names are compared no further: an edit distance costs the product of the lengths.
    private const int MaxLength = 128;

    // Enough for a thousand names of thirty characters; a unit with more has suggestions from the first ones only.
    private const int MaxComparisons = 1_000_000;

    /// <summary>The candidate with the fewest edits (insert, delete, replace, swap of neighbours), ignoring case, if they are few for its length.</summary>
    /// <param name="name">The name that is not there.</param>
    /// <param name="candidates">The names that are; the first of equally near ones in ordinal order is taken.</param>
    /// <returns>Null when none is near.</returns>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        if (name.Length is 0 or > MaxLength)
        {
            return null;
        }

        var limit = Math.Max(1, name.Length / 3);
        var comparisons = 0;
        string? nearest = null;
        foreach (var candidate in candidates)
        {
            if (Math.Abs(candidate.Length - name.Length) > limit || candidate == name)
            {
                continue;
            }

            comparisons += name.Length * candidate.Length;
            if (comparisons > MaxComparisons)
            {
                break;
            }

            var distance = Distance(name, candidate, limit);
            if (distance < limit || (distance == limit && (nearest is null || string.CompareOrdinal(candidate, nearest) < 0)))
            {
                nearest = candidate;
                limit = distance;
            }
        }

        return nearest;
    }

    /// <summary><c> Did you mean 'x'?</c>, or nothing.</summary>
    public static string Suggest(string name, IEnumerable<string> candidates) =>
        Find(name, candidates) is { } nearest ? $" Did you mean '{nearest}'?" : "";

    private static int Distance(string left, string right, int limit)
    {
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        var beforePrevious = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            current[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            (beforePrevious, previous, current) = (previous, current, beforePrevious);
            current[0] = i;
            var least = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                var edits = Math.Min(Math.Min(previous[j] + 1, current[j - 1] + 1), previous[j - 1] + cost);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                {
                    edits = Math.Min(edits, beforePrevious[j - 2] + 1);
                }

                current[j] = edits;
                least = Math.Min(least, edits);
            }

            if (least > limit)
            {
                return least;
            }
        }

        return current[right.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
