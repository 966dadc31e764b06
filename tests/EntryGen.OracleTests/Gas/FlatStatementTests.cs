using EntryGen.Asm;
using EntryGen.Asm.Gas;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Gas;

/// <summary>Every unit of both trees, statement by statement, against the listing of GNU as.</summary>
public class FlatStatementTests(ITestOutputHelper output)
{
    public static TheoryData<string, string> Units()
    {
        var units = new TheoryData<string, string>();
        foreach (var (version, unit) in KernelTrees.Units)
        {
            units.Add(version, unit);
        }

        return units;
    }

    [KernelTheory]
    [MemberData(nameof(Units))]
    public void Statements_from_preprocessed_text_equal_the_listing(string version, string unit)
    {
        var lines = PreprocessedFile.Read(KernelTrees.Output(version, unit + ".i"));
        var listing = new Assembler(new AssemblerOptions()).Assemble(lines);
        Assert.Empty(listing.Diagnostics);
        Compare(version, unit, FlatStatements.Own(listing));
    }

    [KernelTheory]
    [MemberData(nameof(Units))]
    public void Statements_from_the_sources_equal_the_listing(string version, string unit)
    {
        var listing = KernelTrees.Read(version, unit);
        Assert.Empty(listing.Diagnostics);
        Compare(version, unit, FlatStatements.Own(listing));
    }

    private void Compare(string version, string unit, List<FlatStatement> own)
    {
        var recorded = FlatStatements.Recorded(KernelTrees.Output(version, unit + ".flat.jsonl"));
        var cut = FlatStatements.AssertEqual(recorded, own);
        Assert.InRange(cut, 0, 1);
        output.Report("Flat statements against the recorded listings", $"{version} {unit}", ("statements", recorded.Count), ("listed in part", cut), ("mismatches", 0));
    }
}
