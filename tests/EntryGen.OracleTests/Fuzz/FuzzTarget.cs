using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Text;

namespace EntryGen.OracleTests.Fuzz;

/// <summary>Reads an input through all stages and checks what must hold of any result.</summary>
internal static class FuzzTarget
{
    private static readonly Dictionary<string, (FileResolver Files, TokenCache Tokens)> _kernels = new(StringComparer.Ordinal);

    /// <summary>Reads an input. Any exception is a defect.</summary>
    public static void Run(FuzzInput input)
    {
        var (main, files, tokens) = Sources(input);
        var options = input.Options;
        var listing = AsmReader.Read(main, options with { Cache = tokens }, files);
        Check(listing.Diagnostics);
        Require(listing.Statements.Count <= options.Assembler.MaxStatements, "more statements than the bound");
        Require(listing.Statements.All(statement => statement.Text.Length >= statement.Operands.Length), "a statement without its text");

        var result = ProgramBuilder.Build([new ProgramUnit("fuzz", listing, listing.PreprocessorMacros!)], new ProgramOptions());
        Check(result.Diagnostics);
        var items = result.Program.Items;
        for (var i = 0; i < items.Count; i++)
        {
            Require(items[i].Index == i && (items[i].Next is not { } next || ReferenceEquals(items[next.Index], next)), "an item that is not at its index");
        }

        var graph = FlowGraph.Create(result.Program);
        FlagLiveness.Create(graph);
        PoisonFlow.Create(graph);
    }

    private static (SourceText Main, ISourceResolver Files, TokenCache Tokens) Sources(FuzzInput input)
    {
        if (input.Kernel is not { } file)
        {
            return (SourceText.Compose("fuzz.S", [Prelude.Text, new SourceText("fuzz.S", input.Text)]), new Overlay(null, "fuzz.h", input.Text), new TokenCache());
        }

        if (!_kernels.TryGetValue(file.Version, out var kernel) || kernel.Tokens.NameCount > 200_000)
        {
            _kernels[file.Version] = kernel = (new FileResolver(KernelTrees.Tree(file.Version)), new TokenCache());
        }

        var isUnit = file.Path.EndsWith(".S", StringComparison.Ordinal);
        return (
            isUnit ? new SourceText(file.Path, input.Text) : KernelTrees.ReadUnit(file.Version, "entry_64"),
            isUnit ? kernel.Files : new Overlay(kernel.Files, file.Path, input.Text),
            kernel.Tokens);
    }

    private static void Check(IReadOnlyList<AsmDiagnostic> diagnostics)
    {
        Require(diagnostics.Count <= 404, "more diagnostics than the bounds of all stages allow");
        foreach (var diagnostic in diagnostics)
        {
            Require(diagnostic.ToString().Length > 0, "a diagnostic without text");
            if (diagnostic.Span is { } span)
            {
                Require(span.Start >= 0 && span.Length >= 0 && span.Start + span.Length <= span.Source.Text.Length, "a diagnostic outside of its text");
            }
        }
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException(what);
        }
    }

    /// <summary>Files, of which one says something else.</summary>
    private sealed class Overlay(ISourceResolver? files, string path, string text) : ISourceResolver
    {
        private readonly SourceText _text = new(path, text);

        public SourceText? TryRead(string asked) => asked.EndsWith(path, StringComparison.Ordinal) ? _text : files?.TryRead(asked);
    }
}
