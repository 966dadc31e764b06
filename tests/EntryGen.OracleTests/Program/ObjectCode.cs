using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using EntryGen.Asm.Gas;

namespace EntryGen.OracleTests;

/// <summary>An instruction of an object file of GNU as, as objdump shows it.</summary>
/// <param name="Section">Its section.</param>
/// <param name="Offset">Its offset there.</param>
/// <param name="Mnemonic">The mnemonic, prefixes left out.</param>
/// <param name="Operands">The operands, without the comment.</param>
/// <param name="End">The offset behind it; 0 when nothing shows it.</param>
/// <param name="Relocations">Its relocations: place, type, symbol and addend.</param>
public sealed record ObjectInstruction(string Section, long Offset, string Mnemonic, string Operands, long End, IReadOnlyList<(long Offset, string Type, string Symbol, long Addend)> Relocations);

/// <summary>Reads what objdump recorded of the kernel's objects.</summary>
public static partial class ObjectCode
{
    private static readonly HashSet<string> _prefixes = ["data16", "cs", "rex.W", "repz", "repnz", "bnd", "notrack", "lock", "rep"];

    /// <summary>All instructions of a unit's object, padding included.</summary>
    public static IReadOnlyList<ObjectInstruction> Read(string version, string unit) => Parse(File.ReadLines(KernelTrees.Output(version, unit + ".dis")));

    /// <summary>The instructions that <c>objdump -drw</c> shows.</summary>
    public static IReadOnlyList<ObjectInstruction> Parse(IEnumerable<string> disassembly)
    {
        var result = new List<ObjectInstruction>();
        var section = "";
        foreach (var line in disassembly)
        {
            if (line.StartsWith("Disassembly of section ", StringComparison.Ordinal))
            {
                section = line["Disassembly of section ".Length..].TrimEnd(':');
            }
            else if (Line().Match(line) is { Success: true } match)
            {
                CloseLast(result, section, Hex(match.Groups[1].Value));
                result.Add(Parse(section, match));
            }
        }

        return result;
    }

    /// <summary>Where the object has each instruction statement and each <c>.byte</c>, by the recorded listing.</summary>
    public static Dictionary<Statement, (string Section, long Offset)> Places(string version, string unit, AssemblyListing listing)
    {
        var records = File.ReadLines(KernelTrees.Output(version, unit + ".flat.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var places = new Dictionary<Statement, (string, long)>();
        Pair(
            records.Where(record => record.GetProperty("k").GetString() == "insn"),
            listing.Statements.Where(statement => statement.Kind == StatementKind.Instruction));
        Pair(
            records.Where(record => record.GetProperty("k").GetString() == "dir" && record.GetProperty("text").GetString()!.StartsWith(".byte", StringComparison.Ordinal)),
            listing.Statements.Where(statement => statement.Kind == StatementKind.Directive && statement.Name == ".byte"));
        return places;

        void Pair(IEnumerable<JsonElement> recorded, IEnumerable<Statement> own)
        {
            var left = recorded.ToList();
            var right = own.ToList();
            Assert.Equal(left.Count, right.Count);
            for (var i = 0; i < left.Count; i++)
            {
                Assert.Equal(left[i].GetProperty("sec").GetString(), right[i].Section);
                if (left[i].TryGetProperty("off", out var offset))
                {
                    places.Add(right[i], (right[i].Section, offset.GetInt64()));
                }
            }
        }
    }

    // The next instruction of the section says where the last one ends.
    private static void CloseLast(List<ObjectInstruction> instructions, string section, long offset)
    {
        if (instructions.Count > 0 && instructions[^1].Section == section)
        {
            instructions[^1] = instructions[^1] with { End = offset };
        }
    }

    private static ObjectInstruction Parse(string section, Match match)
    {
        var relocations = Relocation().Matches(match.Groups[2].Value)
            .Select(reloc => (Hex(reloc.Groups[1].Value), reloc.Groups[2].Value, reloc.Groups[3].Value, Addend(reloc.Groups[4].Value)))
            .ToList();
        var text = Relocation().Split(match.Groups[2].Value)[0].Split('#')[0].Trim();
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        if (words is [var prefix, "clac"])
        {
            // This objdump does not know FRED.
            words = [prefix == "repz" ? "eretu" : "erets"];
        }

        while (words.Count > 1 && _prefixes.Contains(words[0]))
        {
            words.RemoveAt(0);
        }

        // Until the next instruction shows where it ends: the field of the only relocation comes last.
        var end = relocations.Count == 1 ? relocations[0].Item1 + 4 : 0;
        return new ObjectInstruction(section, Hex(match.Groups[1].Value), words[0], string.Join(' ', words.Skip(1)), end, relocations);
    }

    private static long Addend(string text) => text.Length == 0 ? 0 : text[0] == '-' ? -Hex(text[3..]) : Hex(text[3..]);

    private static long Hex(string text) => long.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s*([0-9a-f]+):\t(.+)$")]
    private static partial Regex Line();

    [GeneratedRegex(@"\t([0-9a-f]+): (R_X86_64_\w+)\t(\S+?)([+-]0x[0-9a-f]+)?(?=\s|$)")]
    private static partial Regex Relocation();
}
