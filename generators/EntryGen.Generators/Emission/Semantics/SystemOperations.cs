using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission.Semantics;

/// <summary>What the machine does on its own state: control registers, GS, MSRs, descriptors, TLB, flags with privilege, fences.</summary>
internal static class SystemOperations
{
    private const int Rax = 1 << RegisterNumber.Rax, Rcx = 1 << RegisterNumber.Rcx, Rdx = 1 << RegisterNumber.Rdx;
    private const int CodeSegment = 1, FeatureControlRegister = 4, InvalidOpcode = 6;
    private const ulong InterruptFlag = 0x200, DirectionFlag = 0x400, AlignmentCheck = 0x40000;

    public static void AddTo(Dictionary<Op, Semantic> table)
    {
        table.Add(Op.MovFromControl, t => t.Write(t.Destination, Out(t, $"cpu.ReadControl({SystemRegister(t.Source)}, out {{0}})"), 8));
        table.Add(Op.MovToControl, t =>
        {
            t.Machine($"cpu.WriteControl({SystemRegister(t.Destination)}, {t.Read(t.Source, 8).Bare})");
            t.TranslationsChanged();
            if (SystemRegister(t.Destination) == FeatureControlRegister)
            {
                t.BranchTrackingChanged();
            }
        });
        table.AddForStep(Op.MovFromDebug, t => t.Write(t.Destination, Out(t, $"cpu.ReadDebug({SystemRegister(t.Source)}, out {{0}})"), 8));
        table.AddForStep(Op.MovToDebug, t => t.Machine($"cpu.WriteDebug({SystemRegister(t.Destination)}, {t.Read(t.Source, 8).Bare})"));
        table.Add(Op.MovFromSegment, MoveFromSegment);
        table.AddForStep(Op.MovToSegment, t =>
        {
            // CS is not loaded like this, whatever the source is.
            if (SystemRegister(t.Destination) == CodeSegment)
            {
                t.RaiseIf("true", InvalidOpcode);
            }

            t.Machine($"cpu.MoveToSegment({SystemRegister(t.Destination)}, {t.Read(t.Source, 2).Bare})");
            t.SegmentBasesChanged();
        });
        table.Add(Op.Swapgs, t => ChangeBases(t, "cpu.SwapGs()"));
        table.Add(Op.Rdfsbase, t => t.Write(t.Destination, Out(t, "cpu.ReadBase(false, out {0})")));
        table.Add(Op.Rdgsbase, t => t.Write(t.Destination, Out(t, "cpu.ReadBase(true, out {0})")));
        table.Add(Op.Wrfsbase, t => ChangeBases(t, $"cpu.WriteBase(false, {t.Read(t.Source).Bare})"));
        table.Add(Op.Wrgsbase, t => ChangeBases(t, $"cpu.WriteBase(true, {t.Read(t.Source).Bare})"));
        table.Add(Op.Rdmsr, t => t.Machine("cpu.ReadMsr()", new MachineEffects(Rcx, Rax | Rdx)));
        table.Add(Op.Wrmsr, WriteMsr);
        table.Add(Op.Wrmsrns, WriteMsr);
        table.Add(Op.Lsl, t => ReadDescriptor(t, "Lsl"));
        table.Add(Op.Lar, t => ReadDescriptor(t, "Lar"));
        table.Add(Op.Verr, t => t.SetFlags(FlagRules.Zero, ZeroOut(t, zero => $"cpu.Verr({t.Read(t.Source, 2).Bare}, {zero})")));
        table.Add(Op.Verw, t => t.SetFlags(FlagRules.Zero, ZeroOut(t, zero => $"cpu.Verw({t.Read(t.Source, 2).Bare}, {zero})")));
        table.Add(Op.Rdpid, t => t.Write(t.Destination, Value.Atom(Translation.System("TscAux"))));
        table.Add(Op.Invlpg, t =>
        {
            t.Machine($"cpu.Invlpg({t.AddressOf((MemoryOperand)t.Source).Linear.Bare})");
            t.TranslationsChanged();
        });
        table.Add(Op.Invpcid, t =>
        {
            var type = t.Let(t.Read(t.Destination, 8));
            t.Machine($"cpu.Invpcid({type}, {t.AddressOf((MemoryOperand)t.Source).Linear.Bare})");
            t.TranslationsChanged();
        });
        AddDescriptorTables(table);
        AddPlatform(table);
        AddFlags(table);
        AddFences(table);
    }

