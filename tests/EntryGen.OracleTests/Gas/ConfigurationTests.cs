using EntryGen.OracleTests.Cpp;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Gas;

/// <summary>Every unit under every configuration header that GNU as accepts: the statements of its listing, from gcc and as at test time.</summary>
public class ConfigurationTests(ITestOutputHelper output)
{
    public static TheoryData<string, string> Units() => FlatStatementTests.Units();

    [KernelConfigurationTheory]
    [MemberData(nameof(Units))]
    public void Statements_equal_the_listing_in_every_configuration(string version, string unit)
    {
        Assert.Null(KernelConfigurations.Missing);
        var accepted = 0;
        var compared = 0;
        foreach (var header in KernelConfigurations.Headers)
        {
            var (status, text) = GccPreprocessor.Run(KernelTrees.Tree(version), GccPreprocessor.KernelArguments(version, unit, header));
            var (listing, messages) = status == 0 ? GnuAs.Assemble(text) : ("", "");
            if (status != 0 || messages.Contains(" Error: ", StringComparison.Ordinal))
            {
                continue; // the kernel does not support the combination
            }

            var expected = GnuListing.Statements(listing);
            var own = KernelTrees.Read(version, unit, header);
            Assert.Empty(own.Diagnostics);
            var actual = ListedStatement.Of(own);
            for (var i = 0; i < Math.Min(expected.Count, actual.Count); i++)
            {
                Assert.True(expected[i].IsSameAs(actual[i]), $"{Path.GetFileName(header)}, statement {i}:\n  as:  {expected[i]}\n  own: {actual[i]}");
            }

            Assert.Equal(expected.Count, actual.Count);
            accepted++;
            compared += expected.Count;
        }

        Assert.True(accepted >= 9, $"GNU as accepts {accepted} configurations only");
        output.Report("Flat statements against listings of GNU as", $"{version} {unit}", ("configurations", accepted), ("statements", compared), ("mismatches", 0));
    }
}
