using System.Runtime.CompilerServices;

namespace EntryGen.Asm.Text;

/// <summary>Objects that are equal only to themselves, whatever their type thinks.</summary>
internal sealed class ByReference<T> : IEqualityComparer<T>
    where T : class
{
    public static ByReference<T> Comparer { get; } = new();

    public bool Equals(T? x, T? y) => ReferenceEquals(x, y);

    public int GetHashCode(T obj) => RuntimeHelpers.GetHashCode(obj);
}
