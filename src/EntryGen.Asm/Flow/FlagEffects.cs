using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow;

/// <summary>What one instruction does to the flags, its operands considered.</summary>
/// <param name="Read">Flags it needs.</param>
/// <param name="Written">Flags it gives a defined value.</param>
/// <param name="Undefined">Flags it leaves undefined.</param>
/// <param name="MayKeep">Flags among those written or undefined that keep their old value for some operand values (a shift by CL may shift by 0).</param>
public readonly record struct FlagEffects(StatusFlags Read, StatusFlags Written, StatusFlags Undefined, StatusFlags MayKeep)
{
    /// <summary>Flags whose old value does not survive.</summary>
    public StatusFlags Killed => (Written | Undefined) & ~MayKeep;

    /// <summary>The effects of an instruction.</summary>
    public static FlagEffects Of(Instruction instruction)
    {
        var info = instruction.Info;
        var read = info.FlagsRead;
        if (instruction.Condition is { } condition)
        {
            read |= Conditions.FlagsRead(condition);
        }
        else if (info.Op == Op.Loop)
        {
            read = StatusFlags.None;
        }

        var effects = new FlagEffects(read, info.FlagsWritten, info.FlagsUndefined, StatusFlags.None);
        return info.Op switch
        {
            Op.Shl or Op.Shr or Op.Sar or Op.Rol or Op.Ror or Op.Rcl or Op.Rcr or Op.Shld or Op.Shrd => ByCount(effects, ShiftCount(instruction)),
            Op.Scas or Op.Cmps when instruction.Prefixes != InstructionPrefixes.None => effects with { MayKeep = effects.Written },
            _ => effects,
        };
    }

    /// <summary>The count of a shift or rotate as the processor masks it (SDM vol. 2B, SAL/SAR/SHL/SHR); null when CL holds it.</summary>
    public static int? ShiftCount(Instruction instruction)
    {
        var mask = instruction.Width == 8 ? 63 : 31;
        var isDouble = instruction.Info.Op is Op.Shld or Op.Shrd;
        if (!isDouble && instruction.Operands.Count == 1)
        {
            return 1;
        }

        return instruction.Operands[0] is ImmediateOperand { Symbol: null } count && instruction.Operands.Count > (isDouble ? 2 : 1)
            ? (int)count.Value & mask
            : null;
    }

    private static FlagEffects ByCount(FlagEffects effects, int? count) => count switch
    {
        null => effects with { MayKeep = effects.Written | effects.Undefined },
        0 => new(StatusFlags.None, StatusFlags.None, StatusFlags.None, StatusFlags.None),
        1 => effects with { Written = effects.Written | StatusFlags.OF, Undefined = effects.Undefined & ~StatusFlags.OF },
        _ => effects,
    };
}
