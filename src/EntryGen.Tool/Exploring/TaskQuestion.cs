using System.Globalization;
using EntryGen.Exploration.Tasks;

namespace EntryGen.Tool.Exploring;

/// <summary>A scenario of tasks to explore, and how a command names it again.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Property">The property that declares it, with its class.</param>
/// <param name="Number">Its place in the list that the property is; null when it is no list.</param>
internal sealed record TaskQuestion(TaskScenario Scenario, string Property, int? Number)
{
    /// <summary>The property, of a list with the place.</summary>
    public string Name => Number is { } number ? string.Create(CultureInfo.InvariantCulture, $"{Property}[{number}]") : Property;
}
