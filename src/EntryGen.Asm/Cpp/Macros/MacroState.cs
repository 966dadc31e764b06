namespace EntryGen.Asm.Cpp;

/// <summary>Which macros are defined at one moment of a run, which are being expanded and which were used.</summary>
internal sealed class MacroState(NameTable names)
{
    // In pages: one array for the ten thousands of names that headers have would be one that the garbage collector keeps apart, and takes long to give back.
    private const int PageBits = 9;
    private const int PageSize = 1 << PageBits;

    private MacroDefinition?[]?[] _pages = new MacroDefinition?[]?[(names.Count >> PageBits) + 2];
    private bool[] _expanding = new bool[names.Count + 64];
    private bool[] _used = new bool[names.Count + 64];
    private readonly List<Name> _usedNames = [];
    private List<KeyValuePair<Name, MacroDefinition?>>? _changes;

    public NameTable Names { get; } = names;

    /// <summary>The names of macros that were expanded or tested, in the order of their first use in each part.</summary>
    public IReadOnlyList<Name> Used => _usedNames;

    public MacroDefinition? Find(Name name) =>
        name.Id >> PageBits is var page && page < _pages.Length && _pages[page] is { } definitions ? definitions[name.Id & (PageSize - 1)] : null;

    public void Define(MacroDefinition definition)
    {
        _changes?.Add(new KeyValuePair<Name, MacroDefinition?>(definition.Name, definition));
        Set(definition.Name, definition);
    }

    public void Undefine(Name name)
    {
        _changes?.Add(new KeyValuePair<Name, MacroDefinition?>(name, null));
        Set(name, null);
    }

    /// <summary>Whether the name stands in its macro's own expansion, where it is no macro.</summary>
    public bool IsExpanding(Name name) => name.Id < _expanding.Length && _expanding[name.Id];

    public void SetExpanding(Name name, bool value)
    {
        if (name.Id >= _expanding.Length)
        {
            Array.Resize(ref _expanding, Math.Max(name.Id + 1, _expanding.Length * 2));
        }

        _expanding[name.Id] = value;
    }

    public void MarkUsed(Name name)
    {
        if (name.Id >= _used.Length)
        {
            Array.Resize(ref _used, Math.Max(name.Id + 1, _used.Length * 2));
        }

        if (!_used[name.Id])
        {
            _used[name.Id] = true;
            _usedNames.Add(name);
        }
    }

    /// <summary>From now on changes are noted; names that are used are noted again, whatever was used before.</summary>
    public void BeginPart()
    {
        _changes = [];
        Array.Clear(_used, 0, _used.Length);
    }

    /// <summary>What changed since.</summary>
    public IReadOnlyList<KeyValuePair<Name, MacroDefinition?>> EndPart()
    {
        var changes = _changes!;
        _changes = null;
        return changes;
    }

    /// <summary>Changes that were noted in another run are made here.</summary>
    public void Repeat(IReadOnlyList<KeyValuePair<Name, MacroDefinition?>> changes, IEnumerable<Name> used)
    {
        foreach (var change in (List<KeyValuePair<Name, MacroDefinition?>>)changes)
        {
            Set(change.Key, change.Value);
        }

        _usedNames.AddRange(used);
    }

    public IEnumerable<MacroDefinition> All()
    {
        foreach (var page in _pages)
        {
            foreach (var definition in page ?? [])
            {
                if (definition is not null)
                {
                    yield return definition;
                }
            }
        }
    }

    private void Set(Name name, MacroDefinition? definition)
    {
        var page = name.Id >> PageBits;
        if (page >= _pages.Length)
        {
            Array.Resize(ref _pages, Math.Max(page + 1, _pages.Length * 2));
        }

        (_pages[page] ??= new MacroDefinition?[PageSize])[name.Id & (PageSize - 1)] = definition;
    }
}
