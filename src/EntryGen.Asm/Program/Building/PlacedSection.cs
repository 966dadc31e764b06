namespace EntryGen.Asm.Building;

/// <summary>A section of the Program with its place, before the contents of its data are computed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its start.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Items">Its code; null for a data section.</param>
/// <param name="Data">Its data, which starts where the section does.</param>
internal sealed record PlacedSection(string Name, ulong Address, int Size, IReadOnlyList<CodeItem>? Items, IReadOnlyList<(UnitSection Section, DataElement Element)> Data)
{
    /// <summary>Bytes that each instruction takes.</summary>
    public int InstructionSize { get; init; } = CodeLayout.InstructionSize;

    /// <summary>The finished section, which its items then belong to.</summary>
    public CodeSection Finish(OperandResolver resolver)
    {
        var last = Data.Count == 0 ? null : Data[Data.Count - 1].Element;
        var bytes = new byte[last is null ? 0 : (int)(last.Address!.Value - Address) + last.Size];
        foreach (var (section, element) in Data)
        {
            var offset = (int)(element.Address!.Value - Address);
            foreach (var value in element.Values)
            {
                var number = resolver.Compute(value.Value, section.Unit);
                for (var i = 0; i < value.Size; i++)
                {
                    bytes[offset++] = (byte)(number >> (8 * i));
                }
            }
        }

        // Entry text is cloned into the user page tables (arch/x86/mm/pti.c, pti_clone_entry_text).
        var result = new CodeSection(Name, Address, Size, Items is not null, Name == ".entry.text", bytes) { InstructionSize = InstructionSize };
        foreach (var item in Items ?? [])
        {
            item.Section = result;
        }

        return result;
    }
}
