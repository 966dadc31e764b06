using EntryGen.Tests.Harness;
using Microsoft.CodeAnalysis.CSharp;

namespace EntryGen.Tests.Analyzers;

/// <summary>Mistakes in declarations: each has its one diagnostic, at the words that are wrong, and the compiler adds none of its own.</summary>
public sealed class SurfaceDiagnosticsTests
{
    [Fact]
    public Task CorrectUnit_IsSilent() => AnalyzerVerifier.VerifyAsync(
        """
        using EntryGen;

        namespace Kernel;

        [EntryCode]
        public static partial class Paranoid
        {
            private const int BIT = 12;

            [PerCpu]
            public static partial PerCpu<ushort> flush_mask { get; }

            [Macro("reg:req")]
            private const string TEST_BIT = "bt $BIT, \\reg";

            [Entry("TEST_BIT %rax\n call helper\n movw %ax, %gs:flush_mask\n ret")]
            public static partial Stop start(ref Cpu cpu);

            [CFunction]
            private static void helper(ref Cpu cpu) => cpu.Rax = 0;
        }
        """);

    [Theory]
    [InlineData("public static class {|EG0100:Unit|} { }")]
    [InlineData("file static partial class {|EG0100:Unit|} { }")]
    public Task EG0100_ClassThatCannotBeCompleted(string declaration) => AnalyzerVerifier.VerifyAsync("using EntryGen;\n[EntryCode]\n" + declaration);

    [Fact]
    public Task EG0100_ContainingTypeThatIsNotPartial() => AnalyzerVerifier.VerifyAsync(
        "using EntryGen;\npublic class {|EG0100:Outer|}\n{\n    [EntryCode]\n    public static partial class Unit\n    {\n    }\n}\n");

    [Theory]
    [InlineData("public static partial void {|EG0101:start|}(ref Cpu cpu);")]
    [InlineData("public static partial Stop {|EG0101:start|}(Cpu cpu);")]
    [InlineData("public static partial Stop {|EG0101:start|}(in Cpu cpu);")]
    [InlineData("public static partial Stop {|EG0101:start|}(scoped ref Cpu cpu);")]
    [InlineData("public static partial Stop {|EG0101:start|}(ref Cpu cpu, int more);")]
    [InlineData("public static partial Stop {|EG0101:start|}();")]
    [InlineData("public static partial Stop {|EG0101:start|}<T>(ref Cpu cpu);")]
    [InlineData("public partial Stop {|EG0101:start|}(ref Cpu cpu);")]
    [InlineData("public static Stop {|EG0101:start|}(ref Cpu cpu) => default;")]
    public Task EG0101_EntryOfAnotherShape(string method) => AnalyzerVerifier.VerifyAsync(InUnit("[Entry(\"ret\")]\n" + method, modifiers: "partial"));

    [Theory]
    [InlineData("static readonly string {|EG0102:MACRO|} = \"ret\";")]
    [InlineData("const int {|EG0102:MACRO|} = 1;")]
    [InlineData("const string? {|EG0102:MACRO|} = null;")]
    public Task EG0102_MacroThatIsNoStringConstant(string field) => AnalyzerVerifier.VerifyAsync(InUnit("[Macro]\n" + field));

    [Theory]
    [InlineData("public static PerCpu<int> {|EG0103:variable|} => default;")]
    [InlineData("public static partial int {|EG0103:variable|} { get; }")]
    [InlineData("public static partial PerCpu<int> {|EG0103:variable|} { get; set; }")]
    [InlineData("public partial PerCpu<int> {|EG0103:variable|} { get; }")]
    public Task EG0103_PerCpuVariableOfAnotherShape(string property) => AnalyzerVerifier.VerifyAsync(InUnit("[PerCpu]\n" + property, modifiers: "partial"));

    [Fact]
    public Task EG0103_PerCpuVariableOfUnknownSize() => AnalyzerVerifier.VerifyAsync(
        InUnit("[{|EG0103:PerCpu|}]\npublic static partial PerCpu<System.Guid> variable { get; }"));

    [Theory]
    [InlineData("static int {|EG0104:helper|}(ref Cpu cpu) => 0;")]
    [InlineData("static void {|EG0104:helper|}(Cpu cpu) { }")]
    [InlineData("void {|EG0104:helper|}(ref Cpu cpu) { }")]
    public Task EG0104_FunctionModelOfAnotherShape(string method) => AnalyzerVerifier.VerifyAsync(InUnit("[CFunction]\n" + method, modifiers: "partial"));

