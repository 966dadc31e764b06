using System.Text.Json;

namespace EntryGen.Tests.Tool;

/// <summary><c>entrygen lint --format sarif</c>: what SARIF 2.1.0 demands of a log, and what hosts show of it.</summary>
public sealed class LintSarifTests : IDisposable
{
    private const string Wrong = """
        .macro	STORE reg:req
        	movq	\reg, %gs:cpu_tss_rw
        .endm
        	.globl	entry_SYSCALL_64
        entry_SYSCALL_64:
        	testl	%eax, %eax
        	jz	1f
        	swapgs
        1:	STORE	%rsp
        	movq	%rsp, %gs:cpu_tss_rw // entrygen-disable EG2001: reason given
        	frobb	%rax // entrygen-disable EG0060: from the future
        	ud2

        """;

    // The members that the schema demands of each kind of object met below, by the member that holds it.
    private static readonly Dictionary<string, string[]> _required = new(StringComparer.Ordinal)
    {
        ["runs"] = ["tool"],
        ["tool"] = ["driver"],
        ["driver"] = ["name"],
        ["rules"] = ["id"],
        ["results"] = ["message"],
        ["invocations"] = ["executionSuccessful"],
        ["codeFlows"] = ["threadFlows"],
        ["threadFlows"] = ["locations"],
        ["suppressions"] = ["kind"],
        ["fixes"] = ["artifactChanges"],
        ["artifactChanges"] = ["artifactLocation", "replacements"],
        ["replacements"] = ["deletedRegion"],
        ["message"] = ["text"],
        ["description"] = ["text"],
        ["shortDescription"] = ["text"],
        ["help"] = ["text"],
    };

    // Every member that we write, by the member that holds it; "" for the log itself. None but these are in the schema for these objects.
    private static readonly Dictionary<string, string[]> _known = new(StringComparer.Ordinal)
    {
        [""] = ["$schema", "version", "runs"],
        ["runs"] = ["tool", "invocations", "originalUriBaseIds", "columnKind", "results"],
        ["tool"] = ["driver"],
        ["driver"] = ["name", "semanticVersion", "rules"],
        ["rules"] = ["id", "shortDescription", "helpUri", "help", "defaultConfiguration"],
        ["defaultConfiguration"] = ["level"],
        ["invocations"] = ["executionSuccessful"],
        ["results"] = ["ruleId", "ruleIndex", "level", "message", "locations", "relatedLocations", "codeFlows", "partialFingerprints", "suppressions", "fixes", "properties"],
        ["physicalLocation"] = ["artifactLocation", "region"],
        ["artifactLocation"] = ["uri", "uriBaseId"],
        ["region"] = ["startLine", "startColumn", "endLine", "endColumn"],
        ["deletedRegion"] = ["startLine", "startColumn", "endLine", "endColumn"],
        ["logicalLocations"] = ["name", "kind"],
        ["relatedLocations"] = ["physicalLocation", "message"],
        ["codeFlows"] = ["threadFlows"],
        ["threadFlows"] = ["locations"],
        ["suppressions"] = ["kind", "justification", "location"],
        ["fixes"] = ["description", "artifactChanges"],
        ["artifactChanges"] = ["artifactLocation", "replacements"],
        ["replacements"] = ["deletedRegion", "insertedContent"],
        ["insertedContent"] = ["text"],
        ["message"] = ["text"],
        ["description"] = ["text"],
        ["shortDescription"] = ["text"],
        ["help"] = ["text"],
    };

    private readonly ToolWorkspace _workspace = new ToolWorkspace().With("dir/wro ng.S", Wrong);

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_log_has_what_the_schema_demands_and_nothing_that_it_does_not_know()
    {
        var log = Log();
        Assert.Equal("2.1.0", log.GetProperty("version").GetString());
        Check("", log);
    }

    [Fact]
    public void A_result_names_its_rule_place_entry_and_features()
    {
        var run = Log().GetProperty("runs")[0];
        var result = Assert.Single(run.GetProperty("results").EnumerateArray(), result => !result.TryGetProperty("suppressions", out _));
        Assert.Equal("EG2001", run.GetProperty("tool").GetProperty("driver").GetProperty("rules")[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString());
        Assert.Equal(("EG2001", "warning"), (result.GetProperty("ruleId").GetString(), result.GetProperty("level").GetString()));
        var location = Assert.Single(result.GetProperty("locations").EnumerateArray());
        Assert.Equal("entry_SYSCALL_64", location.GetProperty("logicalLocations")[0].GetProperty("name").GetString());
        Assert.Equal("dir/wro%20ng.S", location.GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString());
        Assert.Equal([2, 2, 2, 27], location.GetProperty("physicalLocation").GetProperty("region").EnumerateObject().Select(member => member.Value.GetInt32()));
        Assert.Equal("any", result.GetProperty("properties").GetProperty("features").GetString());
        var call = Assert.Single(result.GetProperty("relatedLocations").EnumerateArray());
        Assert.Equal("in expansion of 'STORE'", call.GetProperty("message").GetProperty("text").GetString());
    }

    [Fact]
    public void The_path_is_a_code_flow_that_ends_at_the_place()
    {
        var result = Log().GetProperty("runs")[0].GetProperty("results")[0];
        var steps = result.GetProperty("codeFlows")[0].GetProperty("threadFlows")[0].GetProperty("locations").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(1, steps.Count), steps.Select(step => step.GetProperty("executionOrder").GetInt32()));
        Assert.StartsWith("entry_SYSCALL_64 from user mode: ", steps[0].GetProperty("location").GetProperty("message").GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, steps[^1].GetProperty("location").GetProperty("physicalLocation").GetProperty("region").GetProperty("startLine").GetInt32());
    }

