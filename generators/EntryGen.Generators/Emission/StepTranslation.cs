using EntryGen.Asm;
using EntryGen.Asm.Instructions;
using EntryGen.Generators.Emission.Semantics;

namespace EntryGen.Generators.Emission;

/// <summary>The <c>Step</c> form: one instruction on the register file, every access checked, flags complete.</summary>
/// <remarks>
/// The text runs with <c>ref ulong r</c> on the register file, <c>long count</c> for how many instructions may still retire here,
/// and <c>ref Stop stop</c> for why one did not. Instructions are the cases of a switch and go on to each other directly; what is not in the method is looked up
/// by who called it.
/// </remarks>
internal sealed class StepTranslation(UnitContext unit, CodeIndex index, int first, int count, IndentedWriter writer) : Translation(unit)
{
    private int _variables;
    private int _results;
    private bool _nextIsSet;
    private bool _isConditional;
    private bool _checksFetch;
    private bool _tracksBranch;
    private bool _leaves;

    /// <inheritdoc/>
    protected override IndentedWriter Writer { get; } = writer;

    /// <summary>Whether a checked access jumps to <c>fault</c>.</summary>
    public bool UsesFault { get; private set; }

    /// <summary>Whether a checked stack access jumps to <c>stackFault</c>.</summary>
    public bool UsesStackFault { get; private set; }

    /// <summary>How many variables the method needs for <c>out</c> arguments. They are shared: the runtime clears each on every call.</summary>
    public int Results { get; private set; }

    /// <summary>The name of a variable for <c>out</c> arguments.</summary>
    public static string Result(int number) => "m" + number;

    /// <summary>Writes the statements of one instruction and how it goes on.</summary>
    public void Write(Instruction instruction)
    {
        Begin(instruction);
        _variables = 0;
        _results = 0;
        _nextIsSet = false;
        _isConditional = false;
        _checksFetch = false;
        _tracksBranch = false;
        _leaves = false;
        if (SemanticsTable.Find(instruction.Info.Op) is not { } semantic)
        {
            Stop("new global::EntryGen.Stop(global::EntryGen.StopKind.Unmodelled)");
            return;
        }

        foreach (var register in Unit.SuspectUses(instruction))
        {
            using (Writer.Braces($"if ({Register64(register)} == {UnitContext.PoisonOf(register)})"))
            {
                Stop($"new global::EntryGen.Stop(global::EntryGen.StopKind.UndefinedValue, Address: {Value.Number((ulong)register)})");
            }
        }

        semantic.Write(this);
        if (!_nextIsSet || _isConditional)
        {
            GoToNext();
        }
    }

    /// <inheritdoc/>
    public override Value NewTemporary()
    {
        return Value.Atom(NewResult(), isStable: true);
    }

    private string NewResult()
    {
        var name = Result(_results++);
        Results = Math.Max(Results, _results);
        return name;
    }

    /// <inheritdoc/>
    protected override Value Define(Value value)
    {
        var name = "t" + _variables++;
        Do($"ulong {name} = {value.Bare};");
        return Value.Atom(name, value.Width, isStable: true);
    }

    /// <inheritdoc/>
    public override void Require(string call)
    {
        _checksFetch = true;
        RequireOr(call, "fault");
    }

    /// <inheritdoc/>
    public override void RequireAccess(string call, MemoryAddress address)
    {
        _checksFetch = true;
        RequireOr(call, FaultOf(address));
    }

    /// <inheritdoc/>
    public override void Machine(string call, MachineEffects effects = default) => Require(call);

    /// <inheritdoc/>
    public override IndentedWriter.Block If(string condition)
    {
        _isConditional = true;
        return Writer.Braces($"if ({condition})");
    }

    /// <inheritdoc/>
    public override void RaiseIf(string condition, int vector)
    {
        using (Writer.Braces($"if ({condition})"))
        {
            Stop($"cpu.Raise({vector})");
        }

        Do();
    }

    /// <inheritdoc/>
    public override Value Register64(int number) => Value.Atom(System(RegisterNumber.Member(number)));

    /// <inheritdoc/>
    public override void SetRegister64(int number, Value value) => Do($"{Register64(number)} = {value.Bare};");

    /// <inheritdoc/>
    public override MemoryAddress Hold(MemoryAddress address) => new(null, Let(address.Linear), address.IsStack);

    /// <inheritdoc/>
    public override Value Load(MemoryAddress address, int width, bool forUpdate)
    {
        var name = NewResult();
        RequireOr($"cpu.{(forUpdate ? "LoadForUpdate" : "Load")}{8 * width}({address.Linear.Bare}, out {name})", FaultOf(address));
        return Value.Atom(name, width, isStable: true);
    }

