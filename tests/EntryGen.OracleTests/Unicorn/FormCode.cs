using System.Reflection;
using EntryGen.Asm;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Instructions;
using EntryGen.Generators.Emission;
using EntryGen.OracleTests.Gas;
using EntryGen.Tests.Harness;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>Instructions of some operations, as bytes by GNU as and as an emulator by the generator: the same instruction at the same address.</summary>
internal sealed class FormCode
{
    private FormCode(GnuImage image, IReadOnlyList<Instruction> instructions, EntryUnit unit)
    {
        Image = image;
        Instructions = instructions;
        Unit = unit;
    }

    /// <summary>The bytes.</summary>
    public GnuImage Image { get; }

    /// <summary>The instructions by slot.</summary>
    public IReadOnlyList<Instruction> Instructions { get; }

    /// <summary>The emulator.</summary>
    public EntryUnit Unit { get; }

    /// <summary>Builds all forms of some operations.</summary>
    public static FormCode Of(IEnumerable<InstructionInfo> rows) => Of(rows.SelectMany(InstructionTexts.Of));

    /// <summary>Builds some instructions.</summary>
    public static FormCode Of(IEnumerable<string> texts)
    {
        var image = GnuImage.Build(texts, Arena.Symbols);
        var listing = new Assembler(new AssemblerOptions { MaxStatements = 1_000_000 }).Assemble(GnuAs.Lines(image.EntryGenSource));
        Assert.Empty(listing.Diagnostics);
        var perCpu = new PerCpuVariable(InstructionTexts.PerCpu, Arena.PerCpuOffset, 8, UserMapped: false);
        var result = ProgramBuilder.Build([new ProgramUnit("forms", listing, KernelPrograms.NoMacros)], new ProgramOptions { PerCpu = [perCpu] });
        Assert.Empty(result.Diagnostics.Select(diagnostic => diagnostic.ToString()));
        var instructions = result.Program.Items.Cast<Instruction>().ToList();
        Assert.Equal(image.Texts.Count, instructions.Count);
        for (var slot = 0; slot < instructions.Count; slot++)
        {
            Assert.Equal(GnuImage.AddressOf(slot), instructions[slot].Address);
        }

        foreach (var external in result.Program.Externals)
        {
            Assert.Equal(Arena.Symbols[external.Name], external.Address);
        }

        var target = new EmissionTarget { UnitName = "forms", Types = [new TargetType("public static class", "Forms")] };
        var type = InMemoryCompiler.Load(EmulatorEmitter.Emit(result.Program, target)).GetType("Forms", throwOnError: true)!;
        return new FormCode(image, instructions, (EntryUnit)type.GetProperty("EntryUnit", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!);
    }
}
