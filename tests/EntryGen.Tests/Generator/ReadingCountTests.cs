using EntryGen.Asm.Units;
using EntryGen.Tests.Harness;
using Microsoft.CodeAnalysis;

namespace EntryGen.Tests.Generator;

/// <summary>Generator and analyzer together read a unit once for each text it has, and never because of an edit elsewhere.</summary>
public sealed class ReadingCountTests
{
    private const string Units = """
        using EntryGen;

        [EntryCode]
        public static partial class Literal
        {
            [Entry("xorl %eax, %eax\n ret")]
            public static partial Stop start(ref Cpu cpu);
        }

        [EntryCode(Source = "entry.S", Entries = ["from_file"])]
        public static partial class FromFile
        {
        }
        """;

    private readonly TestProject _project = TestProject.Of(Units)
        .WithSource("Other.cs", "public sealed class Other { public const int Answer = 42; }")
        .WithFile("/p/entry.S", "#include \"calling.h\"\nfrom_file: nop\nret\n")
        .WithFile("/p/calling.h", "#define A 1\n")
        .WithFile("/p/unrelated.S", "nop\n");

    [Fact]
    public async Task Build_ReadsEachUnitOnce()
    {
        Assert.Empty(await _project.AnalyzeAsync());

        Assert.Equal(2, _project.Readings.Reads);
    }

    [Fact]
    public async Task AnalyzerAlone_ReadsEachUnitOnce()
    {
        await _project.AnalyzeAsync(_project.Compile());
        await _project.AnalyzeAsync(_project.Compile());

        Assert.Equal(2, _project.Readings.Reads);
    }

    [Fact]
    public async Task MistakeInAUnit_IsReadOnceToo()
    {
        var wrong = _project.WithFile("/p/entry.S", "from_file: movq %rax\nret\n");

        Assert.NotEmpty(await wrong.AnalyzeAsync());
        Assert.Equal(2, wrong.Readings.Reads);
    }

    [Theory]
    [InlineData("Other.cs", "public sealed class Other { public const int Answer = 43; }")]
    [InlineData("Test.cs", "// A comment.\n" + Units)]
    [InlineData("New.cs", "internal struct New;")]
    public async Task EditInOtherCSharp_ReadsNothing(string path, string text)
    {
        var driver = await BuildAsync();
        var edited = _project.WithSource(path, text);

        Assert.Equal(0, await ReadsAsync(edited, driver));
    }

    [Fact]
    public async Task EditInAFileThatNoUnitReaches_ReadsNothing()
    {
        var driver = await BuildAsync();

        Assert.Equal(0, await ReadsAsync(_project.WithFile("/p/unrelated.S", "hlt\n"), driver));
    }

    [Theory]
    [InlineData("/p/entry.S", "from_file: ret\n")]
    [InlineData("/p/calling.h", "#define A 2\n")]
    public async Task EditInAFileOfAUnit_ReadsThatUnitOnce(string path, string text)
    {
        var driver = await BuildAsync();

        Assert.Equal(1, await ReadsAsync(_project.WithFile(path, text), driver));
    }

    [Fact]
    public async Task EditTakenBack_ReadsNothing()
    {
        var driver = await BuildAsync();
        await ReadsAsync(_project.WithFile("/p/calling.h", "#define A 2\n"), driver);

        Assert.Equal(0, await ReadsAsync(_project, driver));
    }

    [Fact]
    public void CancelledReading_LeavesNothingBehind()
    {
        var readings = new UnitReadings();
        var inputs = Inputs("U", "ret");
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => readings.Read(inputs, source.Token));
        Assert.Equal(0, readings.Reads);
        Assert.NotNull(readings.Read(inputs).Program);
    }

    [Fact]
    public void EqualInputs_HaveOneReadingHoweverManyAskAtOnce()
    {
        var readings = new UnitReadings();
        var results = new UnitReading[16];
        Parallel.For(0, results.Length, i => results[i] = readings.Read(Inputs("U", "ret")));

        Assert.All(results, result => Assert.Same(results[0], result));
        Assert.Equal(1, readings.Reads);
    }

    [Fact]
    public void AfterAnEdit_WhatItLeavesIsRepeated()
    {
        // The prelude is in front of every unit.
        var readings = new UnitReadings();
        Assert.Equal(0, readings.Read(Inputs("U", "pushq %rax\n popq %rax\n ret")).RepeatedStatements);
        Assert.True(readings.Read(Inputs("U", "pushq %rax\n popq %rbx\n ret")).RepeatedStatements > 1);
        Assert.Equal(0, readings.Read(Inputs("V", "pushq %rax\n popq %rbx\n ret")).RepeatedStatements);
    }

    [Fact]
    public async Task EditInAFile_IsReadByTheAnalyzerAsFromTheStart()
    {
        var text = string.Concat(Enumerable.Range(0, 50).Select(i => $"SAVE %r{8 + (i % 8)}\n"));
        const string Macros = ".macro SAVE r\npushq \\r\npopq \\r\n.endm\nfrom_file: nop\n";
        var project = _project.WithFile("/p/entry.S", Macros + text + "ret\n");
        await project.AnalyzeAsync();
        var edited = project.WithFile("/p/entry.S", Macros + "movq %rax\n" + text + "movq %rax, (%rbx\nSAVE %r8, %r9\nret\n");

        var known = await edited.AnalyzeAsync();
        var anew = await (edited with { Readings = new UnitReadings() }).AnalyzeAsync();

        Assert.NotEmpty(known);
        Assert.Equal(anew.Select(diagnostic => diagnostic.ToString()), known.Select(diagnostic => diagnostic.ToString()));
    }

    [Fact]
    public void ReadingsOfManyTexts_AreForgottenOldestFirst()
    {
        var readings = new UnitReadings();
        for (var i = 0; i < 1_000; i++)
        {
            readings.Read(Inputs("U", $"movl ${i}, %eax\n ret"));
        }

        readings.Read(Inputs("U", "movl $999, %eax\n ret"));
        Assert.Equal(1_000, readings.Reads);
        readings.Read(Inputs("U", "movl $0, %eax\n ret"));
        Assert.Equal(1_001, readings.Reads);
    }

    private static UnitInputs Inputs(string name, string assembly) =>
        new(new UnitDeclaration { Name = name, Key = name, Entries = new([new EntryDeclaration("start", "Call", assembly)]) }, default, default);

    private async Task<GeneratorDriver> BuildAsync()
    {
        var output = _project.Generate();
        await _project.AnalyzeAsync(output.Compilation);
        return output.Driver;
    }

    // What generator and analyzer read after an edit; texts are handed over anew, as editors do.
    private static async Task<int> ReadsAsync(TestProject edited, GeneratorDriver driver)
    {
        var before = edited.Readings.Reads;
        driver.ReplaceAdditionalTexts(edited.AdditionalTexts).RunGeneratorsAndUpdateCompilation(edited.Compile(), out var compilation, out _);
        await edited.AnalyzeAsync((Microsoft.CodeAnalysis.CSharp.CSharpCompilation)compilation);
        return edited.Readings.Reads - before;
    }
}
