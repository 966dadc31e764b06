using EntryGen.Asm;
using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission.Semantics;

/// <summary>String operations. With a repeat prefix one step does one element, as an interrupt could come between any two.</summary>
internal static class StringOperations
{
    private const string Backwards = "0x400UL";

    public static void AddTo(Dictionary<Op, Semantic> table)
    {
        table.AddForStep(Op.Movs, t => Repeat(t, () => t.Store(AtDestination(t), t.Width, t.Let(t.Load(AtSource(t), t.Width, forUpdate: false))), RegisterNumber.Rsi, RegisterNumber.Rdi));
        table.AddForStep(Op.Stos, t => Repeat(t, () => t.Store(AtDestination(t), t.Width, t.ReadRegister(RegisterNumber.Rax, t.Width)), RegisterNumber.Rdi));
        table.AddForStep(Op.Lods, t => Repeat(t, () => t.WriteRegister(RegisterNumber.Rax, t.Width, t.Let(t.Load(AtSource(t), t.Width, forUpdate: false))), RegisterNumber.Rsi));
        table.AddForStep(Op.Scas, t => Repeat(t, () => Compare(t, t.Let(t.ReadRegister(RegisterNumber.Rax, t.Width)), AtDestination(t)), RegisterNumber.Rdi));
        table.AddForStep(Op.Cmps, t => Repeat(t, () => Compare(t, t.Let(t.Load(AtSource(t), t.Width, forUpdate: false)), AtDestination(t)), RegisterNumber.Rsi, RegisterNumber.Rdi));
    }

    private static MemoryAddress AtDestination(Translation t) => new(null, t.Register64(RegisterNumber.Rdi));

    private static MemoryAddress AtSource(Translation t)
    {
        var segment = t.Instruction.Operands.OfType<MemoryOperand>().Select(memory => memory.Segment).FirstOrDefault(found => found is not null);
        return new MemoryAddress(segment?.Number, t.Register64(RegisterNumber.Rsi));
    }

    private static void Compare(Translation t, Value a, MemoryAddress address)
    {
        var b = t.Let(t.Load(address, t.Width, forUpdate: false));
        t.SetFlags(FlagRules.Sub(t.Width), a, b, t.Let($"{a} - {b}", t.Width));
    }

    private static void Repeat(Translation t, Action element, params int[] pointers)
    {
        var repeats = (t.Instruction.Prefixes & (InstructionPrefixes.Repeat | InstructionPrefixes.RepeatNotEqual)) != 0;
        if (!repeats)
        {
            Element();
            return;
        }

        using (t.If($"{t.Register64(RegisterNumber.Rcx)} != 0"))
        {
            Element();
            var left = t.Let(t.Register64(RegisterNumber.Rcx).Plus(-1));
            t.SetRegister64(RegisterNumber.Rcx, left);
            var ends = t.Instruction.Info.Op is Op.Scas or Op.Cmps
                ? $" && {t.TestCondition((t.Instruction.Prefixes & InstructionPrefixes.Repeat) != 0 ? Condition.E : Condition.NE)}"
                : "";
            t.JumpIf($"{left} != 0{ends}", new BranchTarget(t.Instruction, null));
        }

        void Element()
        {
            element();
            foreach (var pointer in pointers)
            {
                t.SetRegister64(pointer, Value.Of($"({t.Flags()} & {Backwards}) != 0 ? {t.Register64(pointer).Plus(-t.Width)} : {t.Register64(pointer).Plus(t.Width)}"));
            }
        }
    }
}