    [Fact]
    public Task EG0105_MacrosThatDifferInCase() => AnalyzerVerifier.VerifyAsync(
        InUnit("[Macro]\nconst string SAVE = \"nop\";\n[Macro]\nconst string {|EG0105:save|} = \"nop\";"));

    [Fact]
    public Task EG0105_NameThatAnIncludedClassHas() => AnalyzerVerifier.VerifyAsync(
        """
        using EntryGen;

        [EntryCode]
        static partial class Calling
        {
            public const int FLAG = 1;
        }

        [EntryCode(Include = [typeof(Calling)])]
        static partial class Unit
        {
            const int {|EG0105:FLAG|} = 2;
        }
        """);

    [Theory]
    [InlineData("/p/other.S", "{|EG0106:\"entry.S\"|}")]
    [InlineData("/p/my_entry.S", "{|EG0106:\"entry.S\"|}")]
    [InlineData("/p/readme.txt", "{|EG0106:\"entry.S\"|}")]
    public Task EG0106_SourceThatIsNotThere(string file, string source) => AnalyzerVerifier.VerifyAsync(
        TestProject.Of($"using EntryGen;\n[EntryCode(Source = {source})]\nstatic partial class Unit;\n").WithFile(file, "nop\n"));

    [Fact]
    public async Task EG0107_SourceThatFitsTwoFiles()
    {
        var diagnostics = await AnalyzerVerifier.VerifyAsync(
            TestProject.Of("using EntryGen;\n[EntryCode(Source = {|EG0107:\"entry.S\"|})]\nstatic partial class Unit;\n")
                .WithFile("/p/6.12/entry.S", "nop\n").WithFile("/p/6.1/entry.S", "nop\n"));

        Assert.Contains("'entry.S' fits 2 AdditionalFiles items", diagnostics.Single().GetMessage(), StringComparison.Ordinal);
        Assert.Contains("/p/6.1/entry.S, /p/6.12/entry.S", diagnostics.Single().GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task EG0107_LongerSuffixChooses() => AnalyzerVerifier.VerifyAsync(
        TestProject.Of("using EntryGen;\n[EntryCode(Source = \"6.1/entry.S\", Entries = [\"start\"])]\nstatic partial class Unit;\n")
            .WithFile("/p/6.12/entry.S", "other: ret\n").WithFile("/p/6.1/entry.S", "start: ret\n"));

    [Fact]
    public Task EG0108_LiteralsBesideASource() => AnalyzerVerifier.VerifyAsync(
        TestProject.Of(
            """
            using EntryGen;

            [EntryCode(Source = "entry.S")]
            static partial class Unit
            {
                [{|EG0108:Macro|}]
                const string MACRO = "nop";

                [Entry({|EG0108:"ret"|})]
                public static partial Stop start(ref Cpu cpu);
            }
            """).WithFile("/p/entry.S", "start: ret\n"));

    [Theory]
    [InlineData("[Entry(\"\")]")]
    [InlineData("[Entry(\" \\n \")]")]
    [InlineData("[Entry]")]
    public Task EG0109_EntryWithoutAssembly(string attribute) => AnalyzerVerifier.VerifyAsync(
        InUnit(attribute + "\npublic static partial Stop {|EG0109:start|}(ref Cpu cpu);"));

    [Fact]
    public async Task EG0110_EntryThatTheSourceLacks()
    {
        var diagnostics = await AnalyzerVerifier.VerifyAsync(
            TestProject.Of("using EntryGen;\n[EntryCode(Source = \"entry.S\", Entries = [\"asm_exc_nmi\", {|EG0110:\"asm_exc_pagefault\"|}])]\nstatic partial class Unit;\n")
                .WithFile("/p/entry.S", "asm_exc_nmi: ret\nasm_exc_page_fault: ret\n"));

        Assert.Contains("Did you mean 'asm_exc_page_fault'?", diagnostics.Single().GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task EG0110_MethodThatTheSourceLacks() => AnalyzerVerifier.VerifyAsync(
        TestProject.Of("using EntryGen;\n[EntryCode(Source = \"entry.S\")]\nstatic partial class Unit\n{\n    [Entry]\n    public static partial Stop {|EG0110:start|}(ref Cpu cpu);\n}\n")
            .WithFile("/p/entry.S", "other: ret\n"));

    [Fact]
    public Task EG0111_EntriesWithoutSource() => AnalyzerVerifier.VerifyAsync(
        "using EntryGen;\n[EntryCode(Entries = {|EG0111:[\"start\"]|})]\nstatic partial class Unit;\n");

    [Fact]
    public Task EG0112_IncludedClassThatIsNoUnit() => AnalyzerVerifier.VerifyAsync(
        "using EntryGen;\n[EntryCode(Include = [{|EG0112:typeof(string)|}])]\nstatic partial class Unit;\n");

    [Fact]
    public Task EG0112_IncludedClassThatIsAFile() => AnalyzerVerifier.VerifyAsync(
        TestProject.Of(
            """
            using EntryGen;

            [EntryCode(Source = "calling.h")]
            static partial class Calling;

            [EntryCode(Include = [{|EG0112:typeof(Calling)|}])]
            static partial class Unit;
            """).WithFile("/p/calling.h", "#define A 1\n"));

    [Theory]
    [InlineData("{|EG0113:\"1X\"|}")]
    [InlineData("\"OK\", {|EG0113:\"\"|}")]
    [InlineData("{|EG0113:\"A B\"|}")]
    [InlineData("\"A=1\", \"F(x)=x\"")]
    public Task EG0113_MalformedDefinition(string defines) => AnalyzerVerifier.VerifyAsync(
        $"using EntryGen;\n[EntryCode(Defines = [{defines}])]\nstatic partial class Unit;\n");

    [Fact]
    public Task EG0114_AttributesOutsideAUnit() => AnalyzerVerifier.VerifyAsync(
        """
        using EntryGen;

        static class Plain
        {
            [{|EG0114:Macro("reg")|}]
            public const string MACRO = "nop";

            [{|EG0114:CFunction|}]
            public static void helper(ref Cpu cpu) { }
        }
        """);

    [Fact]
    public async Task EG0115_ModelThatNothingCalls()
    {
        var diagnostics = await AnalyzerVerifier.VerifyAsync(InUnit(
            """
            [Entry("call exc_nmi\n ret")]
            public static partial Stop start(ref Cpu cpu);

            [CFunction]
            static void {|EG0115:exc_mni|}(ref Cpu cpu) { }
            """));

        Assert.Contains("Did you mean 'exc_nmi'?", diagnostics.Single().GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task EG0116_OldLanguageVersion() => AnalyzerVerifier.VerifyAsync(
        TestProject.Of("using EntryGen;\n[{|EG0116:EntryCode|}]\nstatic partial class Unit { }\n") with { LanguageVersion = LanguageVersion.CSharp12 });

    [Fact]
    public Task EG0117_PerCpuVariablesAtOnePlace() => AnalyzerVerifier.VerifyAsync(InUnit(
        """
        [PerCpu(Offset = 0x40)]
        public static partial PerCpu<ulong> first { get; }

        [PerCpu(Offset = 0x44)]
        public static partial PerCpu<ulong> {|EG0117:second|} { get; }

        [PerCpu(Offset = 0x4c)]
        public static partial PerCpu<ulong> third { get; }
        """));

    [Fact]
    public Task Correct_scenarios_are_silent() => AnalyzerVerifier.VerifyAsync(
        InScenario("From = ScenarioStarts.User, Features = [\"PTI\", \"X86_FEATURE_PCID\"], Inject = InjectedEvents.Nmi, Most = 2, MayDo = [\"lazy-mm\", \"FlushMask\"], Ask = [\"P1.1\"]"));

    [Theory]
    [InlineData("Features = [\"PTI\", {|EG0119:\"PCDI\"|}]", "Did you mean 'PCID'?")]
    [InlineData("Inject = {|EG0119:(InjectedEvents)4096|}", "stands for nothing")]
    [InlineData("From = {|EG0119:(ScenarioStarts)512|}", "stands for nothing")]
    [InlineData("Most = {|EG0119:17|}", "0 to 16 events")]
    [InlineData("MayDo = [{|EG0119:\"lazy\"|}]", "HandlerEffect")]
    [InlineData("MayDo = [{|EG0119:\"lazymm\"|}]", "Did you mean 'LazyMm'?")]
    [InlineData("Ask = [\"P1.1\", {|EG0119:\"tlb\"|}]", "add WithWorstCaseTlb = true")]
    [InlineData("Ask = [\"P1.1\", {|EG0119:\"P1.7\"|}]", "there is no property 'P1.7'. Did you mean 'P1.")]
    [InlineData("Unit = {|EG0119:typeof(string)|}", "'String' has no [EntryCode]")]
    public async Task EG0119_ScenarioArgumentThatIsWrong(string arguments, string message)
    {
        var found = await AnalyzerVerifier.VerifyAsync(InScenario(arguments));

        Assert.Contains(message, found.Single().GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EG0119_EntryThatIsNotDeclared()
    {
        var found = await AnalyzerVerifier.VerifyAsync(InScenario("", entry: "{|EG0119:\"statr\"|}"));

        Assert.Equal("'Unit' declares no entry 'statr'. Did you mean 'start'?", found.Single().GetMessage());
    }

    [Fact]
    public Task EG0119_SystemCallFromTheKernel() => AnalyzerVerifier.VerifyAsync(InScenario("From = {|EG0119:ScenarioStarts.User | ScenarioStarts.Kernel|}", kind: "Syscall"));

    [Theory]
    [InlineData("From = {|EG0119:ScenarioStarts.User | ScenarioStarts.UserOn16BitStack|}", "Syscall")]
    [InlineData("From = ScenarioStarts.User | ScenarioStarts.UserOn16BitStack", "Int80")]
    public Task EG0119_SystemCallFromA16BitStack(string from, string kind) => AnalyzerVerifier.VerifyAsync(InScenario(from, kind: kind));

    [Fact]
    public Task EG0119_ClassWithoutEntryCode() => AnalyzerVerifier.VerifyAsync(
        "using EntryGen.Exploration.Scenarios;\n\n[{|EG0119:Scenario(\"start\")|}]\nstatic partial class Questions;\n");

    [Fact]
    public Task EG0100_ScenarioClassThatIsNotPartial() => AnalyzerVerifier.VerifyAsync(
        InScenario("") + "[Scenario(\"start\", Unit = typeof(Unit))]\nstatic class {|EG0100:Questions|};\n");

    [Fact]
    public Task EG0118_ScenariosIsTaken() => AnalyzerVerifier.VerifyAsync(InScenario("").Replace("// MEMBERS", "static int {|EG0118:Scenarios|} => 1;", StringComparison.Ordinal));

    [Theory]
    [InlineData("[ScenarioProperty(\"x\", Moments.Call)] static int {|EG0120:P|}(EntryState state) => 0;")]
    [InlineData("[ScenarioProperty(\"x\", Moments.Call)] static bool {|EG0120:P|}(ref EntryState state) => true;")]
    [InlineData("[ScenarioProperty(\"x\", Moments.Call)] static bool {|EG0120:P|}<T>(EntryState state) => true;")]
    [InlineData("[{|EG0120:ScenarioProperty(\"x\", Moments.None)|}] static bool P(EntryState state) => true;")]
    [InlineData("[ScenarioProperty(\"x\", Moments.Call)] static bool P(EntryState state) => true; [ScenarioProperty(\"x\", Moments.Call)] static bool {|EG0120:P|}(EntryState state, int more) => true;")]
    public Task EG0120_ScenarioPropertyOfAnotherShape(string member) => AnalyzerVerifier.VerifyAsync(InScenario("").Replace("// MEMBERS", member, StringComparison.Ordinal));

    [Fact]
    public Task EG0114_ScenarioPropertyWithoutScenario() => AnalyzerVerifier.VerifyAsync(
        "using EntryGen.Exploration.Scenarios;\n\nstatic class Questions\n{\n    [{|EG0114:ScenarioProperty(\"x\", Moments.Call)|}]\n    static bool P(EntryState state) => true;\n}\n");

    private static string InScenario(string arguments, string entry = "\"start\"", string kind = "Nmi") =>
        $$"""
        using EntryGen;
        using EntryGen.Exploration.Scenarios;

        [EntryCode]
        [Scenario({{entry}}{{(arguments.Length > 0 ? ", " : "")}}{{arguments}})]
        static partial class Unit
        {
            [Entry("iretq", Kind = EntryKind.{{kind}})]
            public static partial Stop start(ref Cpu cpu);

            // MEMBERS
        }

        """;

    private static string InUnit(string members, string modifiers = "static partial") =>
        $"using EntryGen;\n\n[EntryCode]\n{modifiers} class Unit\n{{\n{members}\n}}\n";
}
