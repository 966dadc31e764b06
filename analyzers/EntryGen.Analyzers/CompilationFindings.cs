using System.Collections.Immutable;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Units;
using EntryGen.Surface;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace EntryGen.Analyzers;

/// <summary>What reading all units of a compilation found, by the class or file in which it has to be shown.</summary>
/// <remarks>
/// A macro that one class declares may go wrong only where another one uses it, and a header is read by many units: who shows a finding is
/// decided by where it stands, so that each is shown once.
/// </remarks>
internal sealed class CompilationFindings
{
    // More locations and names help nobody in a list of errors; the tool has them all.
    private const int MostSteps = 24, MostEntries = 4;

    private readonly Dictionary<string, List<Diagnostic>> _byOwner = new(StringComparer.Ordinal);

    private CompilationFindings()
    {
    }

    /// <summary>Reads every unit of a compilation.</summary>
    public static CompilationFindings Of(Compilation compilation, AnalyzerOptions options, UnitReadings readings, CancellationToken cancellation)
    {
        var findings = new CompilationFindings();
        var project = ProjectOptions.Read(options.AnalyzerConfigOptionsProvider.GlobalOptions);
        var locator = new PlaceLocator(compilation, options.AdditionalFiles, cancellation);
        var files = new FileRules(compilation, cancellation);
        var units = new List<(UnitInputs, IReadOnlyList<UnitFinding>)>();
        foreach (var type in EntryCodeTypes.In(compilation, cancellation))
        {
            if (EntryClassReader.Read(type, sink: null, cancellation) is { } model)
            {
                var inputs = AdditionalAssembly.Gather(project.Apply(model.Unit), options.AdditionalFiles, readings, cancellation);
                units.Add((inputs, readings.Check(inputs, cancellation)));
            }
        }

        foreach (var (unit, finding) in SharedFindings.Join(units))
        {
            if (Descriptors.IsKnown(finding.Diagnostic.Descriptor) && files.IsWanted(finding))
            {
                findings.Add(finding, locator, unit.Declaration.Key);
            }
        }

        return findings;
    }

    /// <summary>The findings to show in a class (by metadata name) or a file (by path).</summary>
    public IReadOnlyList<Diagnostic> In(string owner) => _byOwner.TryGetValue(owner, out var list) ? list : [];

    private void Add(UnitFinding finding, PlaceLocator locator, string unit)
    {
        var location = locator.Locate(finding.Place);
        var owner = finding.Place.Owner;
        if (location == Location.None)
        {
            // Written outside this compilation (a macro of a referenced assembly): shown on the unit that uses it.
            owner = unit;
            location = locator.Locate(new UnitPlace(UnitPart.Declaration, unit));
        }

        if (!_byOwner.TryGetValue(owner, out var list))
        {
            _byOwner.Add(owner, list = []);
        }

        var properties = new FixLocator(locator).Locate(finding.Fix) is { } fix
            ? ImmutableDictionary<string, string?>.Empty.Add(DiagnosticProperties.Fix, fix.Write())
            : ImmutableDictionary<string, string?>.Empty;
        list.Add(Diagnostic.Create(
            Descriptors.For(finding.Diagnostic.Descriptor),
            location,
            finding.Calls.Concat(finding.Steps.Reverse().Take(MostSteps).Reverse()).Select(locator.Locate).Where(place => place != Location.None && place != location).Distinct(),
            properties,
            MessageOf(finding.Diagnostic)));
    }

    // A location has no words of its own in a compiler's message, so what decides whether the reader is concerned stands in the sentence.
    private static string MessageOf(AsmDiagnostic found)
    {
        if (found.Detail is not { Entries.Count: > 0 } detail)
        {
            return found.Message;
        }

        var more = detail.Entries.Count > MostEntries ? $" and {detail.Entries.Count - MostEntries} more" : "";
        var features = detail.Features == "any" ? "" : $", with {detail.Features}";
        return $"{found.Message} (In {string.Join(", ", detail.Entries.Take(MostEntries))}{more}{features}.)";
    }
}
