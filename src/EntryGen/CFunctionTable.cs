using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace EntryGen;

/// <summary>Models of C functions by name. A model beside the assembly (<see cref="CFunctionAttribute"/>) goes before one here.</summary>
public sealed class CFunctionTable : IReadOnlyDictionary<string, CFunction>
{
    private readonly Dictionary<string, CFunction> _models = new(StringComparer.Ordinal);
    private readonly Action _changed;

    internal CFunctionTable(Action changed) => _changed = changed;

    /// <summary>How many there are.</summary>
    public int Count => _models.Count;

    /// <summary>The names.</summary>
    public IEnumerable<string> Keys => _models.Keys;

    /// <summary>The models.</summary>
    public IEnumerable<CFunction> Values => _models.Values;

    /// <summary>The model of a function; setting it adds or replaces.</summary>
    /// <param name="name">The function's symbol.</param>
    public CFunction this[string name]
    {
        get => _models[name];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _models[name] = value;
            _changed();
        }
    }

    /// <summary>Removes a model, so that the function poisons registers again.</summary>
    /// <param name="name">The function's symbol.</param>
    /// <returns>Whether there was one.</returns>
    public bool Remove(string name)
    {
        _changed();
        return _models.Remove(name);
    }

    /// <summary>Whether there is a model.</summary>
    /// <param name="key">The function's symbol.</param>
    public bool ContainsKey(string key) => _models.ContainsKey(key);

    /// <summary>Looks a model up.</summary>
    /// <param name="key">The function's symbol.</param>
    /// <param name="value">The model.</param>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out CFunction value) => _models.TryGetValue(key, out value);

    /// <summary>Names and models.</summary>
    public IEnumerator<KeyValuePair<string, CFunction>> GetEnumerator() => _models.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
