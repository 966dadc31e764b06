namespace EntryGen.Tool.Expansion;

/// <summary>Code for people: source line, instruction, macro stack and the features it takes; a heading where section or file change.</summary>
internal static class ExpansionText
{
    private const int StackColumn = 56;

    /// <summary>Writes code.</summary>
    /// <param name="lines">The code.</param>
    /// <param name="output">Where to.</param>
    public static void Write(IEnumerable<CodeLine> lines, TextWriter output)
    {
        var heading = "";
        foreach (var (statement, section, condition) in lines)
        {
            if ($"{section}  {statement.File.Path}" is var current && current != heading)
            {
                output.Write($"{(heading.Length == 0 ? "" : "\n")}{current}\n");
                heading = current;
            }

            var text = statement.Kind == Asm.Gas.StatementKind.Label ? $"{statement.Name}:" : $"    {statement.Text.Text}";
            var line = $"{statement.Line,5}  {text}";
            var stack = string.Join(" > ", statement.MacroStack()) + (condition.Length == 0 ? "" : $"  [{condition}]");
            output.Write(stack.Length == 0 ? $"{line}\n" : $"{line.PadRight(StackColumn - 1)} {stack}\n");
        }
    }
}
