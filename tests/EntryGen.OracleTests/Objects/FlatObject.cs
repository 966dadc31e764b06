using System.Diagnostics;
using System.Text;
using EntryGen.Asm.Gas;

namespace EntryGen.OracleTests.Objects;

/// <summary>A unit as two objects of GNU as: of what gcc preprocessed, and of our own flat statements, each behind a label of its own.</summary>
/// <remarks>When both objects are the same byte for byte, the labels tell where the first one has each of our statements, in any section.</remarks>
public sealed class FlatObject
{
    private const string Mark = ".Lstatement_";
    private readonly Dictionary<int, (string Section, long Offset)> _places = [];

    private FlatObject(ElfObject kernel, string disassembly, ElfObject own)
    {
        Kernel = kernel;
        Disassembly = disassembly;
        Own = own;
        foreach (var symbol in own.Symbols.Where(symbol => symbol.Name.StartsWith(Mark, StringComparison.Ordinal)))
        {
            _places.Add(int.Parse(symbol.Name.AsSpan(Mark.Length)), (symbol.Section!, symbol.Value));
        }
    }

    /// <summary>The object of gcc's text.</summary>
    public ElfObject Kernel { get; }

    /// <summary>That object as <c>objdump -drw</c> shows it.</summary>
    public string Disassembly { get; }

    /// <summary>The object of our statements.</summary>
    public ElfObject Own { get; }

    /// <summary>Assembles both.</summary>
    /// <param name="preprocessed">What <c>gcc -E</c> made of the unit.</param>
    /// <param name="listing">What we made of it.</param>
    /// <returns>Null when GNU as does not accept gcc's text: the kernel does not support the configuration.</returns>
    public static FlatObject? Create(string preprocessed, AssemblyListing listing)
    {
        if (Assemble(preprocessed).Object is not { } kernel)
        {
            return null;
        }

        var (own, messages) = Assemble(Flatten(listing));
        Assert.True(own is not null, messages);
        return new FlatObject(new ElfObject(kernel), Disassemble(kernel), new ElfObject(own));
    }

    /// <summary>Where a statement starts; a label stands where the statement that defines it does.</summary>
    public (string Section, long Offset) PlaceOf(int sequence) => _places[sequence];

    /// <summary>What distinguishes the two objects, other than names in their symbol tables.</summary>
    public IEnumerable<string> Differences()
    {
        foreach (var section in Kernel.Sections.Values)
        {
            if (!Own.Sections.TryGetValue(section.Name, out var own) || !own.Bytes.AsSpan().SequenceEqual(section.Bytes))
            {
                yield return $"section {section.Name}";
            }
            else if (!Places(section).SequenceEqual(Places(own)))
            {
                yield return $"relocations of {section.Name}";
            }
        }

        foreach (var name in Own.Sections.Keys.Except(Kernel.Sections.Keys))
        {
            yield return $"no section {name}";
        }
    }

    private static IEnumerable<(long, int, (string, long))> Places(ElfSection section) =>
        section.Relocations.OrderBy(relocation => relocation.Key).Select(relocation => (relocation.Key, relocation.Value.Type, relocation.Value.Place));

    private static string Flatten(AssemblyListing listing)
    {
        var text = new StringBuilder();
        foreach (var statement in listing.Statements)
        {
            text.Append(Mark).Append(statement.Sequence).Append(": ").Append(statement.Text.Text).Append(statement.Kind == StatementKind.Label ? ":\n" : "\n");
        }

        return text.ToString();
    }

    private static (byte[]? Object, string Messages) Assemble(string text) => InDirectory(directory =>
    {
        var source = Path.Combine(directory, "unit.s");
        var target = Path.Combine(directory, "unit.o");
        File.WriteAllText(source, text);
        var (status, _, messages) = Run("as", "--64", "-L", "-o", target, source);
        return (status == 0 ? File.ReadAllBytes(target) : null, messages);
    });

    private static string Disassemble(byte[] file) => InDirectory(directory =>
    {
        var target = Path.Combine(directory, "unit.o");
        File.WriteAllBytes(target, file);
        return Run("objdump", "-drw", "--no-show-raw-insn", target).Output;
    });

    private static T InDirectory<T>(Func<string, T> action)
    {
        var directory = Directory.CreateTempSubdirectory("entrygen-flat-");
        try
        {
            return action(directory.FullName);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static (int Status, string Output, string Messages) Run(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var messages = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, messages.GetAwaiter().GetResult());
    }
}
