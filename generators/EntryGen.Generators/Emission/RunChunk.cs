using EntryGen.Asm;
using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission;

/// <summary>One method of the <c>Run</c> form.</summary>
internal sealed class RunChunk(UnitContext unit, RunPlan plan, int number)
{
    // Copies that a method may have, and the instructions of the longest: what they save is worth less than a method that the JIT gives up.
    private const int MostCopiedInstructions = 96, LongestCopy = 24;

    private readonly List<(string Label, ulong Address, RunState State, Instruction Instruction)> _exits = [];
    private readonly List<RunBlock> _blocks = [.. plan.Blocks.Where(block => block.Chunk == number)];
    private int _readRegisters;
    private int _writtenRegisters;
    private int _temporaries;
    private bool _usesResult;
    private bool _usesLookup;
    private bool _usesFeatures;
    private int _longest;
    private int _copiedInstructions;
    private RunBlock? _following;

    /// <summary>Whether the local <c>windows</c> is needed.</summary>
    public bool UsesWindows { get; set; }

    /// <summary>Whether the local <c>rflags</c> gets a new value.</summary>
    public bool WritesFlags { get; set; }

    /// <summary>Notes that a register is read.</summary>
    public void ReadsRegister(int register) => _readRegisters |= 1 << register;

    /// <summary>Notes that a register is written.</summary>
    public void WritesRegister(int register) => _writtenRegisters |= 1 << register;

    /// <summary>Notes that the temporaries up to a number are used.</summary>
    public void UseTemporary(int temporary) => _temporaries = Math.Max(_temporaries, temporary + 1);

    /// <summary>The variable for <c>out</c> arguments: apart from all others, because the JIT keeps one whose address is taken in memory.</summary>
    public string NewResult()
    {
        _usesResult = true;
        return "result";
    }

    /// <summary>A label that continues in <c>Step</c> at an instruction of which nothing has happened.</summary>
    public string AddExit(ulong address, RunState state, Instruction instruction)
    {
        var label = "exit" + _exits.Count;
        _exits.Add((label, address, state, instruction));
        return label;
    }

    /// <summary>The longest way through the method, in instructions: with less budget it does nothing. Known when it is written.</summary>
    public int Longest => _longest;

    /// <summary>Writes the method.</summary>
    public void Write(IndentedWriter writer)
    {
        _longest = LongestPath();
        var body = new IndentedWriter();
        var exits = new IndentedWriter();
        WriteBlocks(body);
        WriteExits(exits);

        using (writer.Braces($"private static int Run{number}(ref global::EntryGen.Cpu cpu, int entry)"))
        using (writer.Braces("unchecked"))
        {
            WriteProlog(writer);
            writer.Paste(body);
            WriteLeave(writer);
            writer.Paste(exits);
        }
    }

    private void WriteProlog(IndentedWriter writer)
    {
        writer.Line("var budget = cpu.Budget;");
        using (writer.Braces($"if (budget < {_longest})"))
        {
            writer.Line("return StepNext;");
        }

        writer.Line();
        writer.Line("ref ulong r = ref cpu.RegisterFile;");
        for (var register = 0; register < 16; register++)
        {
            if (((_readRegisters | _writtenRegisters) >> register & 1) != 0)
            {
                writer.Line($"var {RegisterNumber.Names[register]} = {Translation.System(RegisterNumber.Member(register))};");
            }
        }

        if (UsesWindows)
        {
            writer.Line("ref var windows = ref cpu.Windows;");
        }

        writer.Line($"var rflags = {Translation.System("Rflags")};");
        if (_usesFeatures)
        {
            writer.Line("var features = cpu.FeatureMask(EntryUnit);");
        }

        if (_temporaries > 0)
        {
            writer.Line($"ulong {string.Join(", ", Enumerable.Range(0, _temporaries).Select(temporary => "t" + temporary))};");
        }

        if (_usesResult)
        {
            writer.Line("ulong result;");
        }

        writer.Line("ulong rip;");
        writer.Line("var then = StepNext;");
        using (writer.Braces("switch (entry)"))
        {
            foreach (var block in _blocks.Where(block => block.IsResumable))
            {
                writer.Line($"case {block.Entry}:");
                using (writer.Indent())
                {
                    writer.Line($"goto {block.Label};");
                }
            }

            writer.Line("default:");
            using (writer.Indent())
            {
                writer.Line("return StepNext;");
            }
        }

        writer.Line();
    }

