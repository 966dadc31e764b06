using EntryGen.Asm.Units;
using EntryGen.Generators.Emission;
using EntryGen.Surface;

namespace EntryGen.Generators;

/// <summary>Writes the generated half of a class: the emulator, or when there is nothing to run (the assembly or a declaration is wrong, or there is no code) the same members as stubs.</summary>
internal static class EntryClassWriter
{
    /// <summary>The text of the generated file.</summary>
    public static string Write(EntryClassModel model, UnitReading reading)
    {
        var target = TargetBuilder.Build(model);
        return model.Misshapen.Count == 0 && reading.Program is { Items.Count: > 0 } program ? EmulatorEmitter.Emit(program, target) : StubWriter.Write(target, model.Misshapen);
    }
}
