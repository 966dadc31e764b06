using EntryGen.Asm.Text;

namespace EntryGen.Asm.Units;

/// <summary>Writes a unit that is declared in pieces as the one text that the assembler reads.</summary>
/// <remarks>The pieces stay the author's: only what joins them is added, and a position in a piece resolves to the piece.</remarks>
internal static class LiteralUnit
{
    // What the user half of the page tables maps, as the kernel's own entry code (arch/x86/entry/*.S) says it.
    private const string EntrySection = ".section .entry.text, \"ax\"\n";

    /// <summary>The macros of the included units and of the unit itself, each as <c>.macro NAME signature</c> to <c>.endm</c>.</summary>
    public static IEnumerable<SourceText> Macros(UnitDeclaration unit, UnitTexts texts)
    {
        foreach (var part in unit.Includes.Append(unit))
        {
            foreach (var macro in part.Macros)
            {
                yield return texts.Joint(part, macro.Name, $".macro {macro.Name} ");
                yield return texts.Literal(part, UnitPart.MacroSignature, macro.Name, macro.Signature);
                yield return texts.Joint(part, macro.Name, "\n");
                yield return texts.Literal(part, UnitPart.MacroBody, macro.Name, macro.Body);
                yield return texts.Joint(part, macro.Name, "\n.endm\n");
            }
        }
    }

    /// <summary>The entries in the order of their declaration, one after the other as in a file.</summary>
    public static IEnumerable<SourceText> Entries(UnitDeclaration unit, UnitTexts texts)
    {
        yield return new SourceText("", EntrySection);
        foreach (var entry in unit.Entries)
        {
            yield return texts.Joint(unit, entry.Name, $".globl {entry.Name}\n{entry.Name}:\n");
            yield return texts.Literal(unit, UnitPart.EntryAssembly, entry.Name, entry.Assembly ?? "");
            yield return texts.Joint(unit, entry.Name, "\n");
        }
    }
}
