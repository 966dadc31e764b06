using EntryGen.Asm.Gas;

namespace EntryGen.Asm.Units;

/// <summary>The last listing of each unit, from which the next reading takes what an edit leaves. Safe between threads; the least recently kept go first.</summary>
internal sealed class ListingCache
{
    /// <summary>Statements kept together: the kernel's entry_64.S has 11,000, which take 5 MiB.</summary>
    private const int MaxStatements = 40_000;

    /// <summary>Listings kept, however small.</summary>
    private const int MaxListings = 256;

    private readonly List<(string Unit, AssemblyListing Listing)> _listings = [];

    /// <summary>The last listing of a unit, or null.</summary>
    public AssemblyListing? Find(string unit)
    {
        lock (_listings)
        {
            return _listings.Find(entry => entry.Unit == unit).Listing;
        }
    }

    /// <summary>Keeps the listing of a unit in place of the one before; one that is too large alone is not kept.</summary>
    public void Keep(string unit, AssemblyListing listing)
    {
        lock (_listings)
        {
            _listings.RemoveAll(entry => entry.Unit == unit);
            _listings.Add((unit, listing));
            var statements = 0;
            for (var i = _listings.Count - 1; i >= 0; i--)
            {
                statements += _listings[i].Listing.Statements.Count;
                if (statements > MaxStatements || _listings.Count - i > MaxListings)
                {
                    _listings.RemoveRange(0, i + 1);
                    return;
                }
            }
        }
    }
}
