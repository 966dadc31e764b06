using EntryGen.Asm;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.States;
using Xunit.Abstractions;

namespace EntryGen.OracleTests;

/// <summary>The stack depth that the analysis computes against the unwind hints of the kernel's authors, which it never reads.</summary>
public class UnwindHintTests(ITestOutputHelper output)
{
    private const string HintSection = ".discard.unwind_hints";

    // More entries are looked at together than by any rule.
    private const int MaxNodes = 1_000_000;

    // Hints that the analysis contradicts, or cannot confirm, and why.
    private static readonly string[] _explained =
    [
        // #VC pushes an error code (SDM vol. 3A 6.13); idtentry_vc hints at a frame without one, on its first instructions.
        "Differs asm_exc_vmm_communication: 0, found 8",

        // RSP is computed from the user's RSP: an alias of the espfix stack, of which nothing but the page is known.
        "DepthNotKnown native_irq_return_ldt: 8",

        // STACKLEAK calls C code on the entry stack with a pt_regs that is none: only RSP and RDI stand there (STACKLEAK_ERASE_NOCLOBBER).
        "DepthNotKnown syscall_return_via_sysret: 128",
    ];

    [KernelTheory]
    [MemberData(nameof(ProgramTests.Units), MemberType = typeof(ProgramTests))]
    public void Depths_are_what_the_hints_say(string version, string unit) => Check("Stack depth against unwind hints", version, unit, [KernelPrograms.Alone(version, unit).Program]);

    [KernelConfigurationTheory]
    [MemberData(nameof(ProgramTests.Units), MemberType = typeof(ProgramTests))]
    public void Depths_are_what_the_hints_say_in_every_configuration(string version, string unit)
    {
        Assert.Null(KernelConfigurations.Missing);
        Check("Stack depth against unwind hints in every configuration", version, unit, Programs());

        IEnumerable<Program> Programs()
        {
            foreach (var header in KernelConfigurations.Headers)
            {
                var listing = KernelTrees.Read(version, unit, header);
                if (listing.Diagnostics.Count == 0 && listing.Statements.Any(statement => statement.Section == HintSection))
                {
                    yield return ProgramBuilder.Build([new ProgramUnit(unit, listing, listing.PreprocessorMacros!)], new ProgramOptions()).Program;
                }
            }
        }
    }

    private void Check(string subject, string version, string unit, IEnumerable<Program> programs)
    {
        var verdicts = new Dictionary<UnwindHintVerdict, int>();
        var unexplained = new List<string>();
        var (count, hints, states) = (0, 0, 0);
        foreach (var program in programs)
        {
            count++;
            foreach (var result in Compare(program))
            {
                hints++;
                states += result.States.Count(state => state.Found is not null);
                verdicts[result.Verdict] = verdicts.GetValueOrDefault(result.Verdict) + 1;
                if (result.Verdict is UnwindHintVerdict.Differs or UnwindHintVerdict.DepthNotKnown or UnwindHintVerdict.NotReached && Describe(program, result) is var text && !_explained.Contains(text))
                {
                    unexplained.Add($"{text}, {result.Hint.Type} before '{result.Hint.Place.Item}' in {string.Join(" <- ", result.Hint.Statement.MacroStack())}: {Reached(result)}");
                }
            }
        }

        Assert.True(unexplained.Count == 0, string.Join("\n", unexplained));
        output.Report(
            subject, $"{version} {unit}",
            [("configurations", count), ("hints", hints), ("states", states), .. Enum.GetValues<UnwindHintVerdict>().Select(verdict => (verdict.ToString(), (long)verdicts.GetValueOrDefault(verdict)))]);
    }

    private static IReadOnlyList<UnwindHintResult> Compare(Program program)
    {
        var flow = FlowGraph.Create(program);
        var space = new FeatureSpace(program.Features);
        var factory = new ScenarioFactory(program, space);
        var entries = Compare(space.Everything, StackEntries.Of(program).SelectMany(factory.Of).Concat(StackEntries.OtherScenarios(program, space)));

        // Two hundred stubs that differ in a number: what follows them was looked at under all features already.
        var featureless = program.Features.Aggregate(space.Everything, (condition, feature) => condition.And(space.Of(feature, on: false)));
        var stubs = Compare(featureless, StackEntries.Stubs(program, flow).SelectMany(factory.Of));
        return [.. entries.Zip(stubs, (left, right) => left with { States = [.. left.States, .. right.States] })];

        IReadOnlyList<UnwindHintResult> Compare(FeatureCondition assumptions, IEnumerable<Scenario> scenarios)
        {
            var graph = AbstractInterpreter.Run(flow, space, assumptions, scenarios, new AnalysisOptions { MaxNodes = MaxNodes });
            Assert.True(graph.IsComplete);
            return UnwindHintComparison.Compare(graph, flow);
        }
    }

    private static string Describe(Program program, UnwindHintResult result)
    {
        var symbol = program.Symbols.Values.Where(symbol => symbol.Item is { } item && item.Index <= result.Hint.Place.Item?.Index && !symbol.Name.StartsWith(".L", StringComparison.Ordinal))
            .OrderBy(symbol => symbol.Item!.Index).LastOrDefault();
        var found = string.Join("/", result.Contradictions.Select(state => state.Found).Distinct().Order());
        return $"{result.Verdict} {symbol?.Name}: {result.Expected}{(found.Length == 0 ? "" : ", found " + found)}";
    }

    private static string Reached(UnwindHintResult result) => string.Join("; ", result.Contradictions.Concat(result.States).Take(3)
        .Select(state => $"{state.Node.Scenario.Symbol} {state.Node.Scenario.Name}: {state.Found}, at '{state.Node.Item}' RSP is {state.Node.State.StackPointer}"));
}
