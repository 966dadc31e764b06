namespace EntryGen.Asm.Building;

/// <summary>Values by ascending numbers, mostly added in that order.</summary>
internal sealed class SortedIndex<T>
{
    private readonly List<int> _keys = [];
    private readonly List<T> _values = [];

    /// <summary>Adds a value.</summary>
    public void Insert(int key, T value)
    {
        var index = FirstFrom(key);
        _keys.Insert(index, key);
        _values.Insert(index, value);
    }

    /// <summary>The value of the greatest number below a limit, or null.</summary>
    public (int Key, T Value)? LastBefore(int limit) => FirstFrom(limit) - 1 is var index and >= 0 ? (_keys[index], _values[index]) : null;

    private int FirstFrom(int key)
    {
        var index = _keys.BinarySearch(key);
        index = index < 0 ? ~index : index;
        while (index > 0 && _keys[index - 1] == key)
        {
            index--;
        }

        return index;
    }
}
