using System.Globalization;
using EntryGen.Asm;
using EntryGen.Asm.Instructions;
using EntryGen.Generators.Emission.Semantics;

namespace EntryGen.Generators.Emission;

/// <summary>The <c>Run</c> form: registers in locals, flags when somebody asks, memory through windows; whatever is not fast leaves to <c>Step</c>.</summary>
/// <remarks>
/// A block is translated twice: first to learn its accesses (nothing is kept of the text), then with the windows that follow from them.
/// Every way out before an instruction takes effect is a label at the end of the method (<see cref="RunChunk"/> collects them).
/// </remarks>
internal sealed class RunTranslation(UnitContext unit, RunChunk chunk) : Translation(unit)
{
    private readonly HashSet<string> _heldTemporaries = [];
    private RunState _state = new();
    private IndentedWriter _writer = new();
    private List<Access>? _recorded;
    private WindowPlan? _plan;
    private int _accesses;
    private string? _exit;
    private bool _fetchNext;
    private bool _leftBlock;

    /// <inheritdoc/>
    protected override IndentedWriter Writer => _writer;

    /// <summary>Translates the instructions of a block.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="block">The block.</param>
    /// <param name="state">What is known at its start; afterwards what is known at its end.</param>
    /// <returns>Whether control has left the block by its last instruction.</returns>
    public bool Write(IndentedWriter writer, RunBlock block, RunState state)
    {
        _recorded = [];
        Translate(new IndentedWriter(), block, state.Clone());
        _plan = new WindowPlan(_recorded);
        _recorded = null;
        Translate(writer, block, state);
        return _leftBlock;
    }

    private void Translate(IndentedWriter writer, RunBlock block, RunState state)
    {
        _writer = writer;
        _state = state;
        _accesses = 0;
        _leftBlock = false;
        foreach (var instruction in block.Instructions)
        {
            if (_recorded is null)
            {
                Explanations.Write(writer, instruction);
            }

            Translate(instruction);
            if (_recorded is null && !ReferenceEquals(instruction, block.Last))
            {
                writer.Line();
            }
        }
    }

    private void Translate(Instruction instruction)
    {
        Begin(instruction);
        _exit = null;
        _fetchNext = false;
        _heldTemporaries.Clear();
        foreach (var pending in _state.Flags)
        {
            _heldTemporaries.UnionWith(pending.Inputs);
        }

        foreach (var register in Unit.SuspectUses(instruction))
        {
            ExitIf($"{Register64(register)} == {UnitContext.PoisonOf(register)}");
        }

        SemanticsTable.Find(instruction.Info.Op)!.Write(this);
        if (_leftBlock)
        {
            return;
        }

        _state.Retired++;
        if (_fetchNext)
        {
            _exit = null;
            var exit = Exit(NextAddress);
            using (_writer.Braces($"if (!cpu.Fetch(ref windows, {Value.Number(NextAddress)}))"))
            {
                Do($"goto {exit};");
            }
        }
    }

    // Leaving to Step

    private string Exit(ulong address) => _recorded is null ? chunk.AddExit(address, _state.Clone(), Instruction) : "none";

    // All checks of one instruction leave with the same state, unless something was written down in between.
    private void ExitIf(string condition)
    {
        _exit ??= Exit(Instruction.Address);
        using (_writer.Braces($"if ({condition})"))
        {
            Do($"goto {_exit};");
        }

        _writer.Line();
    }

    /// <inheritdoc/>
    public override void Require(string call) => ExitIf($"!{call}");

    /// <inheritdoc/>
    public override void RequireAccess(string call, MemoryAddress address) => Require(call);

    /// <inheritdoc/>
    public override void RaiseIf(string condition, int vector) => ExitIf(condition);

    /// <inheritdoc/>
    public override IndentedWriter.Block If(string condition) => throw new InvalidOperationException($"{Instruction} belongs to Step");

    /// <inheritdoc/>
    public override void Halt() => throw new InvalidOperationException($"{Instruction} belongs to Step");

    /// <inheritdoc/>
    public override void Machine(string call, MachineEffects effects = default)
    {
        for (var number = 0; number < 16; number++)
        {
            if ((effects.Reads >> number & 1) != 0)
            {
                if (number == RegisterNumber.Rsp)
                {
                    WriteDownStack();
                }

                Do($"{System(RegisterNumber.Member(number))} = {Register64(number)};");
            }
        }

        if (effects.ReadsFlags)
        {
            Do($"{System("Rflags")} = {(effects.ReplacesStatusFlags ? "rflags" : Flags().ToString())};");
        }

        Require(call);
        for (var number = 0; number < 16; number++)
        {
            if ((effects.Writes >> number & 1) != 0)
            {
                SetRegister64(number, Value.Atom(System(RegisterNumber.Member(number))));
            }
        }

        if (effects.WritesFlags)
        {
            chunk.WritesFlags = true;
            Do($"rflags = {System("Rflags")};");
            _state.ClearFlags();
        }
    }

