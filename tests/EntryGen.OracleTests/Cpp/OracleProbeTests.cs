using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;

namespace EntryGen.OracleTests.Cpp;

/// <summary>The probes beside the oracle scripts that are for the preprocessor.</summary>
public class OracleProbeTests
{
    [OracleProbeFact]
    public void Every_probe_is_preprocessed_as_by_gcc()
    {
        foreach (var name in OracleProbes.Named(".S"))
        {
            var (_, output) = GccPreprocessor.Run(OracleProbes.Directory, "-E", "-nostdinc", "-I.", name);
            var source = new SourceText(name, File.ReadAllText(Path.Combine(OracleProbes.Directory, name)));
            var result = new Preprocessor(new PreprocessorOptions { IncludeDirectories = ["."] }, new FileResolver(OracleProbes.Directory)).Process(source);
            Assert.Equal(GccPreprocessor.Parse(output), PreprocessedLine.Of(result));
        }
    }
}
