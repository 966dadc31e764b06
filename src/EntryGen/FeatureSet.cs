using System.Collections;

namespace EntryGen;

/// <summary>The CPU features that are on, by the kernel's names: they select the alternatives of the code. Immutable.</summary>
/// <remarks>
/// Names are written as in the kernel without <c>X86_FEATURE_</c> (<c>PTI</c>, <c>PCID</c>, <c>FSGSBASE</c>); a name with the prefix means the same.
/// The set chooses code only. What the processor itself can do does not depend on it: it enumerates every feature that docs/machine-model.md lists.
/// </remarks>
public sealed class FeatureSet : IReadOnlyCollection<string>, IEquatable<FeatureSet>
{
    private const string Prefix = "X86_FEATURE_";

    private readonly SortedSet<string> _names;

    /// <summary>A set of features.</summary>
    /// <param name="names">The features that are on.</param>
    public FeatureSet(params IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        _names = new SortedSet<string>(names.Select(Normalize), StringComparer.Ordinal);
    }

    /// <summary>No feature is on.</summary>
    public static FeatureSet None { get; } = new([]);

    /// <summary>Page-table isolation with PCIDs on a processor of 2015 to 2018, the machine PTI was made for.</summary>
    public static FeatureSet Pti { get; } = new("PTI", "PCID", "INVPCID", "SMAP", "SMEP", "SYSCALL32", "SYSENTER32");

    /// <summary>As <see cref="Pti"/>, on a processor that has and uses FSGSBASE.</summary>
    public static FeatureSet PtiFsgsbase { get; } = Pti.With("FSGSBASE");

    /// <summary>How many are on.</summary>
    public int Count => _names.Count;

    /// <summary>Whether the feature is on.</summary>
    /// <param name="name">Its name, with or without <c>X86_FEATURE_</c>.</param>
    public bool Contains(string name) => _names.Contains(Normalize(name));

    /// <summary>This set and these.</summary>
    /// <param name="added">Names of features.</param>
    public FeatureSet With(params IEnumerable<string> added) => new(_names.Concat(added));

    /// <summary>This set but for these.</summary>
    /// <param name="removed">Names of features.</param>
    public FeatureSet Without(params IEnumerable<string> removed) => new(_names.Except(removed.Select(Normalize), StringComparer.Ordinal));

    /// <summary>The names in ordinal order.</summary>
    public IEnumerator<string> GetEnumerator() => _names.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(FeatureSet? other) => other is not null && _names.SetEquals(other._names);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FeatureSet);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());

    /// <summary>The names separated by commas.</summary>
    public override string ToString() => string.Join(',', _names);

    private static string Normalize(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
    }
}
