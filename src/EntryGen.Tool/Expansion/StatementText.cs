using EntryGen.Asm.Gas;

namespace EntryGen.Tool.Expansion;

/// <summary>How statements are written.</summary>
internal static class StatementText
{
    /// <summary>The statement: a label without its colon, anything else as the scrubber leaves it.</summary>
    public static string Of(Statement statement) => statement.Kind == StatementKind.Label ? statement.Name : statement.Text.Text;

    /// <summary>The name of a kind in JSON.</summary>
    public static string KindOf(Statement statement) => statement.Kind switch
    {
        StatementKind.Instruction => "insn",
        StatementKind.Label => "label",
        StatementKind.Assignment => "assign",
        _ => "directive",
    };
}
