using EntryGen.Asm.Building;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm;

/// <summary>Makes a Program of assembled units: operands, alternatives, exception edges, links between units, addresses.</summary>
public static class ProgramBuilder
{
    private const string AsmOffsetsFile = "asm-offsets.h";

    /// <summary>Builds the Program of some units, linked by their global symbols. Whatever the input, this returns.</summary>
    /// <param name="units">The units in link order.</param>
    /// <param name="options">What to keep and where to put it.</param>
    /// <param name="cancellationToken">Stops building.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ProgramResult Build(IReadOnlyList<ProgramUnit> units, ProgramOptions options, CancellationToken cancellationToken = default)
    {
        var diagnostics = new DiagnosticList(options.MaxDiagnostics);
        var contents = units.Select(unit => new UnitContent(unit, diagnostics, cancellationToken)).ToList();
        var graph = new CodeGraph(contents);
        var reachable = new Reachability(graph);
        reachable.AddFrom(Roots(graph, contents, options, diagnostics));
        if (options.EntrySymbols is null)
        {
            reachable.AddGlobalData(contents);
        }

        var layout = new CodeLayout(graph, reachable);
        var placed = layout.Place();
        var externals = CodeLayout.PlaceExternals(Externals(graph, layout.Items), options.PerCpu);
        var resolver = new OperandResolver(graph.Linker, externals.ToDictionary(external => external.Name, StringComparer.Ordinal));
        foreach (var instruction in layout.Items.OfType<Instruction>())
        {
            var plan = graph.Plans[instruction];
            plan.Unit.CountWork();
            resolver.Resolve(plan);
        }

        var features = new FeatureTable(units);
        foreach (var site in layout.Items.OfType<AlternativeSite>())
        {
            site.Choices = [.. site.Choices.Select(choice => choice with { Feature = features.Get(choice.Feature.Number) })];
        }

        bool Keeps(CodeItem? item) => item is null ? options.EntrySymbols is null : reachable.Keeps(item);
        var program = new Program
        {
            Items = layout.Items,
            Sections = [.. placed.Select(section => section.Finish(resolver))],
            Symbols = new SymbolCollector(graph, reachable).Collect(contents),
            Externals = externals,
            Features = features.Features,
            Constants = Constants(units, options),
            UserMapsThreadStack = options.UserMapsThreadStack,
            Tables = new SideTableReader(graph, Keeps).Read(contents),
        };
        return new ProgramResult(program, diagnostics.Items);
    }

    private static IEnumerable<CodeItem> Roots(CodeGraph graph, IReadOnlyList<UnitContent> units, ProgramOptions options, DiagnosticList diagnostics)
    {
        if (options.EntrySymbols is null)
        {
            return graph.CodeSections().SelectMany(graph.ItemsOf);
        }

        var roots = new List<CodeItem>();
        foreach (var name in options.EntrySymbols)
        {
            if (Linker.Find(units, name)?.Item is { } item)
            {
                roots.Add(item);
                continue;
            }

            var labels = units.SelectMany(unit => unit.Symbols.Labels.Keys).Where(label => !label.StartsWith(".L", StringComparison.Ordinal));
            diagnostics.Add(new AsmDiagnostic(ProgramDiagnostics.UnknownEntry, $"no code has the symbol '{name}'.{NearestName.Suggest(name, labels)}", null));
        }

        return roots;
    }

    private static ExternalTable Externals(CodeGraph graph, IReadOnlyList<CodeItem> items)
    {
        var table = new ExternalTable();
        foreach (var instruction in items.OfType<Instruction>())
        {
            table.AddUses(graph.Plans[instruction], graph.Linker);
        }

        return table;
    }

    private static Dictionary<string, long> Constants(IReadOnlyList<ProgramUnit> units, ProgramOptions options)
    {
        var constants = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var unit in units)
        {
            foreach (var name in unit.Macros.ObjectLikeNames((_, source) => IsAsmOffsets(source.Path)))
            {
                if (unit.Macros.TryEvaluate(name, out var value))
                {
                    constants[name] = value;
                }
            }
        }

        foreach (var constant in options.Constants)
        {
            constants[constant.Key] = constant.Value;
        }

        return constants;
    }

    private static bool IsAsmOffsets(string path) => path.EndsWith(AsmOffsetsFile, StringComparison.Ordinal);
}
