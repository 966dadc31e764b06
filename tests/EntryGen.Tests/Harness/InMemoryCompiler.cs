using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace EntryGen.Tests.Harness;

/// <summary>Compiles C# as a strict consumer would - C# 13, nullable, every warning an error - and loads it.</summary>
internal static class InMemoryCompiler
{
    private static readonly Lazy<IReadOnlyList<MetadataReference>> _references = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "EntryGen.dll" or "netstandard.dll" or "mscorlib.dll"))
            .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path))]);

    /// <summary>References to the framework and to EntryGen.</summary>
    public static IReadOnlyList<MetadataReference> References => _references.Value;

    /// <summary>Options of the strict consumer.</summary>
    /// <param name="checkOverflow">Whether arithmetic is checked unless code says otherwise.</param>
    public static CSharpCompilationOptions Options(bool checkOverflow = true) => new(
        OutputKind.DynamicallyLinkedLibrary,
        optimizationLevel: OptimizationLevel.Release,
        checkOverflow: checkOverflow,
        generalDiagnosticOption: ReportDiagnostic.Error,
        warningLevel: 9999,
        nullableContextOptions: NullableContextOptions.Enable,
        deterministic: true);

    /// <summary>The image of an assembly.</summary>
    /// <param name="sources">The source files' texts.</param>
    public static byte[] Emit(params string[] sources)
    {
        var parse = new CSharpParseOptions(LanguageVersion.CSharp13);
        var trees = sources.Select((source, index) => CSharpSyntaxTree.ParseText(source, parse, $"File{index}.cs"));
        var compilation = CSharpCompilation.Create("Generated" + Guid.NewGuid().ToString("N"), trees, References, Options());
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        var problems = result.Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && !diagnostic.IsSuppressed).ToArray();
        if (!result.Success || problems.Length > 0)
        {
            var first = problems.FirstOrDefault();
            var line = first?.Location.SourceTree?.GetText().Lines[first.Location.GetLineSpan().StartLinePosition.Line].ToString();
            throw new InvalidOperationException(string.Join("\n", problems.Take(20).Select(problem => problem.ToString())) + "\n" + line);
        }

        return image.ToArray();
    }

    /// <summary>A loaded assembly; it can be collected when nothing uses it.</summary>
    public static System.Reflection.Assembly Load(params string[] sources)
    {
        var context = new AssemblyLoadContext(null, isCollectible: true);
        context.Resolving += (_, name) => AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(assembly => assembly.GetName().Name == name.Name);
        using var image = new MemoryStream(Emit(sources));
        return context.LoadFromStream(image);
    }
}
