using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Instructions;

/// <summary>Finds the row, width and operands of an instruction statement. One mistake gives one error; the instruction is then kept as unmodelled.</summary>
/// <param name="symbols">Symbols that operands may name.</param>
/// <param name="diagnostics">Takes what is wrong.</param>
/// <param name="macros">Macros that a mistyped mnemonic may have meant.</param>
internal sealed class InstructionParser(SymbolTable symbols, DiagnosticList diagnostics, IReadOnlyDictionary<string, MacroDefinition> macros)
{
    private readonly Dictionary<string, List<MnemonicMatch>> _matches = new(StringComparer.Ordinal);

    /// <summary>Reads one statement.</summary>
    /// <param name="statement">A statement of kind instruction.</param>
    /// <param name="pending">Prefixes that stood before it as statements or bytes of their own.</param>
    public InstructionSyntax Parse(Statement statement, InstructionPrefixes pending = InstructionPrefixes.None)
    {
        var errors = new StatementErrors(statement, diagnostics);
        var mnemonic = statement.Name.ToLowerInvariant();
        if (statement.CodeBits != 64)
        {
            return Unmodelled(statement, mnemonic); // it follows rules of its own, and does not run here
        }

        var prefixes = PrefixReader.Read(statement) | pending;
        var matches = Matches(mnemonic);
        if (matches.Count == 0)
        {
            var nearest = diagnostics.HasRoomFor(ProgramDiagnostics.UnknownMnemonic) ? Nearest(mnemonic) : null;
            errors.AtName(
                ProgramDiagnostics.UnknownMnemonic,
                $"There is no instruction or macro '{statement.Name}' that entry code can use.{(nearest is null ? "" : $" Did you mean '{nearest}'?")}",
                nearest);
            return Unmodelled(statement, mnemonic);
        }

        // REX.W is the only way to say that a far pointer has 64 bits.
        var changing = PrefixReader.FindChanging(statement);
        var isWide = changing is "rex.w" or "rex64" && matches.Exists(match => match.Rows.Any(row => row.Op is Op.FarJmp or Op.FarCall));
        if (changing is not null && !isWide && !matches.Exists(match => match.Rows.Any(row => row.Op is Op.Nop or Op.Ret)))
        {
            errors.AtName(ProgramDiagnostics.InvalidPrefix, $"The prefix '{changing}' makes another instruction of it, which is not modelled: write a suffix, an operand or a segment instead.");
            return Unmodelled(statement, mnemonic);
        }

        if (OperandParser.Parse(statement, symbols, errors) is not { } operands)
        {
            return Unmodelled(statement, mnemonic);
        }

        foreach (var match in matches)
        {
            foreach (var row in match.Rows)
            {
                foreach (var form in row.Forms)
                {
                    if (form.Accepts(operands) && (!MnemonicTable.IsMovabs(mnemonic) || IsMovabsForm(operands)))
                    {
                        var selected = Select(statement, mnemonic, match, row, form, operands, prefixes, errors);
                        return isWide && selected.Info.Op == row.Op ? selected with { Width = 8 } : selected;
                    }
                }
            }
        }

        errors.AtName(ProgramDiagnostics.OperandMismatch, Mismatch(mnemonic, matches, operands));
        return Unmodelled(statement, mnemonic);
    }

    private List<MnemonicMatch> Matches(string mnemonic)
    {
        if (!_matches.TryGetValue(mnemonic, out var matches))
        {
            _matches.Add(mnemonic, matches = [.. MnemonicTable.Find(mnemonic)]);
        }

        return matches;
    }

    // A 64-bit immediate, or the accumulator and an absolute address.
    private static bool IsMovabsForm(IReadOnlyList<OperandSyntax> operands) =>
        operands is [ImmediateSyntax, RegisterSyntax] or [MemorySyntax { Base: null, Index: null }, RegisterSyntax { Register.Number: 0 }]
            or [RegisterSyntax { Register.Number: 0 }, MemorySyntax { Base: null, Index: null }];

    private static InstructionSyntax Select(
        Statement statement, string mnemonic, MnemonicMatch match, InstructionInfo row, OperandForm form, IReadOnlyList<OperandSyntax> operands, InstructionPrefixes prefixes, StatementErrors errors)
    {
        if (row.Op == Op.Nop && operands.Count == 0 && prefixes.HasFlag(InstructionPrefixes.Repeat))
        {
            row = InstructionTable.Get(Op.Pause);
        }

        var sizes = new OperandSizes(row, form, operands, match, errors);
        if (sizes.Width() is not { } width || sizes.SourceWidth(width) is not { } sourceWidth || !sizes.ValuesFit(width))
        {
            return Unmodelled(statement, mnemonic);
        }

        prefixes = PrefixReader.Check(prefixes, row.Op, operands, errors);
        return new InstructionSyntax(row, mnemonic, width, sourceWidth, match.Condition, prefixes, operands, statement);
    }

    /// <summary>An instruction whose meaning is not known.</summary>
    public static InstructionSyntax Unmodelled(Statement statement, string mnemonic) =>
        new(InstructionTable.Get(Op.Unmodelled), mnemonic, 8, 0, null, InstructionPrefixes.None, [], statement);

    private string? Nearest(string mnemonic)
    {
        // A suffix is no part of the name that was meant.
        var names = MnemonicTable.Names;
        var suffix = MnemonicTable.WidthOfSuffix(mnemonic[mnemonic.Length - 1]) == 0 ? "" : mnemonic.Substring(mnemonic.Length - 1);
        var withSuffix = suffix.Length == 0 ? [] : names.Select(name => name + suffix).Where(name => MnemonicTable.Find(name).Any());
        return NearestName.Find(mnemonic, names.Concat(withSuffix).Concat(macros.Values.Select(macro => macro.Name)));
    }

    private static string Mismatch(string mnemonic, List<MnemonicMatch> matches, IReadOnlyList<OperandSyntax> operands)
    {
        var forms = matches.SelectMany(match => match.Rows).SelectMany(row => row.Forms).ToList();
        var counts = forms.Select(form => form.Operands.Count).Distinct().OrderBy(count => count).ToList();
        if (!counts.Contains(operands.Count))
        {
            var expected = counts.Count == 1 && counts[0] == 0 ? "no operand" : string.Join(" or ", counts) + (counts[counts.Count - 1] == 1 ? " operand" : " operands");
            return $"'{mnemonic}' takes {expected}, not {operands.Count}.";
        }

        return $"'{mnemonic}' does not take {string.Join(", ", operands.Select(Describe))}.{Hint(forms, operands)}";
    }

    private static string Hint(List<OperandForm> forms, IReadOnlyList<OperandSyntax> operands)
    {
        if (operands.Count == 2 && operands.All(operand => operand is MemorySyntax))
        {
            return " At most one operand can be in memory.";
        }

        if (operands.Count == 1 && operands[0] is RegisterSyntax && forms.Any(form => form.Operands.Count == 1 && form.Operands[0].HasFlag(OperandKinds.Indirect)))
        {
            return " Write '*' before the register for an indirect branch.";
        }

        return operands.Count > 1 && operands[operands.Count - 1] is ImmediateSyntax ? " The destination comes last." : "";
    }

    private static string Describe(OperandSyntax operand) => operand switch
    {
        RegisterSyntax register => "%" + RegisterNames.NameOf(register.Register),
        ImmediateSyntax => "an immediate",
        MemorySyntax { IsBare: true } => "a symbol",
        MemorySyntax => "memory",
        _ => "an indirect target",
    };
}
