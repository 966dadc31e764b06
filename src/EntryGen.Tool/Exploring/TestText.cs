using System.Text;
using EntryGen.Exploration.Scenarios;
using EntryGen.Kernel;

namespace EntryGen.Tool.Exploring;

/// <summary>An xunit test that asks a scenario's question: it fails until the entry code is fixed.</summary>
internal static class TestText
{
    /// <summary>The test as a C# file.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="property">The property that is violated.</param>
    /// <param name="files">The files that the entry code was read from.</param>
    public static string Of(EntryScenario scenario, EntryProperty property, IReadOnlyList<string> files)
    {
        var name = Identifier($"{scenario.Entry}_{property.Id}");
        var start = scenario.Start;
        var with = string.Join(", ", new[] { start.Cr3 is { } cr3 ? $"Cr3 = Side.{cr3}" : null, start.Gs is { } gs ? $"Gs = Side.{gs}" : null }.OfType<string>());
        var from = $"StartState.{start.From}{(with.Length == 0 ? "" : $" with {{ {with} }}")}";
        var events = scenario.Events == InjectedEvents.None ? "InjectedEvents.None"
            : string.Join(" | ", scenario.Events.ToString().Split(", ").Select(flag => $"InjectedEvents.{flag}"));
        return new StringBuilder()
            .Append("using EntryGen;\nusing EntryGen.Exploration.Scenarios;\nusing EntryGen.Kernel;\nusing Xunit;\n\n")
            .Append($"// The unit: one self-contained file made by 'entrygen import' of {string.Join(", ", files)}, as an AdditionalFiles item.\n")
            .Append($"[EntryCode(Source = \"{(files.Count == 0 ? "entry_64.S" : Path.GetFileName(files[0]))}\", Entries = [{string.Join(", ", Entries(scenario).Select(entry => $"\"{entry}\""))}])]\n")
            .Append($"public static partial class {name}_unit;\n\n")
            .Append($"public sealed class {name}_tests\n{{\n")
            .Append($"    /// <summary>{property.Id}: {property.Words.Replace("<", "&lt;", StringComparison.Ordinal)}.</summary>\n")
            .Append("    [Fact]\n")
            .Append($"    public void Holds() => EntryScenario.Of({name}_unit.EntryUnit, \"{scenario.Entry}\")\n")
            .Append($"        .From({from})\n")
            .Append($"        .With(new FeatureSet({string.Join(", ", scenario.Options.Features.Select(feature => $"\"{feature}\""))}))\n")
            .Append($"        .Inject({events}, most: {scenario.MostEvents})\n")
            .Append($"        .With(EntryProperties.Find(\"{property.Id}\"))\n")
            .Append("        .Explore()\n        .ShouldHold();\n}\n")
            .ToString();
    }

    private static IEnumerable<string> Entries(EntryScenario scenario) =>
        ScenarioEntries.Of(scenario.Events).Where(scenario.Unit.Symbols.ContainsKey).Prepend(scenario.Entry).Distinct();

    private static string Identifier(string text) => string.Concat(text.Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_'));
}
