using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Rules;
using EntryGen.Asm.Text;

namespace EntryGen.Tests.Rules;

/// <summary>Reading and analyzing end within a thousand statements of being cancelled, wherever they are: each part counts what it still does.</summary>
public class CancellationTests
{
    private const int Most = 1000;
    private const int Length = 4000;

    // A block without a branch, the worst case for who looks once a block; the second half has one every other instruction.
    private static readonly string _code = "\t.globl\tentry_SYSCALL_64\nentry_SYSCALL_64:\n" + Repeat("\tincq\t%rax\n") + Repeat("\tjz\t1f\n1:\tincq\t%rcx\n") + "\tud2\n";

    [Theory]
    [InlineData(1)]
    [InlineData(1500)]
    [InlineData(Length + 700)]
    public void Replay(int cancelAt)
    {
        var input = Input();
        Assert.InRange(After(cancelAt, (step, cancellation) => new StateReplay(input.States, input.Graph).Run((_, _, _) => step(), (_, _, _) => { }, cancellation)), 1, Most);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1500)]
    [InlineData(Length + 700)]
    public void Abstract_states(int cancelAt)
    {
        var input = Input();
        var scenarios = input.Entries.SelectMany(new ScenarioFactory(input.Program, input.Space).Of).ToList();
        Assert.InRange(
            After(cancelAt, (step, cancellation) =>
            {
                var options = new AnalysisOptions { EndsAt = _ => { step(); return false; } };
                AbstractInterpreter.Run(input.Graph, input.Space, input.Assumptions, scenarios, options, cancellation);
            }),
            1,
            Most);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2500)]
    public void Reading(int cancelAt)
    {
        var main = new SourceText("main.S", string.Concat(Enumerable.Range(0, Length).Select(i => $"#include \"{i}.h\"\n")));
        Assert.InRange(After(cancelAt, (step, cancellation) => AsmReader.Read(main, new ReaderOptions(), new Files(step), cancellation)), 1, Most);
    }

    [Fact]
    public void What_is_cancelled_before_it_begins_does_not_begin()
    {
        var cancelled = new CancellationToken(canceled: true);
        var listing = Read();
        var unit = new ProgramUnit("test.S", listing, listing.PreprocessorMacros!);
        var program = ProgramBuilder.Build([unit], new ProgramOptions()).Program;
        var graph = FlowGraph.Create(program);
        Assert.Throws<OperationCanceledException>(() => ProgramBuilder.Build([unit], new ProgramOptions(), cancelled));
        Assert.Throws<OperationCanceledException>(() => FlowGraph.Create(program, cancelled));
        Assert.Throws<OperationCanceledException>(() => RegisterLiveness.Create(graph, [], cancelled));
        Assert.Throws<OperationCanceledException>(() => FlagLiveness.Create(graph, cancelled));
        Assert.Throws<OperationCanceledException>(() => RuleSet.Check(new RuleInput(program, [listing], cancellation: cancelled), cancelled));
    }

    // What is still done after the token was cancelled at some step; more than all steps when it was never noticed.
    private static int After(int cancelAt, Action<Action, CancellationToken> work)
    {
        using var source = new CancellationTokenSource();
        var steps = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => work(
            () =>
            {
                if (++steps == cancelAt)
                {
                    source.Cancel();
                }
            },
            source.Token));
        Assert.True(steps >= cancelAt);
        return steps - cancelAt + 1;
    }

    private static RuleInput Input()
    {
        var listing = Read();
        return new RuleInput(ProgramBuilder.Build([new ProgramUnit("test.S", listing, listing.PreprocessorMacros!)], new ProgramOptions()).Program, [listing]);
    }

    private static AssemblyListing Read() => AsmReader.Read(new SourceText("test.S", _code), new ReaderOptions(), new Files(() => { }));

    private static string Repeat(string text) => string.Concat(Enumerable.Repeat(text, Length / 2));

    private sealed class Files(Action step) : ISourceResolver
    {
        public SourceText? TryRead(string path)
        {
            step();
            return new SourceText(path, "\tnop\n");
        }
    }
}