    /// <summary>The member of <c>Reg</c> that holds a segment register's selector.</summary>
    public static string SegmentName(Register segment) => segment.Number switch { 0 => "Es", 1 => "Cs", 2 => "Ss", 3 => "Ds", 4 => "Fs", _ => "Gs" };

    private static void AddDescriptorTables(Dictionary<Op, Semantic> table)
    {
        table.Add(Op.Sldt, t => StoreSelector(t, Out(t, "cpu.StoreSelector(false, out {0})")));
        table.Add(Op.Str, t => StoreSelector(t, Out(t, "cpu.StoreSelector(true, out {0})")));
        table.AddForStep(Op.Smsw, t => StoreSelector(t, Out(t, "cpu.StoreStatusWord(out {0})"), narrow: false));
        table.AddForStep(Op.Lldt, t => t.Machine($"cpu.Lldt({t.Read(t.Source, 2).Bare})"));
        table.AddForStep(Op.Ltr, t => t.Machine($"cpu.Ltr({t.Read(t.Source, 2).Bare})"));
        table.AddForStep(Op.Lkgs, t => t.Machine($"cpu.LoadKernelGs({t.Read(t.Source, 2).Bare})"));
        table.AddForStep(Op.Lmsw, t => t.Machine($"cpu.LoadStatusWord({t.Read(t.Source, 2).Bare})"));
        table.AddForStep(Op.Clts, t => t.Machine("cpu.ClearTaskSwitched()"));
        table.AddForStep(Op.Sgdt, t => MoveTable(t, "StoreTable", interrupts: false));
        table.AddForStep(Op.Sidt, t => MoveTable(t, "StoreTable", interrupts: true));
        table.AddForStep(Op.Lgdt, t => MoveTable(t, "LoadTable", interrupts: false));
        table.AddForStep(Op.Lidt, t => MoveTable(t, "LoadTable", interrupts: true));
    }

    private static void MoveTable(Translation t, string operation, bool interrupts)
    {
        var address = t.AddressOf((MemoryOperand)t.Source);
        t.RequireAccess($"cpu.{operation}({(interrupts ? "true" : "false")}, {address.Linear.Bare})", address);
    }

    // Time goes by the budget, which is exact in Step only; the host may look at anything when it is asked.
    private static void AddPlatform(Dictionary<Op, Semantic> table)
    {
        table.AddForStep(Op.Invd, t => t.Machine("cpu.InvalidateCaches()"));
        table.AddForStep(Op.Wbinvd, t => t.Machine("cpu.InvalidateCaches()"));
        table.AddForStep(Op.In, t =>
        {
            var value = Out(t, $"cpu.In({Port(t, t.Source)}, {t.Width}, out {{0}})");
            t.WriteRegister(RegisterNumber.Rax, t.Width, value);
        });
        table.AddForStep(Op.Out, t => t.Machine($"cpu.Out({Port(t, t.Destination)}, {t.Width}, {t.Register64(RegisterNumber.Rax)})"));
        table.AddForStep(Op.Cpuid, t => t.Machine("cpu.Cpuid()"));
        table.AddForStep(Op.Rdtsc, t => t.Machine("cpu.ReadTimeStampCounter(false)"));
        table.AddForStep(Op.Rdtscp, t => t.Machine("cpu.ReadTimeStampCounter(true)"));
        table.AddForStep(Op.Rdpmc, t => t.Machine("cpu.ReadPerformanceCounter()"));
        table.AddForStep(Op.Xgetbv, t => t.Machine("cpu.ReadExtendedControl()"));
        table.AddForStep(Op.Xsetbv, t => t.Machine("cpu.WriteExtendedControl()"));

        // CR4.PKE cannot be set: the processor does not enumerate protection keys.
        table.AddForStep(Op.Rdpkru, t => t.RaiseIf("true", InvalidOpcode));
        table.AddForStep(Op.Wrpkru, t => t.RaiseIf("true", InvalidOpcode));
    }

    private static Value Port(Translation t, Operand operand) =>
        operand is ImmediateOperand immediate ? Value.Of((ulong)immediate.Value & 0xff) : t.ReadRegister(RegisterNumber.Rdx, 2);

