using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Tests.Programs;

/// <summary>Programs of texts written in tests.</summary>
internal static class Assembled
{
    /// <summary>The Program of one text, preceded by the prelude.</summary>
    public static ProgramResult Result(string text, ProgramOptions? options = null) => Link(options, ("test.S", text));

    /// <summary>The same, which must have no error.</summary>
    public static Program Program(string text, ProgramOptions? options = null)
    {
        var result = Result(text, options);
        Assert.Empty(result.Diagnostics);
        return result.Program;
    }

    /// <summary>The Program of several texts.</summary>
    public static ProgramResult Link(ProgramOptions? options, params (string Path, string Text)[] units) =>
        ProgramBuilder.Build([.. units.Select(unit => Unit(unit.Path, unit.Text))], options ?? new ProgramOptions());

    /// <summary>The only instruction of a text.</summary>
    public static Instruction Instruction(string text) => Assert.IsType<Instruction>(Assert.Single(Program(text).Items));

    /// <summary>The instructions of a Program in layout order.</summary>
    public static IReadOnlyList<Instruction> Instructions(this Program program) => [.. program.Items.OfType<Instruction>()];

    /// <summary>The item a symbol stands before.</summary>
    public static CodeItem At(this Program program, string symbol) => program.Symbols[symbol].Item!;

    private static ProgramUnit Unit(string path, string text)
    {
        var main = SourceText.Compose(path, [Prelude.Text, new SourceText(path, text.EndsWith('\n') ? text : text + "\n")]);
        var listing = AsmReader.Read(main, new ReaderOptions(), new NoFiles());
        Assert.Empty(listing.Diagnostics);
        return new ProgramUnit(path, listing, listing.PreprocessorMacros!);
    }

    private sealed class NoFiles : ISourceResolver
    {
        public SourceText? TryRead(string path) => null;
    }
}
