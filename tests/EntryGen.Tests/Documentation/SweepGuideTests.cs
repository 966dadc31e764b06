using System.Text.RegularExpressions;
using EntryGen.Testing;
using EntryGen.Tool;
using YamlDotNet.RepresentationModel;

namespace EntryGen.Tests.Documentation;

/// <summary>The manifests of docs/sweeps.md: they are YAML and shell of the form that is needed, and the parser takes their calls.</summary>
public partial class SweepGuideTests
{
    private static readonly string _text = File.ReadAllText(Repository.PathOf("docs", "sweeps.md"));

    [Fact]
    public void The_Kubernetes_manifest_is_an_Indexed_Job_that_calls_the_tool()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Block("yaml")));
        var job = yaml.Documents.Single().RootNode;
        Assert.Equal(("batch/v1", "Job", "Indexed"), (Text(job["apiVersion"]), Text(job["kind"]), Text(job["spec"]["completionMode"])));
        var container = ((YamlSequenceNode)job["spec"]["template"]["spec"]["containers"]).Children.Single();
        var command = ((YamlSequenceNode)container["command"]).Children.Select(Text).ToList();

        Assert.Equal("entrygen", command[0]);
        AssertIsTaken(command.Skip(1).Select(word => word.Replace("$(JOB_COMPLETION_INDEX)", "7", StringComparison.Ordinal)), ("JOB_COMPLETION_INDEX", "7"));
        Assert.Contains("auto/" + Text(job["spec"]["completions"]), command);
        Assert.Contains("--expect " + Text(job["spec"]["completions"]), _text, StringComparison.Ordinal);
        Assert.Equal(
            ((YamlSequenceNode)job["spec"]["template"]["spec"]["volumes"]).Children.Select(volume => Text(volume["name"])),
            ((YamlSequenceNode)container["volumeMounts"]).Children.Select(mount => Text(mount["name"])));
    }

    [Fact]
    public void The_Slurm_array_is_a_script_that_calls_the_tool()
    {
        var script = Block("bash").Split('\n');
        Assert.Equal("#!/bin/bash", script[0]);
        var array = ArrayOption().Match(Block("bash"));
        var call = Words(script.Single(line => line.StartsWith("entrygen ", StringComparison.Ordinal))).Select(word => word.Replace("$SLURM_CPUS_PER_TASK", "4", StringComparison.Ordinal)).ToList();
        AssertIsTaken(call.Skip(1), ("SLURM_ARRAY_TASK_ID", array.Groups["last"].Value), ("SLURM_ARRAY_TASK_MIN", array.Groups["first"].Value));
        var count = int.Parse(array.Groups["last"].Value, System.Globalization.CultureInfo.InvariantCulture) - int.Parse(array.Groups["first"].Value, System.Globalization.CultureInfo.InvariantCulture) + 1;
        Assert.Contains($"auto/{count}", call);
    }

    [Fact]
    public void Every_other_call_is_one_that_the_tool_takes()
    {
        var calls = Call().Matches(_text).Select(call => call.Value).ToList();
        Assert.True(calls.Count >= 4, string.Join('\n', calls));
        Assert.All(calls, call => AssertIsTaken(Words(call).Skip(1)));
    }

    private static void AssertIsTaken(IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        // The parser asks the environment for the index of the shard.
        foreach (var (name, value) in environment)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        try
        {
            Assert.Empty(CommandLine.Parse([.. arguments], new Host(TextWriter.Null, TextWriter.Null, "/")).Errors.Select(error => error.Message));
        }
        finally
        {
            foreach (var (name, _) in environment)
            {
                Environment.SetEnvironmentVariable(name, null);
            }
        }
    }

    private static string Block(string language)
    {
        var start = _text.IndexOf($"```{language}\n", StringComparison.Ordinal) + language.Length + 4;
        return _text[start.._text.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private static IEnumerable<string> Words(string line) => Word().Matches(line).Select(word => word.Value.Replace("\"", "", StringComparison.Ordinal));

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    [GeneratedRegex(@"#SBATCH --array=(?<first>\d+)-(?<last>\d+)")]
    private static partial Regex ArrayOption();

    [GeneratedRegex("""(?:"[^"]*"|[^\s"])+""")]
    private static partial Regex Word();

    [GeneratedRegex(@"(?<=^(\$ )?)entrygen (explore|merge) (?!.*SLURM).*$", RegexOptions.Multiline)]
    private static partial Regex Call();
}
