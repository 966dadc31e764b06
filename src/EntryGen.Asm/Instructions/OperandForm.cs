namespace EntryGen.Asm.Instructions;

/// <summary>What an operand can be, as a row of the instruction table states it.</summary>
[Flags]
public enum OperandKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A general register of the operation's width (<c>r</c>).</summary>
    Register = 0x001,

    /// <summary>A memory operand (<c>m</c>).</summary>
    Memory = 0x002,

    /// <summary>An immediate of the operation's width, at most 32 bits sign-extended (<c>i</c>).</summary>
    Immediate = 0x004,

    /// <summary>An immediate of 64 bits (<c>I</c>).</summary>
    Immediate64 = 0x008,

    /// <summary>An immediate byte, whatever the operation's width (<c>b</c>).</summary>
    ImmediateByte = 0x010,

    /// <summary>An immediate of 16 bits, whatever the operation's width (<c>w</c>).</summary>
    ImmediateWord = 0x020,

    /// <summary>A general register of any width of its own: the source of a zero or sign extension (<c>R</c>).</summary>
    AnyRegister = 0x040,

    /// <summary>A general register of 64 bits, whatever the operation's width (<c>q</c>).</summary>
    Register64 = 0x080,

    /// <summary>CL (<c>c</c>).</summary>
    Count = 0x100,

    /// <summary>AL, AX, EAX or RAX (<c>a</c>).</summary>
    Accumulator = 0x200,

    /// <summary>DX as the port number, written <c>%dx</c> or <c>(%dx)</c> (<c>d</c>).</summary>
    Port = 0x400,

    /// <summary>A segment register (<c>s</c>).</summary>
    Segment = 0x800,

    /// <summary>A control register (<c>C</c>).</summary>
    Control = 0x1000,

    /// <summary>A debug register (<c>D</c>).</summary>
    Debug = 0x2000,

    /// <summary>A label (<c>l</c>).</summary>
    Label = 0x4000,

    /// <summary>A starred register or memory operand (<c>*</c>).</summary>
    Indirect = 0x8000,

    /// <summary>A starred memory operand (<c>@</c>).</summary>
    IndirectMemory = 0x1_0000,

    /// <summary>A general register of 16 bits, whatever the operation's width: a selector (<c>z</c>).</summary>
    Register16 = 0x2_0000,
}

/// <summary>One combination of operands that an operation accepts, in AT&amp;T order: sources first, destination last.</summary>
/// <param name="Operands">What each operand can be.</param>
public sealed record OperandForm(IReadOnlyList<OperandKinds> Operands)
{
    /// <summary>Whether operands have this form.</summary>
    internal bool Accepts(IReadOnlyList<OperandSyntax> operands)
    {
        if (operands.Count != Operands.Count)
        {
            return false;
        }

        for (var i = 0; i < operands.Count; i++)
        {
            if ((operands[i].Kinds & Operands[i]) == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads forms as the table writes them: one letter a kind, a comma between operands, a blank between forms, <c>-</c> for no operand.</summary>
    internal static IReadOnlyList<OperandForm> ParseAll(string forms)
    {
        var result = new List<OperandForm>();
        foreach (var form in forms.Split(' '))
        {
            result.Add(new OperandForm(form == "-" ? [] : [.. form.Split(',').Select(ParseKinds)]));
        }

        return result;
    }

    private static OperandKinds ParseKinds(string letters)
    {
        var kinds = OperandKinds.None;
        foreach (var letter in letters)
        {
            kinds |= letter switch
            {
                'r' => OperandKinds.Register,
                'm' => OperandKinds.Memory,
                'i' => OperandKinds.Immediate,
                'I' => OperandKinds.Immediate64,
                'b' => OperandKinds.ImmediateByte,
                'w' => OperandKinds.ImmediateWord,
                'R' => OperandKinds.AnyRegister,
                'q' => OperandKinds.Register64,
                'c' => OperandKinds.Count,
                'a' => OperandKinds.Accumulator,
                'd' => OperandKinds.Port,
                's' => OperandKinds.Segment,
                'C' => OperandKinds.Control,
                'D' => OperandKinds.Debug,
                'l' => OperandKinds.Label,
                '*' => OperandKinds.Indirect,
                '@' => OperandKinds.IndirectMemory,
                'z' => OperandKinds.Register16,
                _ => throw new ArgumentException($"operand kind '{letter}'", nameof(letters)),
            };
        }

        return kinds;
    }
}
