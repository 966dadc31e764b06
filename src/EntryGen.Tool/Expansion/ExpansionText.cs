using EntryGen.Asm.Gas;

namespace EntryGen.Tool.Expansion;

/// <summary>The flat instructions for people: source line, instruction, macro stack; a heading where section or file change.</summary>
internal static class ExpansionText
{
    private const int StackColumn = 56;

    /// <summary>Writes the instructions and labels, and what is written as data among them.</summary>
    public static void Write(IEnumerable<Statement> statements, TextWriter output)
    {
        var all = statements.ToList();
        var code = all.Where(statement => statement.Kind == StatementKind.Instruction).Select(statement => statement.Section).ToHashSet(StringComparer.Ordinal);
        var heading = "";
        foreach (var statement in all.Where(statement => code.Contains(statement.Section) && IsCode(statement)))
        {
            if ($"{statement.Section}  {statement.File.Path}" is var current && current != heading)
            {
                output.Write($"{(heading.Length == 0 ? "" : "\n")}{current}\n");
                heading = current;
            }

            var text = statement.Kind == StatementKind.Label ? $"{statement.Name}:" : $"    {statement.Text.Text}";
            var line = $"{statement.Line,5}  {text}";
            var stack = string.Join(" > ", statement.MacroStack());
            output.Write(stack.Length == 0 ? $"{line}\n" : $"{line.PadRight(StackColumn - 1)} {stack}\n");
        }
    }

    private static bool IsCode(Statement statement) => statement.Kind switch
    {
        StatementKind.Instruction or StatementKind.Label => true,

        // Instructions that an old assembler would not know are written as bytes.
        StatementKind.Directive => statement.Name is ".byte" or ".word" or ".short" or ".long" or ".quad" or ".4byte" or ".8byte",
        _ => false,
    };
}
