using EntryGen.Asm.Instructions;

namespace EntryGen.Asm;

/// <summary>What Programs use beyond themselves: one row a symbol, as the map that a linker prints.</summary>
/// <remarks>
/// The units of one Program are linked already, so its own rows are what stays external. Programs that were built apart are linked here by their global
/// names: a row then says which symbol of another Program is meant.
/// </remarks>
public sealed class LinkMap
{
    private LinkMap(IReadOnlyList<LinkedSymbol> symbols) => Symbols = symbols;

    /// <summary>Every symbol that a Program uses and does not define, in order of first use.</summary>
    public IReadOnlyList<LinkedSymbol> Symbols { get; }

    /// <summary>Those that no Program defines.</summary>
    public IEnumerable<LinkedSymbol> Externals => Symbols.Where(symbol => symbol.Definition is null);

    /// <summary>Links some Programs, one being enough.</summary>
    /// <remarks>Of several definitions of a name the first one counts.</remarks>
    public static LinkMap Of(params IReadOnlyList<Program> programs)
    {
        var references = new Dictionary<string, List<Instruction>>(StringComparer.Ordinal);
        var names = new List<(string Name, ExternalKind Kind)>();
        foreach (var program in programs)
        {
            var externals = program.Externals.ToDictionary(external => external.Name, StringComparer.Ordinal);
            foreach (var instruction in program.Items.OfType<Instruction>())
            {
                foreach (var name in instruction.SymbolNames())
                {
                    if (instruction.Thunk != name && !externals.ContainsKey(name))
                    {
                        continue;
                    }

                    if (!references.TryGetValue(name, out var list))
                    {
                        references.Add(name, list = []);
                        names.Add((name, externals.TryGetValue(name, out var external) ? external.Kind : ExternalKind.Function));
                    }

                    list.Add(instruction);
                }
            }
        }

        return new LinkMap([.. names.Select(entry => Row(programs, entry.Name, entry.Kind, references[entry.Name]))]);
    }

    private static LinkedSymbol Row(IReadOnlyList<Program> programs, string name, ExternalKind kind, IReadOnlyList<Instruction> references)
    {
        foreach (var program in programs)
        {
            if (program.Symbols.TryGetValue(name, out var definition) && definition.IsGlobal)
            {
                return new LinkedSymbol(name, definition.Item is null ? SymbolClass.Data : SymbolClass.Assembly, definition, references);
            }
        }

        var known = kind != ExternalKind.Function ? SymbolClass.Data
            : KernelSymbols.IsAssembly(name) ? SymbolClass.Assembly
            : SymbolClass.CFunction;
        return new LinkedSymbol(name, known, null, references);
    }
}

/// <summary>What stands behind a symbol.</summary>
public enum SymbolClass
{
    /// <summary>A function in C: it keeps to the System V calling convention.</summary>
    CFunction,

    /// <summary>Memory that is read or written, or whose address is used.</summary>
    Data,

    /// <summary>Code in assembly: of another Program of the link, or known to be so in the kernel.</summary>
    Assembly,
}

/// <summary>A row of the map.</summary>
/// <param name="Name">The symbol.</param>
/// <param name="Class">What stands behind it. A function that no Program defines is taken for C unless <see cref="KernelSymbols.IsAssembly"/> knows better.</param>
/// <param name="Definition">Where another Program defines it; null when it stays external.</param>
/// <param name="References">The instructions that use it, in layout order of the Programs, each once.</param>
public sealed record LinkedSymbol(string Name, SymbolClass Class, ProgramSymbol? Definition, IReadOnlyList<Instruction> References);
