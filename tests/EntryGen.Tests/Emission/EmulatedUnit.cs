using System.Reflection;
using EntryGen.Asm.Units;
using EntryGen.Generators.Emission;
using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Emission;

/// <summary>Assembly read, emitted, compiled and loaded: the way of a user's class without the attributes.</summary>
internal sealed class EmulatedUnit
{
    private EmulatedUnit(string source, Type code, EntryUnit unit)
    {
        Source = source;
        Code = code;
        Unit = unit;
    }

    /// <summary>The generated file.</summary>
    public string Source { get; }

    /// <summary>The generated class that holds the two forms.</summary>
    public Type Code { get; }

    /// <summary>The unit.</summary>
    public EntryUnit Unit { get; }

    /// <summary>Builds a unit with one entry for each snippet, named <c>s0</c>, <c>s1</c> and so on.</summary>
    public static EmulatedUnit OfSnippets(IEnumerable<string> snippets) =>
        Build([.. snippets.Select((snippet, index) => new EntryDeclaration("s" + index, "Call", snippet))]);

    /// <summary>Builds a unit with the single entry <c>start</c>.</summary>
    public static EmulatedUnit Of(string assembly) => Build([new EntryDeclaration("start", "Call", assembly)]);

    /// <summary>Builds a unit with entries of any kind.</summary>
    public static EmulatedUnit OfEntries(params EntryDeclaration[] entries) => Build(entries);

    /// <summary>The C# for some entries.</summary>
    public static string Emit(IReadOnlyList<EntryDeclaration> entries)
    {
        var declaration = new UnitDeclaration { Name = "Test", Key = "Test", Entries = new([.. entries]) };
        var reading = UnitReader.Read(new UnitInputs(declaration, default, default));
        Assert.Empty(reading.Findings.Select(finding => finding.Diagnostic.ToString()));
        var target = new EmissionTarget
        {
            UnitName = "Test",
            Namespace = "Guest.Code",
            Types = [new TargetType("internal partial struct", "Outer"), new TargetType("public static partial class", "Test")],
            Entries = [.. entries.Select(entry => new TargetEntry("public static", entry.Name, entry.Name, entry.Kind))],
        };
        return EmulatorEmitter.Emit(reading.Program!, target);
    }

    private static EmulatedUnit Build(IReadOnlyList<EntryDeclaration> entries)
    {
        var source = Emit(entries);
        var type = InMemoryCompiler.Load(source).GetType("Guest.Code.Outer+Test", throwOnError: true)!;
        var unit = (EntryUnit)type.GetProperty("EntryUnit")!.GetValue(null)!;
        return new EmulatedUnit(source, type.GetNestedType("EntryUnitCode", BindingFlags.NonPublic)!, unit);
    }

    /// <summary>The address of an entry.</summary>
    public ulong this[string entry] => Unit.Entries[entry].Address;

    /// <summary>Runs in the form of blocks.</summary>
    public Stop Run(Guest guest)
    {
        var cpu = guest.Machine.Cpu;
        return Unit.Run(ref cpu);
    }

    /// <summary>Runs one instruction after the other.</summary>
    public Stop RunBySteps(Guest guest)
    {
        var cpu = guest.Machine.Cpu;
        Stop stop;
        do
        {
            stop = Unit.Step(ref cpu);
        }
        while (stop.Kind == StopKind.None);

        return stop;
    }
}
