using System.Text;
using EntryGen.Asm.Instructions;
using EntryGen.Generators.Emission;
using EntryGen.Testing;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>Every instruction has a judge, the judge exists, and docs/machine-model.md names it.</summary>
public sealed class JudgePageTests
{
    private const string Begin = "<!-- judges: begin -->\n", End = "<!-- judges: end -->\n";

    public static TheoryData<Op> EveryOperation => [.. InstructionTable.Rows.Select(row => row.Op).Where(op => op != Op.Unmodelled)];

    [Theory]
    [MemberData(nameof(EveryOperation))]
    public void Every_instruction_has_a_judge_that_exists(Op op)
    {
        Assert.True(EmulatorEmitter.Models(op));
        var judge = InstructionJudge.Of(op);
        var name = judge.Test.Split('.');
        var files = Directory.GetFiles(Repository.PathOf("tests"), name[0] + ".cs", SearchOption.AllDirectories);
        Assert.Contains(files, file => File.ReadAllText(file).Contains($"    public void {name[1]}(", StringComparison.Ordinal));
    }

    [Fact]
    public void The_section_of_the_page_is_current()
    {
        var path = Repository.PathOf("docs", "machine-model.md");
        var page = File.ReadAllText(path);
        var (start, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        Assert.True(start >= 0 && end > start, $"{path} has no section of judges");
        var section = Section();
        if (Environment.GetEnvironmentVariable("ENTRYGEN_ACCEPT_SNAPSHOTS") == "1")
        {
            page = page[..(start + Begin.Length)] + section + page[end..];
            File.WriteAllText(path, page);
            end = page.IndexOf(End, StringComparison.Ordinal);
        }

        Assert.Equal(section, page[(start + Begin.Length)..end]);
    }

    private static string Section()
    {
        var rows = InstructionTable.Rows.Where(row => row.Op != Op.Unmodelled).ToList();
        var text = new StringBuilder();
        text.Append("**Unicorn** (`InstructionTests.Every_form_from_random_states`) judges in every width and form: ");
        text.Append(Names(rows.Where(row => InstructionJudge.Of(row.Op).IsUnicorn))).Append(".\n\n");
        text.Append("| modelled, and judged by other tests | judge | why not Unicorn 2.0.1 |\n|---|---|---|\n");
        foreach (var group in rows.Where(row => InstructionJudge.Of(row.Op) is { IsUnicorn: false }).GroupBy(row => InstructionJudge.Of(row.Op)))
        {
            text.Append($"| {Names(group)} | `{group.Key.Test}` | {group.Key.WhyNotUnicorn} |\n");
        }

        text.Append("\nEvery instruction of the table is modelled. Before code of 16 and 32 bits, and what the reader does not know, the machine stops with `StopKind.Unmodelled`\n");
        text.Append("(`UnitEdgeTests.What_is_not_modelled_stops_before_it`).\n\n");
        text.Append("Where Unicorn 2.0.1 departs from the SDM its difference is excused, and has to show:\n\n| the SDM | Unicorn |\n|---|---|\n");
        foreach (var departure in UnicornDeparture.All)
        {
            text.Append($"| {departure.Section} | {departure.Description} |\n");
        }

        return text.ToString();
    }

    private static string Names(IEnumerable<InstructionInfo> rows) => string.Join(", ", rows.Select(Name).Distinct());

    private static string Name(InstructionInfo row) => row.Op switch
    {
        Op.MovFromControl => "MOV from CRn",
        Op.MovToControl => "MOV to CRn",
        Op.MovFromDebug => "MOV from DRn",
        Op.MovToDebug => "MOV to DRn",
        Op.MovFromSegment => "MOV from a segment register",
        Op.MovToSegment => "MOV to a segment register",
        Op.FarJmp or Op.FarCall or Op.FarRet => "far " + row.Name,
        Op.Jrcxz => "JRCXZ",
        _ when row.Name.Contains('/') && row.Op is not (Op.Cdqe or Op.Cqo or Op.Loop) => row.Mnemonics[0].ToUpperInvariant(),
        _ => row.Name,
    };
}
