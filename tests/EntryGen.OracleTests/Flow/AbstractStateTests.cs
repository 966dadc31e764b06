using EntryGen.Asm;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.States;
using EntryGen.Emulation;
using EntryGen.Kernel;
using EntryGen.OracleTests.Trace;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Flow;

/// <summary>The analysis against the machine: whatever a run does, where paths meet or part one of the abstract states there describes it.</summary>
public sealed class AbstractStateTests(ITestOutputHelper output)
{
    private const int Seed = 12, FeatureSets = 12, MaxSteps = 20_000;

    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Every_step_of_a_run_is_described_by_a_state(string version)
    {
        var unit = KernelUnit.Of(version);
        var program = KernelUnit.ProgramOf(version);
        var flow = FlowGraph.Create(program);
        var space = new FeatureSpace(program.Features);
        var factory = new ScenarioFactory(program, space);
        var itemAt = new Dictionary<ulong, CodeItem>();
        foreach (var item in program.Items)
        {
            itemAt.TryAdd(item.Address, item);
        }

        var (runs, steps, failures) = (0, 0L, new List<string>());
        foreach (var entry in EntryFinder.Find(program).Where(entry => unit.Entries.ContainsKey(entry.Symbol)))
        {
            var graph = AbstractInterpreter.Run(flow, space, space.Everything, factory.Of(entry));
            Assert.True(graph.IsComplete);
            var nodesAt = graph.Nodes.ToLookup(node => node.Item);
            foreach (var features in FeatureSetsFor(program))
            {
                var environment = KernelEnvironment.Create(unit, new KernelOptions { Features = features });
                var assignment = program.Features.Aggregate(
                    space.Everything, (condition, feature) => condition.And(space.Of(feature, feature.IsAlwaysOn || features.Contains(feature.Name))));
                foreach (var start in StartStates.Of(entry.Symbol))
                {
                    environment.Reset();
                    var activation = environment.Start(entry.Symbol, start);
                    Assert.Equal(StopKind.None, activation.Delivery.Kind);
                    var values = new ConcreteValues(environment, entry.HasErrorCode);
                    runs++;
                    var stop = default(Stop);
                    for (var step = 0; stop.Kind == StopKind.None && !activation.HasReturned && step < MaxSteps && failures.Count < 10; step++)
                    {
                        if (itemAt.TryGetValue(environment.Machine[Reg.Rip], out var item) && IsKnown(item, flow))
                        {
                            steps++;
                            if (Undescribed(nodesAt[item], values, assignment) is { } reasons)
                            {
                                failures.Add($"{entry.Symbol} from {start.From}, CR3 {start.Cr3}, GS {start.Gs}, {features}: at '{item}' {(item as Instruction)?.Statement.Line}: {reasons}");
                                break;
                            }
                        }

                        stop = environment.Machine.Step(unit);
                    }
                }
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
        output.Report("Abstract states against runs of the machine", version, ("runs", runs), ("places", steps), ("not described", failures.Count));
    }

    // The places between which an analysis keeps no state are described by where they lie.
    private static bool IsKnown(CodeItem item, FlowGraph flow) => item is AlternativeSite || flow.IsLeader(item);

    private static string? Undescribed(IEnumerable<StateNode> nodes, ConcreteValues values, FeatureCondition assignment)
    {
        var reasons = new List<string>();
        foreach (var node in nodes.Where(node => assignment.Implies(node.Condition)))
        {
            if (values.Contradiction(node.State, node.Scenario.State) is not { } reason)
            {
                return null;
            }

            reasons.Add($"{node.Scenario.Name}: {reason}");
        }

        return reasons.Count == 0 ? "no state" : string.Join("; ", reasons.Distinct().Take(6));
    }

    private static IEnumerable<FeatureSet> FeatureSetsFor(Program program)
    {
        yield return KernelOptions.DefaultFeatures;
        yield return FeatureSet.None;
        var random = new Random(Seed);
        for (var i = 0; i < FeatureSets; i++)
        {
            // XENPV is another world, in which the machine does not run.
            yield return new FeatureSet(program.Features.Where(feature => feature.Name != "XENPV" && random.Next(2) == 0).Select(feature => feature.Name));
        }
    }
}
