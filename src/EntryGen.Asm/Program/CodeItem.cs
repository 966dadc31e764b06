namespace EntryGen.Asm;

/// <summary>A node of the control flow: an instruction, or a place where the CPU's features choose the code.</summary>
public abstract class CodeItem
{
    /// <summary>Position in <see cref="Program.Items"/>.</summary>
    public int Index { get; internal set; }

    /// <summary>The address given by the layout. A site has the address of its first original instruction; a site without any has a place of its own, so that a RIP there still stands before the choice.</summary>
    public ulong Address { get; internal set; }

    /// <summary>The item control falls through to, or null when it does not (jump, return, end of a section). Of a site: what follows it whichever code was chosen.</summary>
    public CodeItem? Next { get; internal set; }

    /// <summary>The section it is executed in. Replacement code belongs to the section it patches.</summary>
    public CodeSection Section { get; internal set; } = null!;
}
