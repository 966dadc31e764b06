using System.Reflection;
using System.Text.RegularExpressions;
using EntryGen.Testing;

namespace EntryGen.Tests.Emulation;

/// <summary>Generator and machine never reference each other: what docs/generated-code.md lists must be there.</summary>
public partial class MachineApiTests
{
    private static readonly Dictionary<string, Type> Types = new(StringComparer.Ordinal)
    {
        ["ulong"] = typeof(ulong),
        ["long"] = typeof(long),
        ["uint"] = typeof(uint),
        ["int"] = typeof(int),
        ["byte"] = typeof(byte),
        ["bool"] = typeof(bool),
        ["Stop"] = typeof(Stop),
        ["Machine"] = typeof(Machine),
        ["EntryUnit"] = typeof(EntryUnit),
        ["Window"] = typeof(EntryGen.Emulation.Window),
        ["FenceKind"] = typeof(EntryGen.Emulation.FenceKind),
        ["void"] = typeof(void),
    };

    [Fact]
    public void Every_member_of_the_contract_exists_as_written()
    {
        var document = File.ReadAllText(Repository.PathOf("docs/generated-code.md"));
        var table = document[document.IndexOf("| member of `Cpu` |", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("\n\n", StringComparison.Ordinal)];
        var signatures = table.Split('\n').Skip(2).SelectMany(row => Code().Matches(row.Split('|')[1]).Select(m => m.Groups[1].Value)).ToList();
        Assert.True(signatures.Count > 40, $"only {signatures.Count} members were read");
        Assert.All(signatures, Check);
    }

    private static void Check(string signature)
    {
        var match = Signature().Match(signature);
        Assert.True(match.Success, $"'{signature}' is not understood");
        var name = match.Groups["name"].Value;
        foreach (var member in name.Contains('/') ? Expand(name) : [name])
        {
            if (!match.Groups["parameters"].Success)
            {
                Assert.True(typeof(Cpu).GetMember(member).Length > 0, $"Cpu has no {member}");
                continue;
            }

            var parameters = match.Groups["parameters"].Value;
            var candidates = typeof(Cpu).GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(m => m.Name == member).ToList();
            Assert.True(candidates.Count > 0, $"Cpu has no method {member}");
            if (parameters != "...")
            {
                var isThere = candidates.Exists(m => Parameters(m) == Normalize(parameters));
                Assert.True(isThere, $"Cpu.{member} has not the parameters ({parameters}) but ({Parameters(candidates[0])})");
            }

            if (Types.TryGetValue(match.Groups["type"].Value, out var type))
            {
                Assert.Contains(candidates, m => m.ReturnType == type);
            }
        }
    }

    /// <summary>Load8/16/32/64 means four members.</summary>
    private static IEnumerable<string> Expand(string name)
    {
        var parts = name.Split('/');
        var stem = parts[0].TrimEnd("0123456789".ToCharArray());
        return parts.Select((part, i) => i == 0 ? part : stem + part);
    }

    private static string Parameters(MethodInfo method) => string.Join(", ", method.GetParameters().Select(p =>
        (p.IsOut ? "out " : p.ParameterType.IsByRef ? "ref " : "") + Types.First(t => t.Value == (p.ParameterType.IsByRef ? p.ParameterType.GetElementType() : p.ParameterType)).Key));

    /// <summary>The types of a parameter list as written: without names and default values.</summary>
    private static string Normalize(string parameters)
    {
        var written = parameters.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return string.Join(", ", written.Select(p => p.Split('=')[0].Trim()).Select(p => p[..p.LastIndexOf(' ')]));
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^(?:(?<type>(?:ref )?\w+) )?(?<name>[\w/]+)(?:\((?<parameters>[^)]*)\))?(?: \{.*\})?$")]
    private static partial Regex Signature();
}