    private static void AddFlags(Dictionary<Op, Semantic> table)
    {
        table.Add(Op.Cld, t => t.SetSystemFlags(DirectionFlag, false));
        table.Add(Op.Std, t => t.SetSystemFlags(DirectionFlag, true));
        table.Add(Op.Clc, t => t.SetFlags(FlagRules.Carry, Value.Of(0)));
        table.Add(Op.Stc, t => t.SetFlags(FlagRules.Carry, Value.Of(1)));
        table.Add(Op.Cmc, t => t.SetFlags(FlagRules.Carry, t.Let($"{t.TestCondition(Condition.AE)} ? 1UL : 0UL")));
        table.Add(Op.Cli, t => Privileged(t, InterruptFlag, false));
        table.AddForStep(Op.Sti, t => Privileged(t, InterruptFlag, true));
        table.Add(Op.Clac, t => Privileged(t, AlignmentCheck, false));
        table.Add(Op.Stac, t => Privileged(t, AlignmentCheck, true));

        // Bit 1 of the byte reads as 1, bits 3 and 5 as 0: as in RFLAGS.
        table.Add(Op.Lahf, t => t.SetRegister64(
            RegisterNumber.Rax, Value.Of($"{t.Register64(RegisterNumber.Rax)} & 0xffffffffffff00ffUL | ({t.Flags()} & 0xd5UL | 2UL) << 8")));
        table.Add(Op.Sahf, t => t.SetFlags(FlagRules.Sahf, t.Let($"{t.Register64(RegisterNumber.Rax)} >> 8", 1)));
    }

    private static void AddFences(Dictionary<Op, Semantic> table)
    {
        table.Add(Op.Lfence, t => t.Do(Fence("Lfence")));
        table.Add(Op.Mfence, t => t.Do(Fence("Mfence")));
        table.Add(Op.Sfence, t => t.Do(Fence("Sfence")));
        table.Add(Op.Serialize, t => t.Do(Fence("Serialize")));
        table.Add(Op.Endbr64, t => t.EndTracking());
        table.Add(Op.Endbr32, _ => { });
        table.Add(Op.Nop, _ => { });
        table.Add(Op.Pause, _ => { });
    }

    private static string Fence(string kind) => $"cpu.Fence(global::EntryGen.Emulation.FenceKind.{kind});";

    private static int SystemRegister(Operand operand) => ((RegisterOperand)operand).Register.Number;

    // A machine operation with a result: the variable is written whether it succeeds or not.
    private static Value Out(Translation t, string call)
    {
        var result = t.NewTemporary();
        t.Require(string.Format(call, result));
        return result;
    }

    // The new ZF, which comes as a bool.
    private static Value ZeroOut(Translation t, Func<string, string> call)
    {
        var zero = "zero" + t.Instruction.Index;
        t.Require(call("out bool " + zero));
        return t.Let($"{zero} ? 1UL : 0UL");
    }

    private static void ChangeBases(Translation t, string call)
    {
        t.Machine(call);
        t.SegmentBasesChanged();
    }

    // Any MSR may be meant: the bases, EFER, what the paging mode depends on.
    private static void WriteMsr(Translation t)
    {
        t.Machine("cpu.WriteMsr()", new MachineEffects(Rax | Rcx | Rdx));
        t.TranslationsChanged();
        t.BranchTrackingChanged();
    }

    private static void Privileged(Translation t, ulong mask, bool value)
    {
        t.Machine($"cpu.SetFlag({Value.Number(mask)}, {(value ? "true" : "false")})", new MachineEffects(ReadsFlags: true, WritesFlags: true));

        // AC decides whether supervisor accesses may touch user pages.
        if (mask == AlignmentCheck)
        {
            t.PermissionsChanged();
        }
    }

    // To memory always 16 bits; to a register the operand's width, zero-extended.
    private static void MoveFromSegment(Translation t) =>
        StoreSelector(t, Value.Atom(Translation.System(SegmentName(((RegisterOperand)t.Source).Register))));

    private static void StoreSelector(Translation t, Value selector, bool narrow = true) =>
        t.Write(t.Destination, narrow ? selector.Truncate(2) : selector, t.Destination is MemoryOperand ? 2 : t.Width);

    // LSL and LAR: what they find is loaded when ZF becomes 1.
    private static void ReadDescriptor(Translation t, string operation)
    {
        var selector = t.Let(t.Read(t.Source, 2));
        var result = t.NewTemporary();
        var found = ZeroOut(t, zero => $"cpu.{operation}({selector}, out {result}, {zero})");
        var register = ((RegisterOperand)t.Destination).Register;
        var old = t.Let(t.Register64(register.Number));
        var loaded = t.Width == 2 ? $"({old} & 0xffffffffffff0000UL | (ulong)(ushort){result})" : result.ToString();
        t.SetRegister64(register.Number, Value.Of($"{found} != 0 ? {loaded} : {old}"));
        t.SetFlags(FlagRules.Zero, found);
    }
}
