using System.Globalization;
using System.Text;
using EntryGen.Asm;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission;

/// <summary>Writes a unit's tables as text: one record a line, tab separated (docs/generated-code.md has the format).</summary>
internal static class TablesWriter
{
    /// <summary>The tables.</summary>
    public static string Write(Program program, EmissionTarget target)
    {
        var text = new StringBuilder();
        foreach (var section in program.Sections)
        {
            var flags = (section.Executable ? "x" : "") + (section.UserMapped ? "u" : "");
            Record(text, "section", section.Name, Hex(section.Address), Hex((ulong)section.Size), flags.Length == 0 ? "-" : flags, HexBytes(section.Data));
        }

        if (program.UserMapsThreadStack)
        {
            Record(text, "stack", "thread", "u");
        }

        foreach (var symbol in program.Symbols.Values.OrderBy(symbol => symbol.Address).ThenBy(symbol => symbol.Name, StringComparer.Ordinal))
        {
            Record(text, "symbol", symbol.Name, Hex(symbol.Address));
        }

        foreach (var entry in target.Entries)
        {
            if (program.Symbols.TryGetValue(entry.Symbol, out var symbol))
            {
                string[] vector = entry.Vector is { } given ? [given.ToString(CultureInfo.InvariantCulture)] : [];
                Record(text, ["entry", entry.Symbol, Hex(symbol.Address), entry.Kind, .. vector]);
            }
        }

        foreach (var external in program.Externals)
        {
            Record(text, "external", external.Name, external.Kind.ToString().ToLowerInvariant(), Hex(external.Address), Hex((ulong)external.Size), external.UserMapped ? "u" : "-");
        }

        for (var i = 0; i < target.Functions.Count; i++)
        {
            Record(text, "function", target.Functions[i].Symbol, i.ToString(CultureInfo.InvariantCulture));
        }

        foreach (var feature in program.Features)
        {
            Record(text, "feature", feature.Index.ToString(CultureInfo.InvariantCulture), feature.Name);
        }

        foreach (var constant in program.Constants.OrderBy(constant => constant.Key, StringComparer.Ordinal))
        {
            Record(text, "constant", constant.Key, constant.Value.ToString(CultureInfo.InvariantCulture));
        }

        foreach (var instruction in program.Items.OfType<Instruction>())
        {
            var statement = instruction.Statement;
            var stack = string.Join(" ", statement.MacroStack());
            Record(text, "insn", Hex(instruction.Address), Explanations.Text(instruction), $"{statement.File.Path}:{statement.Line}", stack);
        }

        foreach (var instruction in program.Items.OfType<Instruction>())
        {
            WriteUndefinedFlags(text, instruction);
        }

        foreach (var exception in program.Tables.Exceptions)
        {
            if (exception.Fault.Item is { } fault && exception.Landing.Item is { } landing)
            {
                Record(text, "fixup", Hex(fault.Address), Hex(landing.Address), exception.Type.ToString(CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }

    // Of a shift by CL for every count; one of RCX itself is left out, because nobody knows its count afterwards.
    private static void WriteUndefinedFlags(StringBuilder text, Instruction instruction)
    {
        var byCl = UndefinedFlags.DependOnCount(instruction.Info.Op) && instruction.Operands.Count > 1 && instruction.Operands[0] is not ImmediateOperand;
        var losesCount = byCl && (RegisterEffects.Of(instruction).Written >> RegisterNumber.Rcx & 1) != 0;
        if (losesCount || instruction.Info.Op == Op.Unmodelled)
        {
            return;
        }

        var countMask = !byCl ? 0 : instruction.Width == 8 ? 63 : 31;
        var steps = new List<string>();
        var last = StatusFlags.None;
        for (var count = 0; count <= countMask; count++)
        {
            var flags = UndefinedFlags.After(instruction.Info, instruction.Width, byCl ? count : Count(instruction));
            if (flags != last)
            {
                steps.Add($"{count.ToString(CultureInfo.InvariantCulture)}={Hex((ulong)flags)}");
                last = flags;
            }
        }

        if (steps.Count > 0)
        {
            Record(text, "undefined", Hex(instruction.Address), Hex((ulong)countMask), string.Join(" ", steps));
        }
    }

    // What is not written is 1, but for double shifts, which then shift by CL.
    private static int Count(Instruction instruction) => instruction.Operands.Count > 0 && instruction.Operands[0] is ImmediateOperand immediate ? (int)immediate.Value : 1;

    private static void Record(StringBuilder text, params string[] fields)
    {
        var last = fields.Length - 1;
        while (fields[last].Length == 0)
        {
            last--;
        }

        text.Append(string.Join("\t", fields.Take(last + 1).Select(Explanations.OneLine))).Append('\n');
    }

    private static string Hex(ulong value) => value.ToString("x", CultureInfo.InvariantCulture);

    private static string HexBytes(IReadOnlyList<byte> bytes) => string.Concat(bytes.Select(value => value.ToString("x2", CultureInfo.InvariantCulture)));
}
