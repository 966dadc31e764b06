using EntryGen.Asm.Cpp;

namespace EntryGen.Asm.Building;

/// <summary>Names CPU features by the macros of cpufeatures.h and numbers them by first use.</summary>
internal sealed class FeatureTable(IReadOnlyList<ProgramUnit> units)
{
    private const string FeaturePrefix = "X86_FEATURE_";
    private const string BugPrefix = "X86_BUG_";
    private readonly Dictionary<int, CpuFeature> _features = [];
    private Dictionary<int, string>? _names;

    /// <summary>All features asked for, in order of first use.</summary>
    public IReadOnlyList<CpuFeature> Features => [.. _features.Values.OrderBy(feature => feature.Index)];

    /// <summary>The feature of a number; the same object for the same number.</summary>
    public CpuFeature Get(int number)
    {
        if (!_features.TryGetValue(number, out var feature))
        {
            _names ??= ReadNames();
            var name = _names.TryGetValue(number, out var known) ? known : $"{number / 32}*32+{number % 32}";
            _features.Add(number, feature = new CpuFeature(name, number, _features.Count));
        }

        return feature;
    }

    // An alias is defined as another name; the name defined by a number is the feature's own.
    private Dictionary<int, string> ReadNames()
    {
        var names = new Dictionary<int, string>();
        foreach (var unit in units)
        {
            var own = new HashSet<int>();
            foreach (var name in unit.Macros.ObjectLikeNames((name, _) => IsFeature(name)))
            {
                if (unit.Macros.Find(name) is not { } macro || !unit.Macros.TryEvaluate(name, out var value) || value is < 0 or > 0xFFFF)
                {
                    continue;
                }

                var number = (int)value;
                var isOwn = !IsFeature(macro.Body.Text.Trim().TrimStart('('));
                if (!names.ContainsKey(number) || (isOwn && own.Add(number)))
                {
                    names[number] = name.StartsWith(FeaturePrefix, StringComparison.Ordinal) ? name.Substring(FeaturePrefix.Length) : name.Substring("X86_".Length);
                }
            }
        }

        return names;
    }

    private static bool IsFeature(string name) =>
        name.StartsWith(FeaturePrefix, StringComparison.Ordinal) || name.StartsWith(BugPrefix, StringComparison.Ordinal);
}
