using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using EntryGen.Testing;

namespace EntryGen.PackageTests;

/// <summary>The tool packed for a platform: compiled ahead of time there, IL for all others, one command for both.</summary>
public sealed class ToolPlatformTests : IDisposable
{
    // Two builds and the compilation of the C# compiler to machine code.
    private static readonly TimeSpan _timeout = TimeSpan.FromMinutes(20);

    private readonly string _workspace = Directory.CreateTempSubdirectory("entrygen-tool-").FullName;

    [Fact]
    public void A_platform_gets_machine_code_and_the_others_IL()
    {
        var platform = RuntimeInformation.RuntimeIdentifier;
        var feed = Path.Combine(_workspace, "feed");
        DotNet.Run(
            Repository.Root,
            _timeout,
            ["pack", "src/EntryGen.Tool/EntryGen.Tool.csproj", "-c", "Release", $"-p:ToolPlatforms={platform}", "--artifacts-path", Path.Combine(_workspace, "artifacts"), "-o", feed]).Succeeded();

        var version = Path.GetFileNameWithoutExtension(Directory.GetFiles(feed, "EntryGen.Tool.any.*.nupkg").Single())["EntryGen.Tool.any.".Length..];
        Assert.All(["EntryGen.Tool.dll", "Microsoft.CodeAnalysis.CSharp.dll"], file =>
        {
            Assert.True(HasMachineCode(feed, $"EntryGen.Tool.{platform}.{version}.nupkg", file), $"{file} of {platform} holds IL only");
            Assert.False(HasMachineCode(feed, $"EntryGen.Tool.any.{version}.nupkg", file), $"{file} of all other platforms holds machine code");
        });

        // The command that a user types finds the package of the platform.
        var tools = Path.Combine(_workspace, "tools");
        DotNet.Run(_workspace, "tool", "install", "EntryGen.Tool", "--tool-path", tools, "--add-source", feed, "--version", version).Succeeded();
        var command = Path.Combine(tools, OperatingSystem.IsWindows() ? "entrygen.exe" : "entrygen");
        Assert.Contains("trace", DotNet.Start(command, _workspace, ["--help"]).Succeeded().Output, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_workspace, recursive: true);

    // ReadyToRun code hangs off the CLI header's entry for native code.
    private static bool HasMachineCode(string feed, string package, string file)
    {
        using var archive = ZipFile.OpenRead(Path.Combine(feed, package));
        using var stream = archive.Entries.Single(entry => entry.Name == file).Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        copy.Position = 0;
        using var reader = new PEReader(copy);
        return reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size != 0;
    }
}
