using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Tasks;
using EntryGen.Tests.Tool;
using PtiStacks;

namespace EntryGen.OracleTests.Tool;

/// <summary>entrygen explore, on what an assembly asks about tasks.</summary>
public sealed class ExploreTaskTests : IDisposable
{
    private static readonly string _assembly = typeof(TaskQuestions).Assembly.Location;

    private readonly ToolWorkspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("OnEntryStack")]
    [InlineData("TaskQuestions.OnEntryStack")]
    [InlineData("PtiStacks.TaskQuestions.OnEntryStack")]
    public void Every_run_is_replayed_to_the_byte(string name)
    {
        var result = _workspace.Run("explore", name, _assembly);
        Assert.Equal((1, ""), (result.ExitCode, result.Error));
        Assert.Contains("PtiStacks.DesignB, 2 tasks on 2 CPUs", result.Output, StringComparison.Ordinal);
        var runs = result.Output.Split("\n\n")[1..];
        Assert.Equal(3, runs.Length);
        foreach (var run in runs)
        {
            var end = run.IndexOf("again: entrygen trace --replay ", StringComparison.Ordinal);
            Assert.Equal((1, run[..end]), (_workspace.Run("trace", "--replay", run[end..].Trim().Split(' ')[^1]) is var again ? again.ExitCode : 0, again.Output));
        }
    }

    [Fact]
    public void JSON_has_an_object_for_each_scenario_and_property()
    {
        var objects = _workspace.Run("explore", "SleepAndMove", _assembly, "--property", "left-behind", "--property", "cr3", "--format", "json").Json;
        Assert.Equal(
            Enumerable.Range(0, Design.All.Count).SelectMany(number => new[] { ($"PtiStacks.TaskQuestions.SleepAndMove[{number}]", "left-behind"), ($"PtiStacks.TaskQuestions.SleepAndMove[{number}]", "cr3") }),
            objects.Select(one => (one.GetProperty("entry").GetString()!, one.GetProperty("property").GetString()!)));
        Assert.All(objects, one => Assert.Equal("user,tasks=2,cpus=2", one.GetProperty("start").GetString()));
        Assert.All(objects, one => Assert.True(one.GetProperty("states").GetInt64() > 0 && one.GetProperty("transitions").GetInt64() > 0 && one.GetProperty("depth").GetInt32() > 0));

        // Of the designs only B1 leaves something on a stack of the CPU.
        var broken = Assert.Single(objects, one => one.GetProperty("verdict").GetString() == "violated");
        Assert.Equal(("PtiStacks.TaskQuestions.SleepAndMove[2]", "left-behind"), (broken.GetProperty("entry").GetString(), broken.GetProperty("property").GetString()));
        var last = broken.GetProperty("trace").EnumerateArray().Last();
        Assert.Contains("is read again", last.GetProperty("violation").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("left-behind is violated", _workspace.Run("trace", "--replay", last.GetProperty("token").GetString()!).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "--property", "sleep")]
    [InlineData(0, "--property", "cr3", "--features", "PTI,SYSCALL32")]
    [InlineData(3, "--states", "100", "--property", "cr3")]
    [InlineData(1, "--inject", "nmi", "--depth", "1", "--property", "left-behind", "--no-reductions", "--states", "200000")]
    public void What_the_call_says_replaces_what_is_declared(int exitCode, params string[] options) =>
        Assert.Equal((exitCode, ""), (_workspace.Run(["explore", "OnEntryStack", _assembly, .. options]) is var result ? result.ExitCode : 0, result.Error));

    [Fact]
    public void A_test_that_asks_the_same_is_printed()
    {
        var test = _workspace.Run("explore", "SleepAndMove", _assembly, "--property", "left-behind", "--emit-test").Output;
        Assert.Contains("var scenario = global::PtiStacks.TaskQuestions.SleepAndMove.ElementAt(2);", test, StringComparison.Ordinal);
        Assert.Contains(".First(property => property.Id == \"left-behind\"))", test, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--handler is about one entry, and this asks about tasks.", "--handler", "none")]
    [InlineData("--from is about one entry", "--from", "user")]
    [InlineData("--shard is about one entry", "--shard", "0/2")]
    [InlineData("Did you mean 'cr3'?", "--property", "cr33")]
    [InlineData("of tasks only nmi,mc,db,irq can be asked", "--inject", "gp")]
    public void A_wrong_call_is_one_message(string message, params string[] options)
    {
        var result = _workspace.Run(["explore", "OnEntryStack", _assembly, .. options]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("0:x")]
    [InlineData("0:enter9")]
    [InlineData("7:enter0")]
    [InlineData("0:enter0.0:99999")]
    [InlineData("0:enter0.0:1000001")]
    public void A_run_that_there_is_not_is_said(string choices) =>
        Assert.Throws<ArgumentException>(() => TaskQuestions.OnEntryStack.Replay(new RunChoices(choices), TaskProperties.NothingLeftBehind));
}
