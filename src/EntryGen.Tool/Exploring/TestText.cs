using System.Text;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Kernel;

namespace EntryGen.Tool.Exploring;

/// <summary>An xunit test that asks a scenario's question: it fails until the entry code is fixed.</summary>
internal sealed class TestText
{
    private readonly Question _question;
    private readonly EntryScenario _scenario;
    private readonly EntryProperty _property;
    private readonly IReadOnlyList<string> _files;
    private readonly string _name;

    private TestText(Question question, EntryProperty property, IReadOnlyList<string> files)
    {
        (_question, _scenario, _property, _files) = (question, question.Scenario, property, files);
        _name = Identifier($"{_scenario.Entry}_{property.Id}_{ScenarioJson.Start(_scenario.Start)}");
    }

    /// <summary>The test as a C# file.</summary>
    /// <param name="question">What was asked.</param>
    /// <param name="property">The property that is violated.</param>
    /// <param name="files">The files that the entry code was read from, or the assembly.</param>
    public static string Of(Question question, EntryProperty property, IReadOnlyList<string> files) => new TestText(question, property, files).Write();

    private bool IsCompiled => _files is [var file] && LoadedUnits.IsAssembly(file);

    private string Write()
    {
        var text = new StringBuilder("using System.Linq;\nusing EntryGen;\nusing EntryGen.Exploration.Scenarios;\nusing EntryGen.Exploration.Scenarios.Handlers;\nusing EntryGen.Kernel;\nusing Xunit;\n\n");
        if (!IsCompiled)
        {
            var file = File();
            text.Append($"// The unit: one self-contained file made by 'entrygen import' of {file}, as an AdditionalFiles item.\n")
                .Append($"[EntryCode(Source = {Quote(Path.GetFileName(file))}, Entries = [{string.Join(", ", Entries().Except(Declared().Select(entry => entry.Name)).Select(Quote))}])]\n")
                .Append($"public static partial class {_name}_unit")
                .Append(Declared().Any() ? $"\n{{\n{string.Join("\n", Declared().Select(Declaration))}}}\n\n" : ";\n\n");
        }

        text.Append($"public sealed class {_name}_tests\n{{\n")
            .Append($"    /// <summary>{_property.Id}: {_property.Words.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)}.</summary>\n")
            .Append("    [Fact]\n")
            .Append($"    public void Holds() => EntryScenario.Of({(IsCompiled ? "global::" + _scenario.Unit.Name.Replace('+', '.') : _name + "_unit")}.EntryUnit, {Quote(_scenario.Entry)})\n")
            .Append($"        .From({Start()})\n")
            .Append($"        .With(new FeatureSet([{string.Join(", ", _scenario.Options.Features.Select(Quote))}]))\n")
            .Append($"        .Inject({Events()}, most: {_scenario.MostEvents})\n");
        if (_scenario.Handlers.Count > 0)
        {
            text.Append($"        .MayDo({string.Join(", ", _scenario.Handlers.Select(Effect))})\n");
        }

        if (_scenario.HasWorstCaseTlb)
        {
            text.Append("        .WithWorstCaseTlb()\n");
        }

        if (!_scenario.KernelAssumptions)
        {
            text.Append("        .WithoutKernelAssumptions()\n");
        }

        return text.Append($"        .With({Property()})\n        .Explore()\n        .ShouldHold();\n}}\n").ToString();
    }

    private string Start()
    {
        var start = _scenario.Start;
        var with = string.Join(", ", new[] { start.Cr3 is { } cr3 ? $"Cr3 = Side.{cr3}" : null, start.Gs is { } gs ? $"Gs = Side.{gs}" : null, start.On16BitStack ? "On16BitStack = true" : null, start.Vector is { } vector ? $"Vector = {vector}" : null }.OfType<string>());
        return $"StartState.{start.From}{(with.Length == 0 ? "" : $" with {{ {with} }}")}";
    }

    private string Events() => _scenario.Events == InjectedEvents.None
        ? "InjectedEvents.None"
        : string.Join(" | ", _scenario.Events.ToString().Split(", ").Select(flag => $"InjectedEvents.{flag}"));

    // What a class declares itself has a name only there.
    private string Effect(HandlerEffect effect) => HandlerEffect.All.Contains(effect)
        ? $"HandlerEffect.All.First(effect => effect.Id == {Quote(effect.Id)})"
        : $"global::{_question.DeclaredIn}.Scenarios.SelectMany(scenario => scenario.Handlers).First(effect => effect.Name == {Quote(effect.Name)})";

    private string Property() => EntryProperties.Named.Contains(_property)
        ? $"EntryProperties.Find({Quote(_property.Id)})"
        : $"global::{_question.DeclaredIn}.Scenarios.SelectMany(scenario => scenario.Properties).First(property => property.Id == {Quote(_property.Id)})";

    private IEnumerable<string> Entries() =>
        ScenarioEntries.Of(_scenario.Events).Where(_scenario.Unit.Symbols.ContainsKey).Prepend(_scenario.Entry).Distinct();

    // What --entry says of symbols that have no name of Linux's is said by methods.
    private IEnumerable<UnitEntry> Declared() => _scenario.Unit.Entries.Values
        .Where(entry => KnownEntries.Find(entry.Name) is null && Microsoft.CodeAnalysis.CSharp.SyntaxFacts.IsValidIdentifier(entry.Name)).OrderBy(entry => entry.Address);

    private static string Declaration(UnitEntry entry) =>
        $"    [Entry(Kind = EntryKind.{entry.Kind}{(entry.Vector is { } vector ? $", Vector = {vector}" : "")})]\n    public static partial Stop @{entry.Name}(ref Cpu cpu);\n";

    // Of several files that are linked the one that has the entry.
    private string File()
    {
        var address = _scenario.Unit.Symbols[_scenario.Entry];
        var first = _scenario.Unit.Instructions.Values.Where(instruction => instruction.Address >= address).MinBy(instruction => instruction.Address)?.Source ?? "";
        var path = first[..Math.Max(first.LastIndexOf(':'), 0)];
        return _files.FirstOrDefault(file => Path.GetFileName(file) == Path.GetFileName(path)) ?? (path.Length > 0 ? path : _files.FirstOrDefault() ?? "entry_64.S");
    }

    private static string Quote(string text) => Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(text, quote: true);

    private static string Identifier(string text) => string.Concat(text.Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_'));
}
