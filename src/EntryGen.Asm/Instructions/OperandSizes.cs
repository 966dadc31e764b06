using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas.Expressions;

namespace EntryGen.Asm.Instructions;

/// <summary>Settles the width of an operation from suffix, registers and default, and reports what does not agree.</summary>
internal readonly struct OperandSizes(InstructionInfo row, OperandForm form, IReadOnlyList<OperandSyntax> operands, MnemonicMatch match, StatementErrors errors)
{
    private const OperandKinds SizedKinds = OperandKinds.Register | OperandKinds.Accumulator | OperandKinds.Register64;

    /// <summary>The operation width in bytes, 8 when there is no operand size; null when there is an error.</summary>
    public int? Width()
    {
        if (row.Widths.Count == 0)
        {
            return ConfirmIndirect() ? 8 : null;
        }

        var width = match.Width;
        string? said = width == 0 ? null : $"the suffix '{MnemonicTable.SuffixOf(width)}'";
        for (var i = 0; i < operands.Count; i++)
        {
            if (SizeOf(i) is not { } register)
            {
                continue;
            }

            if (width != 0 && width != register.Width)
            {
                errors.At(ProgramDiagnostics.OperandSizeMismatch, operands[i].Text, $"'%{RegisterNames.NameOf(register)}' has {register.Width * 8} bits, but {said} says {width * 8}.");
                return null;
            }

            width = register.Width;
            said ??= $"'%{RegisterNames.NameOf(register)}'";
        }

        width = width == 0 ? row.DefaultWidth : width;
        if (width == 0)
        {
            // A warning of GNU as too: it takes 32 bits, where there is such an operation.
            width = row.Widths.Contains(4) ? 4 : row.Widths[0];
            errors.AtName(
                ProgramDiagnostics.AmbiguousSize,
                $"Nothing says how wide the operation is, and {width * 8} bits are taken; write a suffix ({string.Join(", ", Suffixes())}).");
        }

        if (!row.Widths.Contains(width))
        {
            errors.AtName(ProgramDiagnostics.OperandSizeMismatch, $"{row.Name} has no {width * 8}-bit form in 64-bit mode.");
            return null;
        }

        return ConfirmIndirect() && ConfirmHighBytes() ? StoredWidth(width) : null;
    }

    /// <summary>The width of the source of an extension, 0 for other operations; null when there is an error.</summary>
    public int? SourceWidth(int width)
    {
        if (row.Op is not (Op.Movsx or Op.Movzx))
        {
            return 0;
        }

        // GNU as takes a byte when nothing says otherwise (movzx (%rdi), %eax).
        var register = (operands[0] as RegisterSyntax)?.Register;
        var source = match.SourceWidth != 0 ? match.SourceWidth : register?.Width ?? 1;
        if (register is not null && register.Width != source)
        {
            errors.At(ProgramDiagnostics.OperandSizeMismatch, operands[0].Text, $"'%{RegisterNames.NameOf(register)}' has {register.Width * 8} bits, but the mnemonic says {source * 8}.");
            return null;
        }

        if (source >= width || (row.Op == Op.Movzx && source == 4))
        {
            errors.AtName(ProgramDiagnostics.OperandSizeMismatch, $"{row.Name} cannot extend {source * 8} bits to {width * 8}.");
            return null;
        }

        return source;
    }

    /// <summary>Whether every immediate fits what the instruction encodes.</summary>
    public bool ValuesFit(int width)
    {
        for (var i = 0; i < operands.Count; i++)
        {
            if (operands[i] is not ImmediateSyntax { Value: { IsConstant: true } value })
            {
                continue;
            }

            var kinds = form.Operands[i];
            var fits = kinds.HasFlag(OperandKinds.ImmediateByte) ? Fits(value.Addend, 8)
                : kinds.HasFlag(OperandKinds.ImmediateWord) ? Fits(value.Addend, 16)
                : IsWideMove(i, width) || (width == 8 ? value.Addend == (int)value.Addend : Fits(value.Addend, width * 8));
            if (!fits)
            {
                errors.At(ProgramDiagnostics.ValueOutOfRange, operands[i].Text, $"0x{value.Addend:x} does not fit the immediate of {row.Name}{(width == 8 ? ", which is sign-extended from 32 bits" : "")}.");
                return false;
            }
        }

        return true;
    }

    // As signed or as unsigned number.
    private static bool Fits(long value, int bits) => value >= -(1L << (bits - 1)) && value < 1L << bits;

    private bool IsWideMove(int operand, int width) => row.Op == Op.Mov && width == 8 && operands[operand == 0 ? 1 : 0] is RegisterSyntax;

    private Register? SizeOf(int operand) =>
        operands[operand] is RegisterSyntax { Register: { Class: RegisterClass.General } register } syntax && (form.Operands[operand] & syntax.Kinds & SizedKinds) != 0
            ? register
            : null;

    // Selector stores and loads touch 16 bits of memory; a suffix that says more is wrong.
    private int? StoredWidth(int width)
    {
        if (row.Op is not (Op.MovFromSegment or Op.MovToSegment or Op.Sldt or Op.Str or Op.Smsw) || !operands.Any(operand => operand is MemorySyntax))
        {
            return width;
        }

        if (match.Width is 0 or 2)
        {
            return 2;
        }

        errors.AtName(ProgramDiagnostics.OperandSizeMismatch, $"{row.Name} of a selector and memory has 16 bits.");
        return null;
    }

    private bool ConfirmIndirect()
    {
        foreach (var operand in operands)
        {
            if (operand is IndirectSyntax { Target: RegisterSyntax { Register: { } register } } && register is not { Class: RegisterClass.General, Width: 8 })
            {
                errors.At(ProgramDiagnostics.OperandSizeMismatch, operand.Text, "an indirect branch takes a 64-bit register.");
                return false;
            }
        }

        return true;
    }

    // AH to BH cannot be encoded in an instruction that needs a REX prefix.
    private bool ConfirmHighBytes()
    {
        var high = operands.FirstOrDefault(operand => operand is RegisterSyntax { Register.HighByte: true });
        if (high is null || !operands.Any(NeedsRex))
        {
            return true;
        }

        errors.At(ProgramDiagnostics.OperandSizeMismatch, high.Text, $"'{high.Text}' cannot be encoded together with the other operand, which needs a REX prefix.");
        return false;
    }

    private static bool NeedsRex(OperandSyntax operand) => operand switch
    {
        RegisterSyntax { Register: { Class: RegisterClass.General } register } => register.Number >= 8 || register.Width == 8 || register is { Width: 1, Number: >= 4 },
        MemorySyntax memory => memory.Base?.Number >= 8 || memory.Index?.Number >= 8,
        _ => false,
    };

    private IEnumerable<string> Suffixes() => row.Widths.Select(width => MnemonicTable.SuffixOf(width).ToString());
}
