using EntryGen.Exploration.Tasks;
using EntryGen.Tool.Exploring;
using EntryGen.Tool.Messages;

namespace EntryGen.Tests.Tool;

/// <summary>What classes ask about tasks.</summary>
public class DeclaredTasksTests
{
    [Fact]
    public void A_property_that_is_no_scenario_is_said()
    {
        var declared = DeclaredTasks.In([typeof(Wrong)], "w.dll");
        Assert.Contains("Text is marked [TaskScenarios] and is no static property of type TaskScenario", Assert.Throws<InputException>(() => declared.Of("Text")).Message, StringComparison.Ordinal);
        Assert.Contains("Failing cannot be made: no", Assert.Throws<InputException>(() => declared.Of("Failing")).Message, StringComparison.Ordinal);
        Assert.Empty(declared.Of("Other"));
    }

    private static class Wrong
    {
        [TaskScenarios]
        public static string Text => "";

        [TaskScenarios]
        public static TaskScenario Failing => throw new InvalidOperationException("no");
    }
}
