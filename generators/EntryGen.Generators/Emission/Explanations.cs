using System.Text;
using EntryGen.Asm;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission;

/// <summary>The comments beside generated code: the instruction as written, where it came from, what it does in words.</summary>
internal static class Explanations
{
    private const int SourceColumn = 48;

    /// <summary>Two comment lines for an instruction.</summary>
    public static void Write(IndentedWriter writer, Instruction instruction)
    {
        writer.Line($"// {Text(instruction).PadRight(SourceColumn)} {Place(instruction)}".TrimEnd());
        if (instruction.Info.Summary.Length > 0)
        {
            writer.Line($"//     {Effect(instruction)}");
        }
    }

    /// <summary>The instruction as the assembler reads it, on one line; for one that is written as bytes its mnemonic goes before the directive.</summary>
    public static string Text(Instruction instruction)
    {
        var text = OneLine(instruction.Statement.Text.Text);
        return instruction.Statement.Kind == StatementKind.Directive ? $"{instruction.Mnemonic} ({text})" : text;
    }

    /// <summary><c>file:line</c> of the outermost source line, then the macros from the outermost to the innermost.</summary>
    public static string Place(Instruction instruction)
    {
        var statement = instruction.Statement;
        var text = new StringBuilder(FileName(statement.File.Path)).Append(':').Append(statement.Line);
        if (statement.Frame is { } frame)
        {
            foreach (var outer in frame.OutermostFirst())
            {
                text.Append(" > ").Append(outer.Name);
            }
        }

        return OneLine(text.ToString());
    }

    /// <summary>The table's summary with the operands in the places of <c>src</c>, <c>dst</c> and the like.</summary>
    public static string Effect(Instruction instruction)
    {
        var operands = instruction.Operands;
        var summary = instruction.Info.Summary;
        if (instruction.Condition is { } condition)
        {
            summary = summary.Replace("the condition holds", Holds(condition));
        }

        if (operands.Count > 0)
        {
            summary = Replace(summary, "dst", Operand(instruction, operands[operands.Count - 1]));
            summary = Replace(summary, "src", Operand(instruction, operands[0]));
            summary = Replace(summary, "count", operands.Count == 1 ? "1" : Operand(instruction, operands[0]));
            summary = summary.Replace("the target", Operand(instruction, operands[0]));
        }

        return instruction.Info.Op switch
        {
            Op.MovFromControl => Replace(summary, "control register", Operand(instruction, operands[0])),
            Op.MovToControl => Replace(summary, "control register", Operand(instruction, operands[operands.Count - 1])),
            Op.Push or Op.Pop => Replace(summary, "width", instruction.Width.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            Op.Ret when operands.Count == 0 => "pop RIP",
            Op.Xor or Op.Sub when Asm.Flow.RegisterEffects.IsZeroing(instruction) => $"{Operand(instruction, operands[0])} = 0",
            _ => summary,
        };
    }

    private static string Holds(Condition condition) => condition switch
    {
        Condition.O => "OF = 1",
        Condition.NO => "OF = 0",
        Condition.B => "CF = 1",
        Condition.AE => "CF = 0",
        Condition.E => "ZF = 1",
        Condition.NE => "ZF = 0",
        Condition.BE => "CF = 1 or ZF = 1",
        Condition.A => "CF = 0 and ZF = 0",
        Condition.S => "SF = 1",
        Condition.NS => "SF = 0",
        Condition.P => "PF = 1",
        Condition.NP => "PF = 0",
        Condition.L => "SF differs from OF",
        Condition.GE => "SF equals OF",
        Condition.LE => "ZF = 1 or SF differs from OF",
        _ => "ZF = 0 and SF equals OF",
    };

    private static string Operand(Instruction instruction, Operand operand)
    {
        var text = OneLine(operand.Text.Text);
        return text.Length > 0 ? text.TrimStart('$') : OneLine(instruction.Statement.Operands.Text);
    }

    // Whole words only.
    private static string Replace(string text, string word, string by)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            var matches = string.CompareOrdinal(text, i, word, 0, word.Length) == 0
                && (i == 0 || !char.IsLetter(text[i - 1]))
                && (i + word.Length == text.Length || !char.IsLetter(text[i + word.Length]));
            if (matches)
            {
                result.Append(by);
                i += word.Length;
            }
            else
            {
                result.Append(text[i++]);
            }
        }

        return result.ToString();
    }

    /// <summary>The last part of a path.</summary>
    public static string FileName(string path) => path.Substring(path.LastIndexOfAny(['/', '\\']) + 1);

    /// <summary>Text without what would end a comment.</summary>
    public static string OneLine(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            var blank = char.IsWhiteSpace(character) || char.IsControl(character);
            if (!blank || (result.Length > 0 && result[result.Length - 1] != ' '))
            {
                result.Append(blank ? ' ' : character);
            }
        }

        return result.ToString().Trim();
    }
}
