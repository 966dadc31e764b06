using System.CommandLine;
using EntryGen.Asm;
using EntryGen.Asm.Text;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Input;

/// <summary>The option <c>--features</c>: the complete set of CPU features that are on.</summary>
internal sealed class FeatureOption
{
    private const string Prefix = "X86_FEATURE_";
    private const string BugPrefix = "X86_BUG_";

    private readonly Option<string?> _option;
    private readonly FeatureSet? _defaults;

    /// <summary>The option.</summary>
    /// <param name="purpose">What the features do in the command.</param>
    /// <param name="defaults">The features when none are given; null when that means something else.</param>
    public FeatureOption(string purpose, FeatureSet? defaults)
    {
        _defaults = defaults;
        var byDefault = defaults is null ? "" : $" (default: {defaults})";
        _option = new("--features")
        {
            Description = $"All CPU features that are on, separated by commas, without {Prefix}; '' for none{byDefault}: {purpose} "
                + $"Known: {string.Join(',', KernelFeatures.All)}, and every other {Prefix} of the files' headers.",
            HelpName = "PTI,PCID,...",
        };
    }

    /// <summary>Adds the option.</summary>
    public void AddTo(Command command) => command.Add(_option);

    /// <summary>The features given, or the defaults.</summary>
    /// <exception cref="InputException">Neither the code nor its headers know a name.</exception>
    public FeatureSet? Read(ParseResult result, IReadOnlyList<ReadUnit> units, Program program)
    {
        if (result.GetValue(_option) is not { } text)
        {
            return _defaults;
        }

        var known = program.Features.Select(feature => feature.Name).Concat(units.SelectMany(unit => unit.Listing.PreprocessorMacros!.Names).Select(FeatureOf).OfType<string>());
        return Read(text, known);
    }

    /// <summary>The features given for a compiled unit; null when none are.</summary>
    /// <exception cref="InputException">A name is not known.</exception>
    public FeatureSet? ReadGiven(ParseResult result, EntryUnit unit) => result.GetValue(_option) is { } text ? Read(text, unit.Features) : null;

    private static FeatureSet Read(string text, IEnumerable<string> ofCode)
    {
        var names = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var known = new HashSet<string>(KernelFeatures.All.Concat(ofCode), StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!known.Contains(name))
            {
                var meant = name.StartsWith(Prefix, StringComparison.Ordinal) ? $" Names are given without {Prefix}." : NearestName.Suggest(name, known.Order(StringComparer.Ordinal));
                throw new InputException($"--features: no CPU feature is called '{name}'.{meant}");
            }
        }

        return new FeatureSet(names);
    }

    /// <summary>The feature that a header's macro numbers, or null.</summary>
    private static string? FeatureOf(string macro) =>
        macro.StartsWith(Prefix, StringComparison.Ordinal) ? macro[Prefix.Length..]
        : macro.StartsWith(BugPrefix, StringComparison.Ordinal) ? "BUG_" + macro[BugPrefix.Length..]
        : null;
}
