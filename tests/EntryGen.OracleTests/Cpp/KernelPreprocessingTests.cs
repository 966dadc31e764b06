using EntryGen.Asm.Cpp;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Cpp;

/// <summary>The kernel's own files, in every configuration, against <c>gcc -E</c>: each character (but indentation), file and line.</summary>
public class KernelPreprocessingTests(ITestOutputHelper output)
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
    public void Text_equals_gcc_in_the_base_configuration(string version, string unit) => Compare(version, unit, []);

    [KernelConfigurationTheory]
    [MemberData(nameof(Units))]
    public void Text_equals_gcc_in_every_configuration(string version, string unit)
    {
        Assert.Null(KernelConfigurations.Missing);
        foreach (var header in KernelConfigurations.Headers)
        {
            Compare(version, unit, [header]);
        }
    }

    [KernelTheory]
    [MemberData(nameof(Units))]
    public void The_macros_used_are_those_that_gcc_reports(string version, string unit)
    {
        var (_, text) = GccPreprocessor.Run(KernelTrees.Tree(version), ["-dU", .. GccPreprocessor.KernelArguments(version, unit)]);
        var expected = text.Split('\n')
            .Where(line => line.StartsWith("#define ", StringComparison.Ordinal) || line.StartsWith("#undef ", StringComparison.Ordinal))
            .Select(line => line.Split(' ', '(')[1])
            .Distinct()
            .Order(StringComparer.Ordinal);

        Assert.Equal(expected, Preprocess(version, unit, []).Macros.Used);
    }

    [KernelTheory]
    [MemberData(nameof(Units))]
    public void The_macros_at_the_end_are_those_of_gcc(string version, string unit)
    {
        var (_, text) = GccPreprocessor.Run(KernelTrees.Tree(version), ["-dM", .. GccPreprocessor.KernelArguments(version, unit)]);
        var expected = MacroListing.Parse(text);

        var actual = MacroListing.Of(Preprocess(version, unit, []).Macros);

        // gcc's own ones depend on its version, and have their own test.
        Assert.Equal(
            expected.Where(macro => !MacroListing.IsReserved(macro.Key)),
            actual.Where(macro => !MacroListing.IsReserved(macro.Key)));
    }

    private static PreprocessorResult Preprocess(string version, string unit, string[] configuration) =>
        new Preprocessor(KernelTrees.Options(version, configuration), new FileResolver(KernelTrees.Tree(version)))
            .Process(KernelTrees.ReadUnit(version, unit));

    private void Compare(string version, string unit, string[] configuration)
    {
        var (exitCode, text) = GccPreprocessor.Run(KernelTrees.Tree(version), GccPreprocessor.KernelArguments(version, unit, configuration));
        var expected = GccPreprocessor.Parse(text);

        var result = Preprocess(version, unit, configuration);

        Assert.Equal(expected, PreprocessedLine.Of(result));
        Assert.Equal(exitCode == 0, result.Diagnostics.Count == 0);
        output.Report("Preprocessed lines against gcc -E", $"{version} {unit}", ("configurations", 1), ("lines", expected.Count), ("mismatches", 0));
    }
}
