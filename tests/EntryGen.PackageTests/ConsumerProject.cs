namespace EntryGen.PackageTests;

/// <summary>A console project outside of the repository that takes EntryGen from the packed package, as a user's would.</summary>
internal sealed class ConsumerProject
{
    /// <summary>The program: an entry in C#, one from a <c>.S</c> file, both run in the kernel environment.</summary>
    private const string Program = """"
        using System;
        using EntryGen;
        using EntryGen.Emulation;
        using EntryGen.Kernel;

        foreach (var (unit, entry) in new[] { (Doubling.EntryUnit, "twice"), (Adding.EntryUnit, "add_user_bits") })
        {
            var environment = KernelEnvironment.Create(unit);
            environment.Start(entry, StartState.Kernel);
            environment.Machine[Reg.Rdi] = 0x1000;
            var cpu = environment.Machine.Cpu;
            unit.Run(ref cpu);
            Console.WriteLine($"{entry}: 0x{environment.Machine[Reg.Rax]:x}");
        }

        [EntryCode]
        public static partial class Doubling
        {
            private const int SHIFT = 1;

            [Macro("reg:req")]
            private const string DOUBLE = """
                    shlq    $SHIFT, \reg
                """;

            [Entry("""
                    movq    %rdi, %rax
                    DOUBLE  %rax
                    ret
                """)]
            public static partial Stop twice(ref Cpu cpu);
        }

        [EntryCode(Source = "adding.S", Entries = ["add_user_bits"])]
        public static partial class Adding;

        """";

    private const string Assembly = """
        .macro OR_USER_BITS reg:req
        	orq	$0x1800, \reg
        .endm

        .globl add_user_bits
        add_user_bits:
        	movq	%rdi, %rax
        	OR_USER_BITS %rax
        	ret

        """;

    private readonly string _packagesPath;
    private readonly string _feed;

    /// <summary>Writes the project.</summary>
    /// <param name="packages">The package.</param>
    /// <param name="name">The project's directory.</param>
    public ConsumerProject(PackedPackages packages, string name)
    {
        Directory = System.IO.Directory.CreateDirectory(Path.Combine(packages.Workspace, name)).FullName;

        // A package cache of its own: the same version that another run packed must not be found.
        _packagesPath = Path.Combine(packages.Workspace, "packages");
        _feed = packages.Feed;
        Write("Consumer.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <UseAppHost>false</UseAppHost>
                <NuGetAudit>false</NuGetAudit>
                <RestoreAdditionalProjectSources>{_feed}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{_packagesPath}</RestorePackagesPath>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="EntryGen" Version="{packages.Version}" />
              </ItemGroup>
            </Project>

            """);
        Write("Program.cs", Program);
        Write("adding.S", Assembly);
    }

    /// <summary>The project's directory.</summary>
    public string Directory { get; }

    /// <summary>Replaces text in a file.</summary>
    /// <returns>Line and column, from 1, of the replacement.</returns>
    public (int Line, int Column) Replace(string file, string old, string replacement)
    {
        var text = File.ReadAllText(Path.Combine(Directory, file));
        var at = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{file} has no '{old}'");
        Write(file, text.Replace(old, replacement, StringComparison.Ordinal));
        var before = text[..at];
        return (before.Count(character => character == '\n') + 1, at - before.LastIndexOf('\n'));
    }

    /// <summary>Builds everything anew: a build that skips the compiler shows no diagnostics.</summary>
    public CommandResult Build(params IEnumerable<string> arguments) => DotNet.Run(Directory, ["build", "-c", "Release", "--no-incremental", .. arguments]);

    /// <summary>Runs what was built.</summary>
    public CommandResult Run() => DotNet.Run(Directory, Path.Combine(Directory, "bin", "Release", "net10.0", "Consumer.dll"));

    /// <summary>Writes a file of the project.</summary>
    public void Write(string file, string text) => File.WriteAllText(Path.Combine(Directory, file), text);
}
