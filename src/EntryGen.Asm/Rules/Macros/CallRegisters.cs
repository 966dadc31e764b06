using EntryGen.Asm.Flow;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Instructions;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Rules.Macros;

/// <summary>What the expansion of a call does with the registers that the call gives it.</summary>
/// <remarks>A register belongs to the parameter whose argument its characters were written in: every character of an expansion knows where it comes from.</remarks>
internal sealed class CallRegisters
{
    private CallRegisters(MacroCall call, IReadOnlyList<Instruction> instructions, IReadOnlyList<RegisterUse> uses)
    {
        Call = call;
        Instructions = instructions;
        Uses = uses;
    }

    /// <summary>The call.</summary>
    public MacroCall Call { get; }

    /// <summary>The instructions it became, in the order in which they are written.</summary>
    public IReadOnlyList<Instruction> Instructions { get; }

    /// <summary>The uses of registers that were given, in that order; of one instruction those that read come first.</summary>
    public IReadOnlyList<RegisterUse> Uses { get; }

    /// <summary>The calls outside of macro bodies that give a register, in order.</summary>
    public static IEnumerable<CallRegisters> Of(RuleInput input, CancellationToken cancellation)
    {
        var instructions = new Dictionary<Statement, Instruction>();
        foreach (var instruction in input.Program.Items.OfType<Instruction>())
        {
            instructions[instruction.Statement] = instruction;
        }

        foreach (var listing in input.Listings)
        {
            foreach (var call in listing.MacroCalls)
            {
                cancellation.ThrowIfCancellationRequested();
                var given = GivenIn(call);
                if (given.Count > 0 && !call.IsInMacroBody)
                {
                    List<Instruction> became = [.. call.Statements(listing).Select(statement => instructions.TryGetValue(statement, out var found) ? found : null).OfType<Instruction>()];
                    yield return new CallRegisters(call, became, [.. became.SelectMany(instruction => UsesIn(instruction, given).OrderBy(use => use.IsWrite))]);
                }
            }
        }
    }

    /// <summary>The argument of a parameter where it is written, or the macro's name in the call when it is a default.</summary>
    public SourceSpan? PlaceOf(int parameter) =>
        Call.Arguments.LastOrDefault(argument => argument.Parameter == parameter) is { Value: { IsEmpty: false } value } ? value.Span : Call.Span;

    private static List<(int Parameter, SourceSpan Place)> GivenIn(MacroCall call)
    {
        var given = new List<(int Parameter, SourceSpan Place)>();
        for (var i = 0; i < call.Values.Count; i++)
        {
            if (IsRegister(call.Values[i]) && call.Values[i].Span is { } place)
            {
                given.Add((i, place));
            }
        }

        return given;
    }

    // With the percent sign, or as macros take it that write it themselves (%\reg, %r\reg).
    private static bool IsRegister(TextSlice value)
    {
        if (value.IsEmpty || value.Source.Text[value.Start] == '%')
        {
            return !value.IsEmpty;
        }

        return value.Length <= 4 && char.IsLetterOrDigit(value.Source.Text[value.Start]) && value.ToString() is var name
            && (RegisterNames.Find(name) is not null || RegisterNames.Find("r" + name) is not null);
    }

    private static IEnumerable<RegisterUse> UsesIn(Instruction instruction, List<(int Parameter, SourceSpan Place)> given)
    {
        for (var i = 0; i < instruction.Operands.Count; i++)
        {
            var operand = instruction.Operands[i] is IndirectOperand indirect ? indirect.Target : instruction.Operands[i];
            switch (operand)
            {
                case RegisterOperand { Register: { Class: RegisterClass.General } register } when ParameterIn(operand.Text, given) is { } parameter:
                    var use = RegisterEffects.UseOf(instruction, i);
                    if ((use & OperandUse.Read) != 0 && !RegisterEffects.IsZeroing(instruction))
                    {
                        yield return new RegisterUse(instruction, parameter, register.Number, IsWrite: false);
                    }

                    if ((use & OperandUse.Write) != 0)
                    {
                        yield return new RegisterUse(instruction, parameter, register.Number, IsWrite: true);
                    }

                    break;
                case MemoryOperand memory:
                    foreach (var (parameter, number) in AddressesIn(memory, given))
                    {
                        yield return new RegisterUse(instruction, parameter, number, IsWrite: false);
                    }

                    break;
            }
        }
    }

    // (\base, \index): the parts in the order in which they stand.
    private static IEnumerable<(int Parameter, int Number)> AddressesIn(MemoryOperand memory, List<(int Parameter, SourceSpan Place)> given)
    {
        var text = memory.Text.Text;
        var at = text.IndexOf('(');
        foreach (var register in new[] { memory.Base, memory.Index })
        {
            at = at < 0 ? -1 : text.IndexOf('%', at + 1);
            if (register is { Class: RegisterClass.General } && at >= 0 && ParameterIn(memory.Text.Slice(at, NameEnd(text, at + 1) - at), given) is { } parameter)
            {
                yield return (parameter, register.Number);
            }
        }
    }

    private static int NameEnd(string text, int start)
    {
        while (start < text.Length && char.IsLetterOrDigit(text[start]))
        {
            start++;
        }

        return start;
    }

    // The last character: those before it may be the macro's (%r\reg).
    private static int? ParameterIn(TracedText text, List<(int Parameter, SourceSpan Place)> given)
    {
        if (text.Length == 0 || text.OriginAt(text.Length - 1) is not { } origin)
        {
            return null;
        }

        foreach (var (parameter, place) in given)
        {
            if (ReferenceEquals(place.Source, origin.Source) && place.Start <= origin.Offset && origin.Offset < place.Start + place.Length)
            {
                return parameter;
            }
        }

        return null;
    }
}

/// <summary>One use of a register that a call gave.</summary>
/// <param name="Instruction">The instruction.</param>
/// <param name="Parameter">Index of the parameter through which the register is named.</param>
/// <param name="Register">The register's encoding number.</param>
/// <param name="IsWrite">Whether it gets a value; otherwise its value is used.</param>
internal readonly record struct RegisterUse(Instruction Instruction, int Parameter, int Register, bool IsWrite);
