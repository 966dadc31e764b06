namespace EntryGen.Exploration.Tasks;

/// <summary>
/// Marks a static property of type <see cref="TaskScenario"/> or <see cref="IReadOnlyList{T}"/> of them as questions of its class: <c>entrygen explore CLASS.PROPERTY out.dll</c> explores them.
/// </summary>
/// <example>
/// <code>
/// [TaskScenarios]
/// public static TaskScenario SleepAndMove { get; } = TaskScenario.Of(Trampoline.EntryUnit).Entering("entry_SYSCALL_64").MaySleepIn("do_syscall_64");
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Property, Inherited = false)]
public sealed class TaskScenariosAttribute : Attribute;