    private void WriteBlocks(IndentedWriter writer)
    {
        for (var i = 0; i < _blocks.Count; i++)
        {
            var block = _blocks[i];
            _following = i + 1 < _blocks.Count ? _blocks[i + 1] : null;
            var state = block.IsResumable ? new RunState() : block.Inherited;
            if (state is null)
            {
                // Nothing in this method goes there.
                continue;
            }

            writer.Label(block.Label);
            using (writer.Braces(""))
            {
                if (block.Site is { } site)
                {
                    WriteAlternative(writer, site, state);
                }
                else if (!new RunTranslation(unit, this).Write(writer, block, state))
                {
                    writer.Line();
                    WriteEdge(writer, state, block.Last!.Address, block.Last.Next, UnitContext.AddressAfter(block.Last), mayFallThrough: true);
                }
            }

            writer.Line();
        }
    }

    private void WriteAlternative(IndentedWriter writer, AlternativeSite site, RunState state)
    {
        _usesFeatures = true;
        foreach (var choice in site.Choices.Reverse())
        {
            writer.Line($"// alternative: {Explanations.OneLine(choice.Feature.Name)}{(choice.Inverted ? " off" : "")}");
            using (writer.Braces($"if ({StepWriter.Condition(choice)})"))
            {
                WriteEdge(writer, state, site.Address, choice.Target, choice.Target.Address, mayFallThrough: false);
            }

            writer.Line();
        }

        WriteEdge(writer, state, site.Address, site.Original, site.Original.Address, mayFallThrough: true);
    }

    /// <summary>Writes how control goes from the end of a block to an item.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="state">What is known.</param>
    /// <param name="from">Address of the instruction it comes from.</param>
    /// <param name="item">Where it goes; null for out of the unit.</param>
    /// <param name="address">The address it goes to.</param>
    /// <param name="mayFallThrough">Whether nothing need be written when the item's block is the next one.</param>
    public void WriteEdge(IndentedWriter writer, RunState state, ulong from, CodeItem? item, ulong address, bool mayFallThrough)
    {
        var block = plan.BlockAt(item);
        if (block is null || block.Chunk != number)
        {
            WriteDown(writer, state);
            writer.Line($"rip = {Value.Number(address)};");
            if (block is not null)
            {
                writer.Line($"then = {block.Number}; // {block.Label}");
            }

            writer.Line("goto leave;");
            return;
        }

        var backwards = block.First.Address <= from;
        var isWorthCopy = block.IsResumable && !backwards && RunPlan.SamePage(from, address) && Overwrites(block, state.Flags) && ReserveCopy(block);
        if (isWorthCopy || block is { IsResumable: false, Inherited: not null })
        {
            var copy = new RunBlock { Instructions = block.Instructions, Site = block.Site, Order = block.Order, Label = plan.NewLabel(block.Label + "_again"), Chunk = number };
            copy.Inherited = state.Clone();
            _blocks.Add(copy);
            writer.Line($"goto {copy.Label};");
            return;
        }

        if (block.IsResumable)
        {
            WriteDown(writer, state);
            var checks = (RunPlan.SamePage(from, address) ? "" : $"!cpu.Fetch(ref windows, {Value.Number(address)})", backwards ? $"budget < {_longest}" : "");
            if (checks is not ("", ""))
            {
                UsesWindows |= checks.Item1.Length > 0;
                using (writer.Braces($"if ({string.Join(" || ", new[] { checks.Item2, checks.Item1 }.Where(check => check.Length > 0))})"))
                {
                    writer.Line($"rip = {Value.Number(address)};");
                    writer.Line("goto leave;");
                }

                writer.Line();
            }
        }
        else
        {
            block.Inherited = state.Clone();
        }

        if (!mayFallThrough || !ReferenceEquals(block, _following))
        {
            writer.Line($"goto {block.Label};");
        }
    }

    // Where paths meet, flags would have to be written down. A short block that overwrites them, or leaves by an IRET, is rather written once more, for this way
    // alone: they are then never computed. The label stays for those who start there. What only this block leads to goes on from the copy as a copy.
    private static bool Overwrites(RunBlock block, IReadOnlyList<PendingFlags> pending)
    {
        var flags = pending.Aggregate(StatusFlags.None, (all, each) => all | each.Rule.Mask);
        return flags != StatusFlags.None && (flags & ~block.Instructions.Aggregate(StatusFlags.None, (all, each) => all | each.Info.FlagsWritten)) == 0;
    }

