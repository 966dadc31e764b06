using System.Text.Json;
using EntryGen.OracleTests.Gas;

namespace EntryGen.OracleTests.Tool;

/// <summary><c>entrygen expand --format json</c> prints the statements that GNU as lists.</summary>
public class ExpandTests
{
    public static TheoryData<string, string> Units
    {
        get
        {
            var units = new TheoryData<string, string>();
            foreach (var (version, unit) in KernelTrees.Units)
            {
                units.Add(version, unit);
            }

            return units;
        }
    }

    [KernelTheory]
    [MemberData(nameof(Units))]
    public void Json_equals_the_listing(string version, string unit)
    {
        var printed = KernelTool.Run(version, "expand", $"arch/x86/entry/{unit}.S");
        Assert.Equal(Enumerable.Range(0, printed.Count), printed.Select(record => record.GetProperty("seq").GetInt32()));
        FlatStatements.AssertEqual(FlatStatements.Recorded(KernelTrees.Output(version, unit + ".flat.jsonl")), [.. printed.Select(Statement)]);
    }

    [KernelTheory]
    [MemberData(nameof(Units))]
    public void The_outermost_call_is_where_the_listing_has_it(string version, string unit)
    {
        var recorded = File.ReadLines(KernelTrees.Output(version, unit + ".flat.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(record => record.GetProperty("k").GetString() == "insn")
            .Select(record => Outermost(record.GetProperty("stack")));
        var printed = KernelTool.Run(version, "expand", $"arch/x86/entry/{unit}.S")
            .Where(record => record.GetProperty("kind").GetString() == "insn")
            .Select(record => Outermost(record.GetProperty("stack")));
        Assert.Equal(recorded, printed);
    }

    private static FlatStatement Statement(JsonElement record) => new(
        record.GetProperty("kind").GetString() is "directive" ? "dir" : record.GetProperty("kind").GetString()!,
        record.GetProperty("section").GetString()!,
        FlatStatements.WithoutBlanks(record.GetProperty("text").GetString()!),
        record.GetProperty("depth").GetInt32(),
        string.Join(' ', record.GetProperty("stack").EnumerateArray().Select(frame => frame.GetString()!.Split('@')[0])),
        record.GetProperty("file").GetString()!,
        record.GetProperty("line").GetInt32());

    private static string Outermost(JsonElement stack) => stack.GetArrayLength() == 0 ? "" : stack[0].GetString()!;
}
