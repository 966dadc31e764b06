using System.Diagnostics;
using System.Reflection;
using System.Text;
using EntryGen.Asm.Units;
using EntryGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace EntryGen.Tests.Emission;

/// <summary>Generated methods stay below the sizes at which the JIT stops optimizing.</summary>
public class JitLimitTests
{
    private const int MostIl = 30_000;
    private static readonly EntryDeclaration[] _entries = [.. Enumerable.Range(0, 4).Select(seed => new EntryDeclaration("s" + seed, "Call", new RandomProgram(new Random(seed)).Write(150)))];

    [Fact]
    public void No_method_has_more_IL_than_the_cap()
    {
        var code = EmulatedUnit.OfSnippets(_entries.Select(entry => entry.Assembly!)).Code;
        var sizes = code.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
            .Where(method => method.DeclaringType == code)
            .Select(method => (method.Name, Size: method.GetMethodBody()!.GetILAsByteArray()!.Length))
            .ToArray();
        Assert.Contains(sizes, size => size.Name == "Run2");
        Assert.DoesNotContain(sizes, size => size.Size > MostIl);
    }

    [Fact]
    public void Methods_of_long_instructions_have_fewer_of_them()
    {
        var instructions = string.Concat(Enumerable.Range(0, 300).Select(n => $"adcq {8 * n}(%rbx,%rcx,4), %rax\nshldq %cl, %rdx, {8 * n}(%rsi,%rdi,8)\n"));
        var source = EmulatedUnit.Emit([new EntryDeclaration("start", "Call", instructions + "ret\n")]);
        var methods = source[..source.IndexOf("ReadOnlySpan<int> Blocks", StringComparison.Ordinal)].Split("private static int Run")[1..];
        Assert.True(methods.Length > 4, $"600 instructions in {methods.Length} methods");
        Assert.All(methods, method => Assert.InRange(Locals(method), 50, 4000));
    }

    // Counted apart from the emitter: the names that Run gives to locals.
    private static int Locals(string method) => System.Text.RegularExpressions.Regex.Count(
        System.Text.RegularExpressions.Regex.Replace(method, "//.*", ""),
        @"(?<![.\w])(r[a-d]x|r[sd]i|r[sb]p|r[0-9]*|rflags|rip|budget|windows|result|then|entry|cpu|t[0-9]+|(stack|data|percpu)[0-9]+)\b");

    /// <summary>A child process compiles all methods and says how; a method made too large on purpose shows that it would tell.</summary>
    [Fact]
    public void The_JIT_optimizes_every_method()
    {
        var directory = Directory.CreateTempSubdirectory("entrygen-jit-");
        try
        {
            var summary = Path.Combine(directory.FullName, "summary.txt");
            RunChild(directory.FullName, summary);
            var lines = File.ReadAllLines(summary);
            var ours = lines.Where(line => line.Contains("EntryUnitCode:", StringComparison.Ordinal)).ToArray();
            Assert.Contains(ours, line => line.Contains("EntryUnitCode:Run0", StringComparison.Ordinal));
            Assert.Contains(lines, line => line.Contains("TooLarge", StringComparison.Ordinal) && line.Contains("MinOpts", StringComparison.Ordinal));
            Assert.DoesNotContain(ours, line => line.Contains("MinOpts", StringComparison.Ordinal));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static void RunChild(string directory, string summary)
    {
        var library = typeof(EntryUnit).Assembly.Location;
        File.Copy(library, Path.Combine(directory, Path.GetFileName(library)));
        File.Copy(Path.ChangeExtension(typeof(JitLimitTests).Assembly.Location, ".runtimeconfig.json"), Path.Combine(directory, "child.runtimeconfig.json"));
        File.WriteAllBytes(Path.Combine(directory, "child.dll"), Child());

        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", [Path.Combine(directory, "child.dll")])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_TieredCompilation"] = "0";
        start.Environment["DOTNET_JitStdOutFile"] = summary;
        start.Environment["DOTNET_JitDisasmSummary"] = "1";
        using var child = Process.Start(start)!;
        var errors = child.StandardError.ReadToEnd();
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, errors);
    }

    private static byte[] Child()
    {
        var large = new StringBuilder("public static class TooLarge { public static ulong Sum(ulong a, ulong b) { unchecked {");
        for (var i = 0; i < 6000; i++)
        {
            large.Append(" a += b;");
        }

        large.Append(" return a; } } }");
        const string Main = """
            using System.Reflection;
            using System.Runtime.CompilerServices;
            foreach (var type in Assembly.GetExecutingAssembly().GetTypes())
            {
                foreach (var method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                {
                    RuntimeHelpers.PrepareMethod(method.MethodHandle);
                }
            }
            """;
        var parse = new CSharpParseOptions(LanguageVersion.CSharp13);
        var compilation = CSharpCompilation.Create(
            "child",
            [CSharpSyntaxTree.ParseText(Main, parse), CSharpSyntaxTree.ParseText(large.ToString(), parse), CSharpSyntaxTree.ParseText(EmulatedUnit.Emit(_entries), parse)],
            InMemoryCompiler.References,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
        return image.ToArray();
    }
}
