using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
#if USE_VERIFY
using VerifyTests;
using VerifyXunit;
#else
using EntryGen.Testing;
#endif

namespace EntryGen.Tests.Snapshots;

/// <summary>Compares generated files with <c>Class.Method#Hint.verified.cs</c> beside the test, the format of Verify.SourceGenerators.</summary>
/// <remarks>
/// Not every feed carries Verify, so this file is both: built with <c>-p:UseVerify=true</c> it hands over to the package, and otherwise it does the
/// comparison itself. The files are the same. A file that differs is written as <c>.received.cs</c>; run the tests with
/// <c>ENTRYGEN_ACCEPT_SNAPSHOTS=1</c> to take what was generated as expected, and read the difference before committing it.
/// </remarks>
internal static class Snapshot
{
#if USE_VERIFY
    /// <summary>Compares all files of a run.</summary>
    public static Task VerifyAsync(GeneratorDriver driver, [CallerFilePath] string testFile = "", [CallerMemberName] string test = "")
    {
        _ = test;
        return Verifier.Verify(driver, sourceFile: testFile).ToTask();
    }

    [ModuleInitializer]
    internal static void Initialize() => VerifySourceGenerators.Initialize();
#else
    private const string Verified = ".verified.cs";
    private const string Received = ".received.cs";

    private static bool IsAccepting => Environment.GetEnvironmentVariable("ENTRYGEN_ACCEPT_SNAPSHOTS") == "1";

    /// <summary>Compares all files of a run.</summary>
    public static Task VerifyAsync(GeneratorDriver driver, [CallerFilePath] string testFile = "", [CallerMemberName] string test = "")
    {
        var prefix = $"{Path.GetFileNameWithoutExtension(testFile)}.{test}#";
        var directory = DirectoryOf(testFile);
        var problems = new List<string>();
        var expected = Directory.GetFiles(directory, prefix + "*" + Verified).ToHashSet(StringComparer.Ordinal);
        foreach (var source in driver.GetRunResult().Results.SelectMany(result => result.GeneratedSources))
        {
            var path = Path.Combine(directory, prefix + WithoutExtension(source.HintName));
            expected.Remove(path + Verified);
            if (Compare(path, $"//HintName: {source.HintName}\n{source.SourceText}") is { } problem)
            {
                problems.Add(problem);
            }
        }

        problems.AddRange(expected.Select(path => $"{Path.GetFileName(path)}: nothing was generated for it"));
        Assert.True(problems.Count == 0, string.Join("\n\n", problems));
        return Task.CompletedTask;
    }

    private static string? Compare(string path, string text)
    {
        var received = Normalize(text);
        var verified = File.Exists(path + Verified) ? Normalize(File.ReadAllText(path + Verified)) : null;
        if (received == verified)
        {
            File.Delete(path + Received);
            return null;
        }

        File.WriteAllText(path + (IsAccepting ? Verified : Received), received);
        if (IsAccepting)
        {
            return null;
        }

        return verified is null
            ? $"{Path.GetFileName(path)}{Verified} does not exist; the generated text is in the .received.cs beside it"
            : $"{Path.GetFileName(path)}{Verified}: {Difference(verified, received)}";
    }

    private static string Difference(string verified, string received)
    {
        var (expected, actual) = (verified.Split('\n'), received.Split('\n'));
        var line = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"line {line + 1}\n  expected: {expected.ElementAtOrDefault(line)}\n  received: {actual.ElementAtOrDefault(line)}";
    }

    // Verify writes without a last line break and ignores the form of the others.
    private static string Normalize(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).TrimStart('\uFEFF').TrimEnd('\n');

    private static string WithoutExtension(string hintName) => hintName.EndsWith(".cs", StringComparison.Ordinal) ? hintName[..^3] : hintName;

    // A deterministic build replaces the path before the repository.
    private static string DirectoryOf(string testFile)
    {
        const string Project = "/tests/EntryGen.Tests/";
        var normalized = testFile.Replace('\\', '/');
        var relative = normalized[(normalized.LastIndexOf(Project, StringComparison.Ordinal) + Project.Length)..];
        return Repository.PathOf("tests", "EntryGen.Tests", Path.GetDirectoryName(relative)!);
    }
#endif
}
