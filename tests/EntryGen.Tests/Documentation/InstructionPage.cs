using System.Text;
using EntryGen.Asm.Instructions;
using EntryGen.Generators.Emission;

namespace EntryGen.Tests.Documentation;

/// <summary>Writes docs/instructions.md from the instruction table.</summary>
internal static class InstructionPage
{
    private static readonly (string Title, Op First, Op Last)[] _groups =
    [
        ("Data movement", Op.Mov, Op.Cmps), ("Arithmetic and logic", Op.Add, Op.Test), ("Bits", Op.Bt, Op.Set), ("Shifts", Op.Shl, Op.Shrd),
        ("Control flow", Op.Jmp, Op.Hlt), ("Stack", Op.Push, Op.Leave), ("System", Op.MovFromControl, Op.Xsetbv), ("Flags", Op.Clac, Op.Sahf),
        ("Fences and hints", Op.Lfence, Op.Endbr32),
    ];

    private static readonly string[] _registers = ["RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15"];

    /// <summary>The page.</summary>
    public static string Write()
    {
        var page = new StringBuilder();
        page.Append("""
            # Instructions

            What the reader knows and what the emulator does: one row for each operation. This page is written from the table in
            `src/EntryGen.Asm/Instructions` and a test keeps it current; run the tests with `ENTRYGEN_ACCEPT_SNAPSHOTS=1` after a change of the table.
            [machine-model.md](machine-model.md) says who judges each operation.

            * *Operands* are forms in AT&T order: `r` register, `m` memory, `i` immediate, `I` 64-bit immediate, `b` byte, `w` 16 bits, `c` CL, `a` accumulator, `s` segment,
              `C` control, `D` debug register, `d` DX, `z` 16-bit register, `q` 64-bit register, `R` register of any width, `l` label, `*` indirect, `@` indirect in memory, `-` none.
              The widths follow: b 1, w 2, l 4, q 8, x 16 bytes.
            * *Uses* are those of the operands from the destination backwards (a: address only), then what else is read and written.
            * *Flags* are those read, those set, and those left undefined. Of shifts and rotates this holds for a count other than 0; a count of 1 defines OF; CF of SHL and SHR is
              undefined when the count reaches the operand's bits, and all of 16-bit SHLD and SHRD when it exceeds them.
            * *Faults* says whether it can fault other than by a memory operand.
            * **not modelled** means that the machine stops before the instruction with `StopKind.Unmodelled`.

            """.ReplaceLineEndings("\n"));
        foreach (var (title, first, last) in _groups)
        {
            page.Append($"\n## {title}\n\n| instruction | mnemonics | operands | effect | uses | flags read / set / undefined | faults | serializing | then |\n|---|---|---|---|---|---|---|---|---|\n");
            foreach (var row in InstructionTable.Rows.Where(row => row.Op >= first && row.Op <= last))
            {
                page.Append(Row(row)).Append('\n');
            }
        }

        return page.ToString();
    }

    private static string Row(InstructionInfo row) => "| " + string.Join(
        " | ",
        row.Name,
        Mnemonics(row),
        $"`{string.Join(' ', row.Forms.Select(Form))}` {string.Concat(row.Widths.Select(width => width switch { 1 => 'b', 2 => 'w', 4 => 'l', 8 => 'q', _ => 'x' }))}".TrimEnd(),
        row.Summary + (EmulatorEmitter.Models(row.Op) ? "" : "; **not modelled**"),
        Uses(row),
        $"{(row.Op is Op.Jcc or Op.Set or Op.Cmov ? "the condition's" : Flags(row.FlagsRead))} / {Flags(row.FlagsWritten)} / {Flags(row.FlagsUndefined)}",
        row.CanFault ? "yes" : "",
        row.IsSerializing ? "yes" : "",
        Flow(row.ControlFlow)) + " |";

    // Conditions have thirty spellings, which dialect.md does not list either.
    private static string Mnemonics(InstructionInfo row) => row.Op switch
    {
        Op.Jcc => "`jcc`",
        Op.Set => "`setcc`",
        Op.Cmov => "`cmovcc`",
        _ => string.Join(' ', row.Mnemonics.Select(name => $"`{name}`")),
    };

    private static string Form(OperandForm form) => form.Operands.Count == 0 ? "-" : string.Join(',', form.Operands.Select(Kinds));

    private static string Kinds(OperandKinds kinds) => string.Concat(Enum.GetValues<OperandKinds>().Where(kind => kind != OperandKinds.None && (kinds & kind) != 0).Select(Letter));

    private static char Letter(OperandKinds kind) => kind switch
    {
        OperandKinds.Register => 'r',
        OperandKinds.Memory => 'm',
        OperandKinds.Immediate => 'i',
        OperandKinds.Immediate64 => 'I',
        OperandKinds.ImmediateByte => 'b',
        OperandKinds.ImmediateWord => 'w',
        OperandKinds.AnyRegister => 'R',
        OperandKinds.Register64 => 'q',
        OperandKinds.Count => 'c',
        OperandKinds.Accumulator => 'a',
        OperandKinds.Port => 'd',
        OperandKinds.Segment => 's',
        OperandKinds.Control => 'C',
        OperandKinds.Debug => 'D',
        OperandKinds.Label => 'l',
        OperandKinds.Indirect => '*',
        OperandKinds.IndirectMemory => '@',
        OperandKinds.Register16 => 'z',
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No letter for this kind."),
    };

    private static string Uses(InstructionInfo row)
    {
        var parts = new List<string>();
        if (row.Uses.Count > 0)
        {
            parts.Add(string.Join(' ', row.Uses.Select(use => use switch { OperandUse.Address => "a", OperandUse.Read => "r", OperandUse.Write => "w", _ => "rw" })));
        }

        if (row.ImplicitReads != 0)
        {
            parts.Add("reads " + Registers(row.ImplicitReads));
        }

        if (row.ImplicitWrites != 0)
        {
            parts.Add("writes " + Registers(row.ImplicitWrites));
        }

        return string.Join("; ", parts);
    }

    private static string Registers(int set) => string.Join(' ', _registers.Where((_, number) => (set >> number & 1) != 0));

    private static string Flags(StatusFlags flags) =>
        flags == StatusFlags.None ? "-" : string.Join(' ', Enum.GetValues<StatusFlags>().Where(flag => flag != StatusFlags.None && flag != StatusFlags.Arithmetic && (flags & flag) != 0));

    private static string Flow(ControlFlow flow) => flow switch
    {
        ControlFlow.Sequential => "",
        ControlFlow.Jump => "target",
        ControlFlow.ConditionalJump => "target or next",
        ControlFlow.Call => "target, next on return",
        ControlFlow.Return => "what the stack says",
        ControlFlow.InterruptReturn => "what the frame says",
        ControlFlow.SystemReturn => "user mode",
        ControlFlow.Trap => "a handler",
        _ => "nothing until an event",
    };
}