    [Fact]
    public void What_is_suppressed_is_there_with_its_reason()
    {
        var suppressed = Log().GetProperty("runs")[0].GetProperty("results").EnumerateArray().Where(result => result.TryGetProperty("suppressions", out _)).ToList();
        Assert.Equal(["EG2001", "EG0060"], suppressed.Select(result => result.GetProperty("ruleId").GetString()));
        Assert.Equal(["inSource", "inSource"], suppressed.Select(result => result.GetProperty("suppressions")[0].GetProperty("kind").GetString()));
        Assert.Equal(["reason given", "from the future"], suppressed.Select(result => result.GetProperty("suppressions")[0].GetProperty("justification").GetString()));
    }

    [Fact]
    public void Fingerprints_stay_when_lines_move_and_tell_equal_lines_apart()
    {
        var before = Fingerprints("dir/wro ng.S");
        _workspace.With("dir/wro ng.S", "/* more\n * lines */\n" + Wrong);
        Assert.Equal(before, Fingerprints("dir/wro ng.S"));
        var twice = Fingerprints(_workspace.With("twice.S", "\tmov $0, (%rax)\n\tmov $0, (%rax)\n"), "twice.S");
        Assert.Equal(2, twice.Distinct().Count());
    }

    [Fact]
    public void A_fix_is_there_as_characters_to_replace()
    {
        var run = _workspace.With("typo.S", "\tmovq %rax, %rbxx\n").Run("lint", "typo.S", "--format", "sarif");
        var log = JsonDocument.Parse(run.Output).RootElement;
        Check("", log);
        var replacement = log.GetProperty("runs")[0].GetProperty("results")[0].GetProperty("fixes")[0].GetProperty("artifactChanges")[0].GetProperty("replacements")[0];
        Assert.Equal("%rbx", replacement.GetProperty("insertedContent").GetProperty("text").GetString());
        Assert.Equal([1, 13, 1, 18], replacement.GetProperty("deletedRegion").EnumerateObject().Select(member => member.Value.GetInt32()));
        Assert.False(log.GetProperty("runs")[0].GetProperty("invocations")[0].GetProperty("executionSuccessful").GetBoolean());
    }

    [Fact]
    public void Nothing_found_is_a_log_without_results()
    {
        var run = _workspace.With("right.S", "\tret\n").Run("lint", "right.S", "--format", "sarif").Succeeded();
        var log = JsonDocument.Parse(run.Output).RootElement;
        Check("", log);
        Assert.Empty(log.GetProperty("runs")[0].GetProperty("results").EnumerateArray());
    }

    private JsonElement Log()
    {
        var run = _workspace.Run("lint", "dir/wro ng.S", "--format", "sarif");
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        return JsonDocument.Parse(run.Output).RootElement;
    }

    private IReadOnlyList<string?> Fingerprints(string file) => Fingerprints(_workspace, file);

    private static IReadOnlyList<string?> Fingerprints(ToolWorkspace workspace, string file) =>
        [.. JsonDocument.Parse(workspace.Run("lint", file, "--format", "sarif").Output).RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()
            .Select(result => result.GetProperty("partialFingerprints").GetProperty("entrygen/v1").GetString())];

    private static void Check(string name, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                Check(name, item);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            var members = element.EnumerateObject().Select(member => member.Name).ToList();
            Assert.Equal(members.Distinct(), members);
            Assert.Subset(members.ToHashSet(), _required.GetValueOrDefault(name, []).ToHashSet());
            if (_known.TryGetValue(name, out var known))
            {
                Assert.Subset(known.ToHashSet(), members.ToHashSet());
            }

            foreach (var member in element.EnumerateObject())
            {
                CheckValue(member);
                Check(member.Name, member.Value);
            }
        }
    }

    private static void CheckValue(JsonProperty member)
    {
        switch (member.Name)
        {
            case "level":
                Assert.Contains(member.Value.GetString(), new[] { "none", "note", "warning", "error" });
                break;
            case "startLine" or "startColumn" or "endLine" or "endColumn":
                Assert.True(member.Value.GetInt32() >= 1);
                break;
            case "helpUri" or "$schema":
                Assert.True(Uri.IsWellFormedUriString(member.Value.GetString(), UriKind.Absolute));
                break;
            case "uri":
                Assert.True(Uri.IsWellFormedUriString(member.Value.GetString(), UriKind.RelativeOrAbsolute));
                break;
            case "importance":
                Assert.Contains(member.Value.GetString(), new[] { "important", "essential", "unimportant" });
                break;
        }
    }
}