    // Temporaries

    /// <inheritdoc/>
    public override Value NewTemporary() => Value.Atom(chunk.NewResult(), isStable: true);

    private Value NewTemporary(int width, Origin? origin)
    {
        var number = 0;
        while (_heldTemporaries.Contains(Name(number)))
        {
            number++;
        }

        _heldTemporaries.Add(Name(number));
        chunk.UseTemporary(number);
        return Value.Atom(Name(number), width, origin, isStable: true);

        static string Name(int number) => "t" + number.ToString(CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    protected override Value Define(Value value)
    {
        var temporary = NewTemporary(value.Width, value.Origin);
        Do($"{temporary} = {value.Bare};");
        return temporary;
    }

    // Registers

    /// <inheritdoc/>
    public override Value Register64(int number)
    {
        chunk.ReadsRegister(number);
        var origin = _state.OriginOf(number);
        if (number != RegisterNumber.Rsp || _state.StackDistance == 0)
        {
            return Value.Atom(RegisterNumber.Names[number], 8, origin);
        }

        var local = Value.Atom("rsp", 8, origin.Plus(-_state.StackDistance));
        return local.Plus(_state.StackDistance);
    }

    /// <inheritdoc/>
    public override void SetRegister64(int number, Value value)
    {
        chunk.WritesRegister(number);
        if (number == RegisterNumber.Rsp && value.Origin is { } origin && origin.Id == _state.OriginOf(number).Id)
        {
            // Moves by a constant are added up and written down once.
            _state.StackDistance += origin.Delta - _state.OriginOf(number).Delta;
            _state.SetOrigin(number, origin);
            return;
        }

        Do($"{RegisterNumber.Names[number]} = {value.Bare};");
        _state.SetOrigin(number, value.Origin);
        if (number == RegisterNumber.Rsp)
        {
            _state.StackDistance = 0;
        }
    }

    private void WriteDownStack()
    {
        if (_state.StackDistance != 0)
        {
            Do(RunChunk.MoveStack(_state));
            _state.StackDistance = 0;
            _exit = null;
        }
    }

    // Memory

    /// <inheritdoc/>
    public override Value Load(MemoryAddress address, int width, bool forUpdate)
    {
        var place = Place(address, width, forUpdate);
        return width == 8
            ? Value.Atom($"Unsafe.ReadUnaligned<ulong>({place})")
            : Value.Of($"(ulong)Unsafe.ReadUnaligned<{TypeOf(width)}>({place})", width);
    }

    /// <inheritdoc/>
    public override void Store(MemoryAddress address, int width, Value value)
    {
        var place = Place(address, width, writes: true);
        var narrowed = width == 8 ? value.Bare : $"({TypeOf(width)}){value}";
        Do($"Unsafe.WriteUnaligned<{TypeOf(width)}>({place}, {narrowed});");
    }

    private static string TypeOf(int width) => width switch { 1 => "byte", 2 => "ushort", 4 => "uint", _ => "ulong" };

    // The host reference of an access; its window is checked before the first access that it serves.
    private string Place(MemoryAddress address, int width, bool writes)
    {
        var access = Describe(address, width, writes);
        if (_recorded is not null)
        {
            _recorded.Add(access);
            return "ref none";
        }

        var window = _plan![_accesses++];
        if (!window.IsOpen)
        {
            window.IsOpen = true;
            chunk.UsesWindows = true;
            var start = address.Plus(window.Start - access.Distance).Linear;
            Do($"ref byte {window.Name} = ref cpu.{(window.Writes ? "Write" : "Read")}Window(ref windows, {start.Bare}, {window.Length});");
            ExitIf($"Unsafe.IsNullRef(ref {window.Name})");
        }

        var offset = access.Distance - window.Start;
        return offset == 0 ? $"ref {window.Name}" : $"ref Unsafe.Add(ref {window.Name}, {offset})";
    }

    private Access Describe(MemoryAddress address, int width, bool writes)
    {
        var segment = address.Segment is { } number ? $"{number}.{_state.SegmentEpoch}" : "";
        var epoch = $"{_state.TranslationEpoch}:{segment}:";
        var kind = address.Segment is not null ? "percpu" : address.IsStack ? "stack" : "data";
        if (address.Offset.Constant is { } constant)
        {
            return new Access($"{epoch}page{constant >> 12}", unchecked((long)constant), width, writes, kind);
        }

        return address.Offset.Origin is { } origin
            ? new Access($"{epoch}origin{origin.Id}", origin.Delta, width, writes, kind)
            : new Access($"{epoch}{Instruction.Index}:{address.Offset.Bare}", 0, width, writes, kind);
    }

    // Flags

    /// <inheritdoc/>
    public override void SetFlags(FlagRule rule, params Value[] inputs) =>
        _state.AddFlags(new PendingFlags(rule, [.. inputs.Select(input => input.ToString())]));

    /// <inheritdoc/>
    public override void SetSystemFlags(ulong mask, bool value)
    {
        chunk.WritesFlags = true;
        Do(value ? $"rflags |= {Value.Number(mask)};" : $"rflags &= ~{Value.Number(mask)};");
    }

    /// <inheritdoc/>
    public override string TestFlag(StatusFlags flag)
    {
        for (var i = _state.Flags.Count - 1; i >= 0; i--)
        {
            var pending = _state.Flags[i];
            if ((pending.Rule.Mask & flag) == 0)
            {
                continue;
            }

            if (pending.Rule.IsDefinite)
            {
                return pending.Rule.Test(flag, pending.Inputs);
            }

            WriteDownFlags();
            break;
        }

        return $"(rflags & {Value.Number((ulong)flag)}) != 0";
    }

    /// <inheritdoc/>
    public override string TestCondition(Condition condition)
    {
        var needed = Conditions.FlagsRead(condition);
        for (var i = _state.Flags.Count - 1; i >= 0; i--)
        {
            var pending = _state.Flags[i];
            if ((pending.Rule.Mask & needed) != 0)
            {
                if (!pending.Rule.IsDefinite)
                {
                    WriteDownFlags();
                }
                else if ((pending.Rule.Mask & needed) == needed && pending.Rule.Condition(condition, pending.Inputs) is { } shorter)
                {
                    return shorter;
                }

                break;
            }
        }

        return base.TestCondition(condition);
    }

    /// <inheritdoc/>
    public override Value Flags()
    {
        WriteDownFlags();
        return Value.Atom("rflags");
    }

    private void WriteDownFlags()
    {
        if (_state.Flags.Count > 0)
        {
            chunk.WritesFlags = true;
            Do(RunChunk.ApplyFlags(Unit, _state.Flags));
            _state.ClearFlags();
            _exit = null;
        }
    }

    // Control flow

    /// <inheritdoc/>
    public override void Jump(BranchTarget target)
    {
        Retire();
        WriteEdge(target);
    }

    /// <inheritdoc/>
    public override void JumpIf(string condition, BranchTarget target)
    {
        Retire();
        using (_writer.Braces($"if ({condition})"))
        {
            WriteEdge(target);
        }

        if (_recorded is null)
        {
            _writer.Line();
            chunk.WriteEdge(_writer, _state, Instruction.Address, Instruction.Next, NextAddress, mayFallThrough: true);
        }
    }

    /// <inheritdoc/>
    public override void TrackBranch() => ExitIf("cpu.TracksBranches");

    // A tracker that waits, or is suppressed, takes the windows away: the next fetch leaves, and what is done here finds none.

    /// <inheritdoc/>
    public override void EndTracking()
    {
    }

    /// <inheritdoc/>
    public override void BranchTrackingChanged()
    {
    }

    /// <inheritdoc/>
    public override void JumpTo(Value address)
    {
        Retire();
        if (_recorded is null)
        {
            chunk.WriteJumpTo(_writer, _state, address.Bare);
        }
    }

    /// <inheritdoc/>
    public override void ContinueAtRip()
    {
        Retire();
        SelectWindows();
        if (_recorded is null)
        {
            chunk.WriteJumpTo(_writer, _state, System("Rip"));
        }
    }

    private void Retire()
    {
        _state.Retired++;
        _leftBlock = true;
    }

    private void WriteEdge(BranchTarget target)
    {
        if (_recorded is null)
        {
            chunk.WriteEdge(_writer, _state, Instruction.Address, target.Item, StepTranslation.AddressOf(target), mayFallThrough: false);
        }
    }

    private void SelectWindows()
    {
        chunk.UsesWindows = true;
        Do("windows = ref cpu.Windows;");
    }

    /// <inheritdoc/>
    public override void TranslationsChanged()
    {
        _state.TranslationEpoch++;
        _state.SegmentEpoch++;
        _fetchNext = true;
        SelectWindows();
    }

    /// <inheritdoc/>
    public override void PermissionsChanged()
    {
        _state.TranslationEpoch++;
        SelectWindows();
    }

    /// <inheritdoc/>
    public override void SegmentBasesChanged() => _state.SegmentEpoch++;
}