    /// <inheritdoc/>
    public override void Store(MemoryAddress address, int width, Value value) =>
        RequireOr($"cpu.Store{8 * width}({address.Linear.Bare}, {value.Bare})", FaultOf(address));

    /// <inheritdoc/>
    public override void SetFlags(FlagRule rule, params Value[] inputs) =>
        Do($"{System("Rflags")} = {Unit.CallFlagFunction(rule, System("Rflags"), inputs.Select(input => input.ToString()))};");

    /// <inheritdoc/>
    public override void SetSystemFlags(ulong mask, bool value) =>
        Do(value ? $"{System("Rflags")} |= {Value.Number(mask)};" : $"{System("Rflags")} &= ~{Value.Number(mask)};");

    /// <inheritdoc/>
    public override string TestFlag(StatusFlags flag) => $"({System("Rflags")} & {Value.Number((ulong)flag)}) != 0";

    /// <inheritdoc/>
    public override Value Flags() => Value.Atom(System("Rflags"));

    /// <inheritdoc/>
    public override void Jump(BranchTarget target) => GoTo(AddressOf(target), target.Item);

    /// <inheritdoc/>
    public override void JumpIf(string condition, BranchTarget target)
    {
        using (Writer.Braces($"if ({condition})"))
        {
            Jump(target);
        }

        Do();
        GoToNext();
    }

    /// <inheritdoc/>
    public override void TrackBranch() => _tracksBranch = true;

    /// <inheritdoc/>
    public override void EndTracking() => Do("cpu.Endbr64();");

    /// <inheritdoc/>
    public override void BranchTrackingChanged() => _leaves = true;

    /// <inheritdoc/>
    public override void JumpTo(Value address)
    {
        if (_tracksBranch)
        {
            Do($"cpu.TrackBranch({(Instruction.Prefixes.HasFlag(InstructionPrefixes.NoTrack) ? "true" : "false")});");
        }

        Leave(address.Bare);
    }

    /// <inheritdoc/>
    public override void ContinueAtRip() => Leave(System("Rip"));

    /// <inheritdoc/>
    public override void Halt()
    {
        Do("stop = cpu.Halt();");
        using (Writer.Braces("if (stop.Kind != global::EntryGen.StopKind.Halted)"))
        {
            Do("return count;");
        }

        Do();
        Leave(Value.Number(NextAddress));
    }

    // Every access and every fetch of this form is checked by itself.

    /// <inheritdoc/>
    public override void TranslationsChanged()
    {
    }

    /// <inheritdoc/>
    public override void PermissionsChanged()
    {
    }

    /// <inheritdoc/>
    public override void SegmentBasesChanged()
    {
    }

    /// <summary>The address that a direct branch goes to.</summary>
    public static ulong AddressOf(BranchTarget target) => target.Item?.Address ?? target.External!.Address;

    private void Stop(string reason)
    {
        Do($"stop = {reason};");
        Do("return count;");
    }

    private void GoToNext() => GoTo(NextAddress, Instruction.Next);

    // Only an instruction that works on the machine's own state can change what is fetched, or what is looked at before.
    private void GoTo(ulong address, CodeItem? item)
    {
        var number = item is null ? -1 : index[item];
        if (_leaves || number < first || number >= first + count)
        {
            Leave(Value.Number(address));
            return;
        }

        _nextIsSet = true;
        using (Writer.Braces($"if ({Retire(Value.Number(address))})"))
        {
            if (_checksFetch || !RunPlan.SamePage(address, Instruction.Address))
            {
                RequireOr($"cpu.FetchInstruction({Value.Number(address)})", "fault");
            }

            Do($"goto case {number};");
        }

        Do();
        Do("return count;");
    }

    private void Leave(string address)
    {
        _nextIsSet = true;
        Do($"{Retire(address)};");
        Do("return count;");
    }

    private string Retire(string next) => $"Retire(ref cpu, ref r, {Value.Number(Instruction.Address)}, {next}, reserve, ref count)";

    private string FaultOf(MemoryAddress address) => address.IsStack ? "stackFault" : "fault";

    private void RequireOr(string call, string label)
    {
        UsesFault |= label == "fault";
        UsesStackFault |= label == "stackFault";
        using (Writer.Braces($"if (!{call})"))
        {
            Do($"goto {label};");
        }

        Do();
    }

    private void Do() => Writer.Line();
}
