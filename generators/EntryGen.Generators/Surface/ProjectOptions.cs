using EntryGen.Asm.Units;
using Microsoft.CodeAnalysis.Diagnostics;

namespace EntryGen.Surface;

/// <summary>What the project file says for all its units.</summary>
/// <param name="Defines">Preprocessor definitions of the property <c>EntryGenDefines</c>; a class's own come after them and win.</param>
internal sealed record ProjectOptions(EquatableArray<string> Defines)
{
    // The package's targets hand the list over with bars: a semicolon starts a comment in the file that carries properties to the compiler.
    private const string DefinesKey = "build_property.EntryGenDefineList";

    /// <summary>Reads the options of a compilation.</summary>
    public static ProjectOptions Read(AnalyzerConfigOptions options)
    {
        var list = options.TryGetValue(DefinesKey, out var value) ? value : "";
        var defines = list.Split('|').Select(define => define.Trim()).Where(define => define.Length > 0);
        return new ProjectOptions(new EquatableArray<string>(defines));
    }

    /// <summary>A unit as this project builds it.</summary>
    public UnitDeclaration Apply(UnitDeclaration unit) =>
        unit with { ProjectDefines = Defines };
}
