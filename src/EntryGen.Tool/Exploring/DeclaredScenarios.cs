using System.Reflection;
using EntryGen.Exploration.Scenarios;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Exploring;

/// <summary>The scenarios that classes of a compiled assembly declare by <c>[Scenario]</c> attributes.</summary>
internal sealed class DeclaredScenarios
{
    private readonly IReadOnlyList<(string Class, IReadOnlyList<EntryScenario> Scenarios)> _classes;

    private DeclaredScenarios(IReadOnlyList<(string Class, IReadOnlyList<EntryScenario> Scenarios)> classes) => _classes = classes;

    /// <summary>All of them, by class and in the order of their attributes.</summary>
    public IEnumerable<Question> All => _classes.SelectMany(
        declared => declared.Scenarios.Select((scenario, number) => new Question(scenario, declared.Class, declared.Class, number)));

    /// <summary>Reads the classes.</summary>
    /// <param name="types">The types of the assembly.</param>
    /// <param name="path">The assembly's file, for messages.</param>
    /// <exception cref="InputException">What a class declares cannot be: an entry that is not reached from there.</exception>
    public static DeclaredScenarios In(IEnumerable<Type> types, string path)
    {
        var classes = new List<(string, IReadOnlyList<EntryScenario>)>();
        foreach (var type in types.Where(type => type.IsDefined(typeof(ScenarioAttribute), inherit: false)).OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            if (type.GetProperty("Scenarios", BindingFlags.Public | BindingFlags.Static) is not { } property || property.PropertyType != typeof(IReadOnlyList<EntryScenario>))
            {
                continue;
            }

            try
            {
                classes.Add((type.FullName!, (IReadOnlyList<EntryScenario>)property.GetValue(null)!));
            }
            catch (TargetInvocationException wrong)
            {
                throw new InputException($"{path}: the scenarios of '{type.FullName}' cannot be made: {wrong.InnerException!.Message}");
            }
        }

        return new DeclaredScenarios(classes);
    }

    /// <summary>Those of a class, or else those about an entry.</summary>
    /// <param name="name">The class, its namespace may be left out; or the entry, with the unit's class or without.</param>
    public IReadOnlyList<Question> Of(string name)
    {
        Question[] ofClass = [.. All.Where(question => IsEndOf(name, question.DeclaredIn!))];
        return ofClass.Length > 0 ? ofClass : [.. All.Where(question => IsEndOf(name, $"{question.Scenario.Unit.Name}.{question.Scenario.Entry}"))];
    }

    private static bool IsEndOf(string name, string qualified) => ("." + qualified).EndsWith("." + name, StringComparison.Ordinal);
}
