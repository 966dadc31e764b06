namespace EntryGen.Asm.Building;

/// <summary>The alternative sites of a section, found by place. No two share an element.</summary>
internal sealed class SiteList
{
    private static readonly IReadOnlyList<SitePlan> _none = [];

    private readonly List<SitePlan> _sites = [];
    private readonly Dictionary<(int StartSequence, int End), SitePlan> _byExtent = [];
    private readonly Dictionary<int, List<SitePlan>> _byElement = [];
    private readonly SortedIndex<int> _ends = new();
    private readonly SortedIndex<bool> _empty = new();

    /// <summary>The sites in the order of their records.</summary>
    public IReadOnlyList<SitePlan> InOrder => _sites;

    /// <summary>The site that starts at a label and ends before an element, or null.</summary>
    public SitePlan? Find(int startSequence, int end) => _byExtent.TryGetValue((startSequence, end), out var site) ? site : null;

    /// <summary>Whether a site shares an element with a range, stands inside it or has it inside.</summary>
    public bool Overlaps(int first, int end) =>
        (_ends.LastBefore(end) is { } original && first < original.Value) || (_empty.LastBefore(end) is { } empty && first < empty.Key);

    /// <summary>Adds a site that overlaps no other.</summary>
    public void Add(SitePlan site)
    {
        var (first, end) = (site.First, site.End);
        _sites.Add(site);
        _byExtent.Add((site.StartSequence, end), site);
        if (end > first)
        {
            _ends.Insert(first, end);
        }
        else
        {
            _empty.Insert(first, true);
        }

        if (!_byElement.TryGetValue(first, out var sites))
        {
            _byElement.Add(first, sites = []);
        }

        sites.Insert(FirstFrom(sites, site.StartSequence), site);
    }

    /// <summary>The sites before an element, in order: all but the last are without original code.</summary>
    public IReadOnlyList<SitePlan> At(int element) => _byElement.TryGetValue(element, out var sites) ? sites : _none;

    /// <summary>The first site before an element that starts at a label or behind it, or null.</summary>
    public SitePlan? From(int element, int sequence)
    {
        var sites = At(element);
        var index = FirstFrom(sites, sequence);
        return index < sites.Count ? sites[index] : null;
    }

    private static int FirstFrom(IReadOnlyList<SitePlan> sites, int sequence)
    {
        var low = 0;
        var high = sites.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sites[middle].StartSequence < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