    private bool ReserveCopy(RunBlock block)
    {
        var count = CountTail(block);
        var isAllowed = count <= LongestCopy && _copiedInstructions + count <= MostCopiedInstructions;
        _copiedInstructions += isAllowed ? count : 0;
        return isAllowed;
    }

    private int CountTail(RunBlock block) =>
        Math.Max(1, block.Instructions.Count) + block.Successors.Where(next => next.Chunk == number && !next.IsResumable).Sum(CountTail);

    /// <summary>Writes how control goes to an address that only the guest knows.</summary>
    public void WriteJumpTo(IndentedWriter writer, RunState state, string address)
    {
        _usesLookup = true;
        UsesWindows = true;
        WriteDown(writer, state);
        writer.Line($"rip = {address};");
        writer.Line("goto lookup;");
    }

    /// <summary>The statement that brings the local <c>rsp</c> up to date.</summary>
    public static string MoveStack(RunState state) => state.StackDistance < 0 ? $"rsp -= {-state.StackDistance};" : $"rsp += {state.StackDistance};";

    /// <summary>The statement that applies pending flag rules.</summary>
    public static string ApplyFlags(UnitContext unit, IReadOnlyList<PendingFlags> pending)
    {
        var flags = "rflags";
        foreach (var rule in pending)
        {
            flags = unit.CallFlagFunction(rule.Rule, flags, rule.Inputs);
        }

        return $"rflags = {flags};";
    }

    private void WriteDown(IndentedWriter writer, RunState state)
    {
        if (state.StackDistance != 0)
        {
            writer.Line(MoveStack(state));
        }

        if (state.Flags.Count > 0)
        {
            WritesFlags = true;
            writer.Line(ApplyFlags(unit, state.Flags));
        }

        if (state.Retired != 0)
        {
            writer.Line($"budget -= {state.Retired};");
        }
    }

    // Where returns and IRET go when it is a label of this method; everything else is the dispatcher's.
    private void WriteLeave(IndentedWriter writer)
    {
        if (_usesLookup)
        {
            writer.Label("lookup");
            using (writer.Braces($"if (budget >= {_longest} && cpu.Fetch(ref windows, rip))"))
            using (writer.Braces("switch (rip)"))
            {
                foreach (var block in _blocks.Where(block => block.IsResumable))
                {
                    writer.Line($"case {Value.Number(block.First.Address)}:");
                    using (writer.Indent())
                    {
                        writer.Line($"goto {block.Label};");
                    }
                }
            }

            writer.Line();
            writer.Line("then = Lookup;");
            writer.Line();
        }

        writer.Label("leave");
        for (var register = 0; register < 16; register++)
        {
            if ((_writtenRegisters >> register & 1) != 0)
            {
                writer.Line($"{Translation.System(RegisterNumber.Member(register))} = {RegisterNumber.Names[register]};");
            }
        }

        if (WritesFlags)
        {
            writer.Line($"{Translation.System("Rflags")} = rflags;");
        }

        writer.Line($"{Translation.System("Rip")} = rip;");
        writer.Line("cpu.Budget = budget;");
        writer.Line("return then;");
    }

    private void WriteExits(IndentedWriter writer)
    {
        foreach (var (label, address, state, instruction) in _exits)
        {
            writer.Line();
            writer.Label(label);
            writer.Line($"// {(address == instruction.Address ? "" : "after ")}{Explanations.Text(instruction)}");
            WriteDown(writer, state);
            writer.Line($"rip = {Value.Number(address)};");
            writer.Line("goto leave;");
        }
    }

    // Instructions on the longest way through the method that goes back nowhere: while the budget has as many, nothing need be checked.
    private int LongestPath()
    {
        var longest = new Dictionary<RunBlock, int>();
        for (var i = _blocks.Count - 1; i >= 0; i--)
        {
            var block = _blocks[i];
            var after = block.Successors.Where(next => next.Chunk == number && next.Order > block.Order).Select(next => longest[next]).DefaultIfEmpty().Max();
            longest.Add(block, block.Instructions.Count + after);
        }

        return Math.Max(1, longest.Values.DefaultIfEmpty().Max());
    }
}
