using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Analyzers;

/// <summary>The fix for a name that does not exist changes that name and nothing else, and is not offered when it has nothing to change.</summary>
public sealed class NearestNameFixTests
{
    private const string Source = """"
        using EntryGen;

        [EntryCode]
        static partial class Unit
        {
            [Macro("reg:req")]
            const string SAVE_RAX = """
                    pushqq  \reg    # kept
                """;

            [Entry("""
                    SAVE_RXA %rax
                    swapgz
                    ret
                """)]
            public static partial Stop start(ref Cpu cpu);
        }
        """";

    private static readonly TestProject _file = TestProject.Of("using EntryGen;\n[EntryCode(Source = \"entry.S\", Entries = [\"start\"])]\nstatic partial class Unit;\n")
        .WithFile("/p/entry.S", "start:\n\tswapgz\t/* comment */\n\tret\n");

    [Fact]
    public async Task Offer_NamesBothNames() => Assert.Equal(
        ["Change 'SAVE_RXA' to 'SAVE_RAX'", "Change 'swapgz' to 'swapgs'"],
        await CodeFixRunner.OfferedAsync(TestProject.Of(Source)));

    [Fact]
    public async Task Fix_ChangesOneNameInARawString()
    {
        var after = await CodeFixRunner.FixFirstAsync(TestProject.Of(Source));

        Assert.Equal(Source.Replace("SAVE_RXA", "SAVE_RAX", StringComparison.Ordinal), after.Sources["Test.cs"]);
    }

    [Fact]
    public async Task Fix_ChangesOneNameInAFile()
    {
        var after = await CodeFixRunner.FixFirstAsync(_file);

        Assert.Equal("start:\n\tswapgs\t/* comment */\n\tret\n", after.Files["/p/entry.S"]);
    }

    [Fact]
    public async Task FixAll_ChangesEveryNameInCSharpAndFiles()
    {
        var project = TestProject.Of(Source).WithSource("File.cs", "using EntryGen;\n[EntryCode(Source = \"entry.S\", Entries = [\"start\"])]\nstatic partial class FromFile;\n")
            .WithFile("/p/entry.S", "start:\n\tswapgz\n\tcldd\n\tret\n");

        var after = await CodeFixRunner.FixAllAsync(project);

        Assert.Equal(
            Source.Replace("SAVE_RXA", "SAVE_RAX", StringComparison.Ordinal).Replace("swapgz", "swapgs", StringComparison.Ordinal),
            after.Sources["Test.cs"]);
        Assert.Equal("start:\n\tswapgs\n\tcld\n\tret\n", after.Files["/p/entry.S"]);
    }

    [Fact]
    public async Task FixedProject_IsSilent()
    {
        var after = await CodeFixRunner.FixAllAsync(_file);

        Assert.Empty(await after.AnalyzeAsync());
        Assert.Empty(await CodeFixRunner.OfferedAsync(after));
    }

    [Theory]
    [InlineData("\"qqqqqqqqqq\\n ret\"")]
    [InlineData("nameof(System) + \"\\n swapgz\\n ret\"")]
    [InlineData("\"movq %eax, %rbx\\n ret\"")]
    public async Task Fix_IsNotOfferedWithoutANameAndItsCharacters(string literal)
    {
        var project = TestProject.Of($"using EntryGen;\n[EntryCode]\nstatic partial class Unit\n{{\n    [Entry({literal})]\n    public static partial Stop start(ref Cpu cpu);\n}}\n");

        Assert.NotEmpty(await project.AnalyzeAsync());
        Assert.Empty(await CodeFixRunner.OfferedAsync(project));
    }
}
