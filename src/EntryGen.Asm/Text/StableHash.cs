namespace EntryGen.Asm.Text;

/// <summary>A hash that is the same in every process, unlike that of <see cref="string"/>.</summary>
public static class StableHash
{
    /// <summary>FNV-1a over the UTF-16 units of a text.</summary>
    public static uint Of(string text)
    {
        var hash = 2166136261u;
        foreach (var character in text)
        {
            hash = unchecked((hash ^ character) * 16777619u);
        }

        return hash;
    }
}
