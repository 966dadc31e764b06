using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace EntryGen;

/// <summary>Models of C functions by name. A model beside the assembly (<see cref="CFunctionAttribute"/>) goes before one here.</summary>
public sealed class CFunctionTable : IReadOnlyDictionary<string, CFunction>
{
    private readonly Dictionary<string, CFunction> models = new(StringComparer.Ordinal);
    private readonly Action changed;

    internal CFunctionTable(Action changed) => this.changed = changed;

    /// <summary>How many there are.</summary>
    public int Count => models.Count;

    /// <summary>The names.</summary>
    public IEnumerable<string> Keys => models.Keys;

    /// <summary>The models.</summary>
    public IEnumerable<CFunction> Values => models.Values;

    /// <summary>The model of a function; setting it adds or replaces.</summary>
    /// <param name="name">The function's symbol.</param>
    public CFunction this[string name]
    {
        get => models[name];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            models[name] = value;
            changed();
        }
    }

    /// <summary>Removes a model, so that the function poisons registers again.</summary>
    /// <param name="name">The function's symbol.</param>
    /// <returns>Whether there was one.</returns>
    public bool Remove(string name)
    {
        changed();
        return models.Remove(name);
    }

    /// <summary>Whether there is a model.</summary>
    /// <param name="key">The function's symbol.</param>
    public bool ContainsKey(string key) => models.ContainsKey(key);

    /// <summary>Looks a model up.</summary>
    /// <param name="key">The function's symbol.</param>
    /// <param name="value">The model.</param>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out CFunction value) => models.TryGetValue(key, out value);

    /// <summary>Names and models.</summary>
    public IEnumerator<KeyValuePair<string, CFunction>> GetEnumerator() => models.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
