using System.Reflection;
using EntryGen.Exploration.Tasks;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Exploring;

/// <summary>The scenarios of tasks that properties of a compiled assembly are, marked <c>[TaskScenarios]</c>. They are made when they are asked for.</summary>
internal sealed class DeclaredTasks(IReadOnlyList<PropertyInfo> properties, string path)
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>Finds the properties.</summary>
    /// <param name="types">The types of the assembly.</param>
    /// <param name="path">The assembly's file, for messages.</param>
    public static DeclaredTasks In(IEnumerable<Type> types, string path) => new(
        [.. types.SelectMany(type => type.GetProperties(Any)).Where(property => property.IsDefined(typeof(TaskScenariosAttribute), inherit: false)).OrderBy(NameOf, StringComparer.Ordinal)], path);

    /// <summary>The names by which they can be asked for.</summary>
    public IEnumerable<string> Names => properties.Select(property => property.Name);

    /// <summary>Those of a property or, all of them, of a class.</summary>
    /// <param name="name">The property, its class and namespace may be left out; or the class.</param>
    /// <exception cref="InputException">Several classes have such a property, or it is no scenario.</exception>
    public IReadOnlyList<TaskQuestion> Of(string name)
    {
        var named = properties.Where(property => IsEndOf(name, NameOf(property))).ToList();
        if (named.Count > 1)
        {
            throw new InputException($"{path}: several classes have '{name}': {string.Join(", ", named.Select(NameOf))}. Give one of these.");
        }

        return [.. (named.Count == 1 ? named : properties.Where(property => IsEndOf(name, property.DeclaringType!.FullName!))).SelectMany(Read)];
    }

    private IEnumerable<TaskQuestion> Read(PropertyInfo property)
    {
        try
        {
            return (property.GetMethod is { IsStatic: true } ? property.GetValue(null) : null) switch
            {
                TaskScenario one => [new TaskQuestion(one, NameOf(property), null)],
                IEnumerable<TaskScenario> several => [.. several.Select((scenario, number) => new TaskQuestion(scenario, NameOf(property), number))],
                _ => throw new InputException($"{path}: {NameOf(property)} is marked [TaskScenarios] and is no static property of type TaskScenario or IReadOnlyList<TaskScenario>."),
            };
        }
        catch (TargetInvocationException wrong)
        {
            throw new InputException($"{path}: {NameOf(property)} cannot be made: {(wrong.InnerException is TypeInitializationException { InnerException: { } cause } ? cause : wrong.InnerException!).Message}");
        }
    }

    private static string NameOf(PropertyInfo property) => $"{property.DeclaringType!.FullName}.{property.Name}";

    private static bool IsEndOf(string name, string qualified) => ("." + qualified).EndsWith("." + name, StringComparison.Ordinal);
}
