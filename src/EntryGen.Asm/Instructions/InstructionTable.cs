namespace EntryGen.Asm.Instructions;

/// <summary>The instruction table: one row for each <see cref="Op"/>, with all that does not depend on operand values.</summary>
/// <remarks>
/// The rows stand in the partial files by group. Each is written as name, summary, mnemonics, widths (letters b w l q), operand forms
/// (see <see cref="OperandForm.ParseAll"/>), and uses of the operands from the destination backwards (r, w, rw, or a for an address alone).
/// </remarks>
public static partial class InstructionTable
{
    private const int Rax = 1 << 0, Rcx = 1 << 1, Rdx = 1 << 2, Rbx = 1 << 3, Rsp = 1 << 4, Rbp = 1 << 5, Rsi = 1 << 6, Rdi = 1 << 7, R11 = 1 << 11;

    private const StatusFlags CF = StatusFlags.CF, PF = StatusFlags.PF, AF = StatusFlags.AF, ZF = StatusFlags.ZF, SF = StatusFlags.SF, OF = StatusFlags.OF;
    private const StatusFlags Arithmetic = StatusFlags.Arithmetic;
    private const StatusFlags AllFlags = StatusFlags.Arithmetic | StatusFlags.IF | StatusFlags.DF | StatusFlags.AC;

    private static readonly InstructionInfo[] ByOp = BuildIndex();

    /// <summary>All rows, in the order of <see cref="Op"/>.</summary>
    public static IReadOnlyList<InstructionInfo> Rows => ByOp;

    /// <summary>The row of an operation.</summary>
    public static InstructionInfo Get(Op op) => ByOp[(int)op];

    private static InstructionInfo[] BuildIndex()
    {
        InstructionInfo[] rows =
        [
            Unmodelled(), .. DataMovement(), .. ArithmeticAndLogic(), .. Bits(), .. Shifts(), .. ControlTransfers(), .. StackOperations(),
            .. SystemRegisters(), .. SystemOperations(), .. Flags(), .. FencesAndHints(),
        ];
        return [.. rows.OrderBy(row => row.Op)];
    }

    private static InstructionInfo Unmodelled() => new()
    {
        Op = Op.Unmodelled,
        Name = "(unmodelled)",
        Summary = "stop: the instruction is read but its meaning is not known",
        Reference = "",
        Mnemonics = [],
        Widths = [],
        Forms = [],
        Uses = [],
        OperandCount = (0, int.MaxValue),
        ImplicitReads = 0xFFFF,
        ImplicitWrites = 0xFFFF,
        FlagsRead = AllFlags,
        FlagsUndefined = AllFlags,
        CanFault = true,
    };

    private static InstructionInfo Row(Op op, string name, string summary, string mnemonics, string widths, string forms, string uses = "")
    {
        var parsed = OperandForm.ParseAll(forms);
        return new InstructionInfo
        {
            Op = op,
            Name = name,
            Summary = summary,
            Reference = $"SDM vol. 2{VolumeOf(name)}, {name}",
            Mnemonics = mnemonics.Split(' '),
            Widths = [.. widths.Select(WidthOf)],
            Forms = parsed,
            Uses = uses.Length == 0 ? [] : [.. uses.Split(' ').Select(UseOf)],
            OperandCount = (parsed.Min(form => form.Operands.Count), parsed.Max(form => form.Operands.Count)),
        };
    }

    // Volume 2 is split by the first letter of the instruction.
    private static char VolumeOf(string name) => name[0] switch
    {
        <= 'L' => 'A',
        <= 'U' => 'B',
        'V' => 'C',
        _ => 'D',
    };

    private static int WidthOf(char suffix) => suffix switch
    {
        'b' => 1,
        'w' => 2,
        'l' => 4,
        'q' => 8,
        'x' => 16,
        _ => throw new ArgumentOutOfRangeException(nameof(suffix)),
    };

    private static OperandUse UseOf(string use) => use switch
    {
        "r" => OperandUse.Read,
        "w" => OperandUse.Write,
        "rw" => OperandUse.ReadWrite,
        "a" => OperandUse.Address,
        _ => throw new ArgumentOutOfRangeException(nameof(use)),
    };

    // The mnemonics of a conditional instruction: prefix and every spelling of every condition.
    private static string Conditional(string prefix) => string.Join(" ", Conditions.Names.Select(name => prefix + name.Name));
}
