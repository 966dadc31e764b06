using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Tasks;
using Microsoft.CodeAnalysis.CSharp;

namespace EntryGen.Tool.Exploring;

/// <summary>An xunit test that asks a question about tasks: it fails until the entry code is fixed.</summary>
internal static class TaskTestText
{
    /// <summary>The test as a C# file.</summary>
    /// <param name="question">What was asked.</param>
    /// <param name="property">The property that is violated.</param>
    public static string Of(TaskQuestion question, TaskProperty property)
    {
        var scenario = question.Scenario;
        var name = string.Concat($"{question.Name}_{property.Id}".Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_'));
        var declared = $"global::{question.Property.Replace('+', '.')}{(question.Number is { } number ? $".ElementAt({number})" : "")}";
        var events = scenario.Events == InjectedEvents.None ? "InjectedEvents.None" : string.Join(" | ", scenario.Events.ToString().Split(", ").Select(flag => $"InjectedEvents.{flag}"));
        return $$"""
            using System.Linq;
            using EntryGen;
            using EntryGen.Exploration.Scenarios;
            using EntryGen.Exploration.Tasks;
            using EntryGen.Kernel;
            using Xunit;

            public sealed class {{name}}_tests
            {
                /// <summary>{{property.Id}}: {{property.Words.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)}}.</summary>
                [Fact]
                public void Holds()
                {
                    var scenario = {{declared}};
                    scenario.In(scenario.Options with { Features = new FeatureSet([{{string.Join(", ", scenario.Options.Features.Select(Quote))}}]) })
                        .Inject({{events}}, most: {{scenario.MostEvents}})
                        .Ask(scenario.Properties.Concat(TaskProperties.Named).First(property => property.Id == {{Quote(property.Id)}}))
                        .Explore()
                        .ShouldHold();
                }
            }

            """.ReplaceLineEndings("\n");
    }

    private static string Quote(string text) => SymbolDisplay.FormatLiteral(text, quote: true);
}
