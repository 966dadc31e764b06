using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Text;
using EntryGen.Asm;
using EntryGen.Generators.Emission;
using EntryGen.Kernel;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace EntryGen.Tool.Tracing;

/// <summary>A Program turned into a running emulator: what the source generator writes for it, compiled in memory and loaded.</summary>
internal sealed class CompiledUnit : IDisposable
{
    private const string ClassName = "TracedUnit";

    private readonly AssemblyLoadContext _context;

    private CompiledUnit(AssemblyLoadContext context, EntryUnit unit, string hash)
    {
        _context = context;
        Unit = unit;
        Hash = hash;
    }

    /// <summary>The emulator.</summary>
    public EntryUnit Unit { get; }

    /// <summary>SHA-256 of what was generated: of everything in the sources that matters.</summary>
    public string Hash { get; }

    /// <summary>Generates, compiles and loads.</summary>
    /// <param name="program">The code, without errors.</param>
    /// <param name="entries">Where it starts, and how that is reached; at least one.</param>
    public static CompiledUnit Create(Program program, IReadOnlyList<EntryPoint> entries)
    {
        // Symbols need not be identifiers of C#; the methods that start them are never called by name.
        var name = entries[0].Symbol;
        var target = new EmissionTarget
        {
            UnitName = name,
            Types = [new TargetType("public static class", ClassName)],
            Entries = [.. entries.Select((entry, n) => new TargetEntry("public static", $"Start{n}", entry.Symbol, entry.Kind.ToString(), Vector: entry.Vector))],
        };
        var code = EmulatorEmitter.Emit(program, target);
        var tree = CSharpSyntaxTree.ParseText(code, new CSharpParseOptions(LanguageVersion.CSharp13));
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable);
        var compilation = CSharpCompilation.Create(ClassName, [tree], References(), options);

        using var image = new MemoryStream();
        if (compilation.Emit(image) is { Success: false } result)
        {
            throw new InvalidOperationException($"The generated emulator does not compile: {result.Diagnostics.First(found => found.Severity == DiagnosticSeverity.Error)}");
        }

        image.Position = 0;
        var context = new AssemblyLoadContext(name, isCollectible: true);
        var type = context.LoadFromStream(image).GetType(ClassName, throwOnError: true)!;
        var unit = type.GetProperty("EntryUnit", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)
            ?? throw new InvalidOperationException("The generated emulator has no EntryUnit.");
        return new CompiledUnit(context, (EntryUnit)unit, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code.ToString()))));
    }

    /// <summary>Lets the code be unloaded.</summary>
    public void Dispose() => _context.Unload();

    /// <summary>EntryGen and what it is itself built on: less than the whole platform, which the compiler would have to read.</summary>
    private static IEnumerable<MetadataReference> References()
    {
        var library = typeof(EntryUnit).Assembly;
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).ToLookup(Path.GetFileNameWithoutExtension);
        var names = library.GetReferencedAssemblies().Select(reference => reference.Name).Append(typeof(object).Assembly.GetName().Name);
        return names.SelectMany(name => platform[name]).Append(library.Location).Select(file => MetadataReference.CreateFromFile(file));
    }
}
