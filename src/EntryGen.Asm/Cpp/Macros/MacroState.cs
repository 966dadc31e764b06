namespace EntryGen.Asm.Cpp;

/// <summary>Which macros are defined at one moment of a run, which are being expanded and which were used.</summary>
internal sealed class MacroState(NameTable names)
{
    private MacroDefinition?[] _definitions = new MacroDefinition?[names.Count + 64];
    private bool[] _expanding = new bool[names.Count + 64];
    private bool[] _used = new bool[names.Count + 64];
    private readonly List<Name> _usedNames = [];

    public NameTable Names { get; } = names;

    /// <summary>The names of macros that were expanded or tested, in the order of their first use.</summary>
    public IReadOnlyList<Name> Used => _usedNames;

    public MacroDefinition? Find(Name name) => name.Id < _definitions.Length ? _definitions[name.Id] : null;

    public void Define(MacroDefinition definition)
    {
        Reserve(definition.Name.Id);
        _definitions[definition.Name.Id] = definition;
    }

    public void Undefine(Name name)
    {
        if (name.Id < _definitions.Length)
        {
            _definitions[name.Id] = null;
        }
    }

    /// <summary>Whether the name stands in its macro's own expansion, where it is no macro.</summary>
    public bool IsExpanding(Name name) => _expanding[name.Id];

    public void SetExpanding(Name name, bool value) => _expanding[name.Id] = value;

    public void MarkUsed(Name name)
    {
        Reserve(name.Id);
        if (!_used[name.Id])
        {
            _used[name.Id] = true;
            _usedNames.Add(name);
        }
    }

    public IEnumerable<MacroDefinition> All()
    {
        foreach (var definition in _definitions)
        {
            if (definition is not null)
            {
                yield return definition;
            }
        }
    }

    private void Reserve(int id)
    {
        if (id >= _definitions.Length)
        {
            var size = Math.Max(id + 1, _definitions.Length * 2);
            Array.Resize(ref _definitions, size);
            Array.Resize(ref _expanding, size);
            Array.Resize(ref _used, size);
        }
    }
}
