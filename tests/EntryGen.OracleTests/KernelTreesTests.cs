namespace EntryGen.OracleTests;

public class KernelTreesTests
{
    [KernelFact]
    public void Every_unit_has_its_source_and_its_recorded_statements()
    {
        Assert.Null(KernelTrees.Missing);
        foreach (var (version, unit) in KernelTrees.Units)
        {
            Assert.NotEmpty(KernelTrees.ReadUnit(version, unit).Text);
            Assert.True(File.Exists(KernelTrees.Output(version, unit + ".flat.jsonl")), $"{version} {unit}");
        }
    }
}
