namespace EntryGen.Asm.Instructions;

/// <summary>The instruction table.</summary>
public static class InstructionTable
{
}
