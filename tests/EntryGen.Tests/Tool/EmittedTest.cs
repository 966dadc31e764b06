using System.Reflection;
using System.Runtime.Loader;
using EntryGen.Tests.Harness;
using Microsoft.CodeAnalysis;

namespace EntryGen.Tests.Tool;

/// <summary>What <c>explore --emit-test</c> prints, compiled in a project as its comment asks for.</summary>
internal static class EmittedTest
{
    /// <summary>Compiles a test and loads it.</summary>
    /// <param name="test">The printed C# file.</param>
    /// <param name="file">The name of the assembly file it reads; null for none.</param>
    /// <param name="assembly">Its text.</param>
    /// <returns>Runs the test.</returns>
    public static Action Compile(string test, string? file = null, string assembly = "")
    {
        var project = TestProject.Of(test);
        project = file is null ? project : project.WithFile("/project/" + file, assembly);
        MetadataReference[] references = [.. new[] { typeof(FactAttribute), typeof(RestoreCr3.Experiment) }.Select(type => MetadataReference.CreateFromFile(type.Assembly.Location))];
        var compilation = project.Generate().Compilation.AddReferences(references);
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics) + "\n" + test);
        image.Position = 0;
        var context = new AssemblyLoadContext(null, isCollectible: true);
        context.Resolving += (_, name) => AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(loaded => loaded.GetName().Name == name.Name);
        var method = context.LoadFromStream(image).GetTypes().SelectMany(type => type.GetMethods()).Single(method => method.GetCustomAttribute<FactAttribute>() is not null);
        return method.CreateDelegate<Action>(Activator.CreateInstance(method.DeclaringType!));
    }
}
