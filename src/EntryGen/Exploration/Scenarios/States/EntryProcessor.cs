using System.Numerics;
using System.Runtime.CompilerServices;
using EntryGen.Emulation;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Exploration.Scenarios.Translations;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>Takes transitions on a live machine: one instruction or C function, or an event; and looks at the properties on the way.</summary>
internal sealed class EntryProcessor : IMachineObserver
{
    // No entry is as long; what runs on without a choice for longer never ends.
    public const int LongestRun = 4096;

    // Nor does one call as many C functions that have a choice.
    public const int MostChoices = 256;

    // Flags that interrupted code may have set, and that entry code must not pass on to C code: C code counts on DF, and SMAP on AC, being clear.
    private const ulong Hostile = Flags.DF | Flags.AC;

    private const ulong Garbage = 0x6A4B_A6E0_0000_0000;

    private readonly ScenarioSetup _setup;
    private readonly Machine _machine;
    private readonly EntryUnit _unit;
    private readonly ulong[] _file;
    private readonly (EntryProperty Property, ulong Bit)[][] _properties;
    private readonly bool _mayRunStraight;
    private ulong _knownCr3;
    private readonly FlushMask _mask;
    private readonly bool _tracksCr3;
    private readonly bool _isFred;
    private ulong _retired;
    private bool _isInHandler;

    public EntryProcessor(ScenarioSetup setup)
    {
        _setup = setup;
        _isFred = setup.Scenario.Options.Fred;
        Environment = setup.CreateEnvironment();
        _machine = Environment.Machine;
        _file = _machine.Registers;
        _unit = setup.Scenario.Unit;
        Ghost = new Ghost(setup.Levels);
        _mask = new FlushMask(Environment);
        var roots = Roots();
        var page = setup.Scenario.HasWorstCaseTlb ? new ProbePage(Environment, roots) : null;
        Translations = page is null ? null : new TranslationChoices();
        Spaces = new AddressSpaces(Environment, Ghost, _mask, roots, page);
        State = new EntryState(Environment, Ghost, Spaces);
        _tracksCr3 = Environment.Options.Pti && (_mask.Exists || setup.HasOtherMms);
        _properties = [.. Enum.GetValues<Moments>().Where(moment => moment != Moments.None).Select(moment => AskedAt(setup.Properties, moment))];
        Start();

        // Besides, with an observer the unit counts every instruction, so that it runs as many as are asked for.
        _machine.Observe(new Cr3Watch(this));
        _mayRunStraight = Translations is null && setup.Properties.All(property => property.OverlooksPlainSteps || (property.At & Moments.Step) == 0);
    }

    public KernelEnvironment Environment { get; }

    public Ghost Ghost { get; }

    public EntryState State { get; }

    /// <summary>The kernel's bookkeeping of address spaces.</summary>
    public AddressSpaces Spaces { get; }

    /// <summary>Which translations are used, where the TLB is at its worst; null where it is not.</summary>
    public TranslationChoices? Translations { get; }

    /// <summary>Whether the run would never end.</summary>
    public bool IsEndless { get; private set; }

    /// <summary>What the C function at RIP has just done; null when it has returned.</summary>
    public string? HandlerStep => Ghost.Level > 0 && (byte)Ghost.Handler is > 0 and var number && _setup.Effects[number - 1] is var effect
        ? $"{effect.Name}, step {(byte)(Ghost.Handler >> 8)} of {effect.Steps.Count}"
        : null;

    /// <summary>Whether the C function at RIP has several things that it may do.</summary>
    public bool HasEffects => Place is { Kind: CodeKind.Function } && Effects.Length > 1 && (byte)Ghost.Handler == 0;

    /// <summary>What the C function at RIP may do.</summary>
    public ReadOnlySpan<HandlerEffect> Effects => _setup.EffectsOf((Ghost.Interrupted(Ghost.Level - 1, Reg.Cs) & 3) == 3 && _mask.Exists);

    /// <summary>Where control is, for <see cref="LoopWatch"/>: the place, the stack and the level, and at a function from where it is called. A state that comes again has the same.</summary>
    public ulong LoopPlace
    {
        get
        {
            var rsp = _file[(int)Reg.Rsp];
            var caller = Place is { Kind: CodeKind.Function } && _machine.TryTranslate(rsp, out _) ? _machine.Peek<ulong>(rsp) : 0;
            var mixed = (_file[(int)Reg.Rip] * 0x9E37_79B9_7F4A_7C15) ^ (rsp * 0xC2B2_AE3D_27D4_EB4F) ^ (caller * 0x1656_67B1_9E37_79F9) ^ (ulong)Ghost.Level;
            mixed ^= mixed >> 32;
            return (mixed * 0xD6E8_FEB8_6659_FD93) | 1;
        }
    }

    /// <summary>Why the entry was reached, in words.</summary>
    public string Description { get; private set; } = "";

    /// <summary>Whether nothing can follow.</summary>
    public bool IsOver => Ghost.IsHalted || (Ghost.Level == 0 && Ghost.EventsLeft == 0);

    /// <summary>Where RIP is, if there is code that can run: not after everything has returned.</summary>
    public CodePlace? Place => Ghost.Level == 0 ? null : _setup.Code.At(_file[(int)Reg.Rip]);

    /// <summary>Whether an event may happen at the present boundary: the hardware's rules, then what the kernel rules out.</summary>
    public bool MayHappen(InjectedEvent injected)
    {
        if (Ghost.EventsLeft == 0 || Ghost.Level == Ghost.MostLevels || Ghost.IsHalted || IsAnotherPart(injected))
        {
            return false;
        }

        if (injected.IsFault)
        {
            return MayFault(injected.Event);
        }

        var state = _file[(int)Reg.EventState];
        var isShadowed = (state & EventBits.MovSsShadow) != 0;
        return injected.Event switch
        {
            InjectedEvents.Nmi => (state & EventBits.NmiBlocked) == 0 && !isShadowed,
            InjectedEvents.MachineCheck => (state & EventBits.MachineCheckInProgress) == 0 && !IsRuledOut(injected),
            InjectedEvents.Debug => !isShadowed && !IsRuledOut(injected),
            _ => _machine.AcceptsInterrupts,
        };
    }

    /// <summary>Whether the instruction at RIP may fault so: a return only to user mode, whose frame holds what user code chose.</summary>
    private bool MayFault(InjectedEvents fault)
    {
        const int CsOffset = 8;
        if (Place is not { Instruction: not null } place || (_setup.FaultsAt(place) & fault) == 0)
        {
            return false;
        }

        var cs = _file[(int)Reg.Rsp] + CsOffset;
        return place.Kind != CodeKind.Return || _isFred || (_machine.TryTranslate(cs, out _) && (_machine.Peek<ulong>(cs) & 3) == 3);
    }

    // Of a scenario that was split, only runs that begin with one of the events.
    private bool IsAnotherPart(InjectedEvent injected) =>
        _setup.Scenario.FirstEvent is { } first && injected.Event != first && Ghost.EventsLeft == _setup.Scenario.MostEvents;

    /// <summary>Is told of each instruction, C function and event on the way; null when nobody is.</summary>
    public Action<CodePlace?, Choice>? Stepped { get; set; }

    /// <summary>Is told of each property that is broken, at that moment; null when nobody is.</summary>
    public Action<EntryProperty, EntryState>? Broke { get; set; }

    /// <summary>Takes a transition and what follows of itself, where runs without a choice are one transition.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Take(Choice choice)
    {
        Translations?.Begin(choice.Translations);
        TakeOne(choice);
        if (_setup.CountsRuns && Ghost.EventsLeft == 0 && choice.Event is null && !IsOver)
        {
            Ghost.Count(isChoice: choice.Effect is not null);
            if (Ghost.Counted is { Choices: MostChoices } or { Others: LongestRun })
            {
                EndForever();
                return;
            }
        }

        for (var steps = 1; _setup.Scenario.IsReduced && Ghost is { EventsLeft: 0, Broken: 0 } && !IsOver && !HasEffects && Translations is not { HasChosen: true }; steps++)
        {
            if (steps == LongestRun)
            {
                EndForever();
                return;
            }

            if (_mayRunStraight && Stepped is null && RunStraight(LongestRun - steps) is > 0 and var done)
            {
                steps += done - 1;
            }
            else
            {
                TakeOne(default);
            }
        }
    }

    /// <summary>Says of the run that it goes on like this for ever.</summary>
    public void EndForever()
    {
        IsEndless = true;
        Halt(new Stop(StopKind.Budget));
    }

    /// <summary>Runs instructions between which there is nothing to look at, as long as one follows the other. One that faults is left to <see cref="TakeOne"/>: it has done nothing.</summary>
    /// <param name="most">The most to run.</param>
    /// <returns>How many have run.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int RunStraight(int most)
    {
        var place = Place;
        if (place is null || Ghost.KindOf(Ghost.Level - 1) == EntryKind.Call || _setup.StraightRuns.LengthAt(place) == 0)
        {
            return 0;
        }

        Begin();
        var budget = _machine.Budget;
        var cpu = new Cpu(_machine);
        var done = 0;
        while (done < most && place is not null && _setup.StraightRuns.LengthAt(place) is > 0 and var length)
        {
            length = Math.Min(length, most - done);
            var mask = _tracksCr3 ? _mask.Value : (ushort)0;
            _machine.Budget = length;
            _unit.Run(ref cpu);
            var ran = length - (int)_machine.Budget;
            _setup.Covered.AsSpan(_setup.Code.ChosenAt(place)!.Number, ran).Fill(true);
            if (_tracksCr3 && _mask.Value is var after && after != mask)
            {
                Spaces.NoteMask(mask, after);
            }

            done += ran;
            if (ran < length)
            {
                break;
            }

            // A jump or call may have led away from all code: then activations end here.
            var last = _setup.Code.Places[_setup.Code.ChosenAt(place)!.Number + length - 1];
            place = _setup.Code.At(_file[(int)Reg.Rip]);
            if (place is null)
            {
                State.Executed = last.Instruction;
                EndActivations(last);
                Finish(default);
            }
        }

        _machine.Budget = budget - done;
        return done;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TakeOne(Choice choice)
    {
        var place = choice.Event is null ? Place : null;
        if (choice.Event is { } injected)
        {
            Inject(injected);
        }
        else
        {
            Step(choice.Effect);
        }

        Stepped?.Invoke(place, Translations is null ? choice : choice with { Translations = Translations.Number });
    }

    private void Inject(InjectedEvent injected)
    {
        Begin();
        TakeUndefined();
        Ghost.EventsLeft--;
        if (injected.IsFault && Place is { Kind: CodeKind.Return })
        {
            // IRET lets NMIs in also when it faults (SDM vol. 3A, 6.7.1).
            _file[(int)Reg.EventState] &= ~EventBits.NmiBlocked;
        }

        Ghost.Push(_file, injected.Vector, _isFred ? EntryKind.Fred : injected.Entry.Kind, injected.IsFault);
        if (injected.Event == InjectedEvents.Nmi)
        {
            Ghost.OwesNmi = true;
        }

        var stop = injected.Event == InjectedEvents.Nmi ? _machine.DeliverNmi() : _machine.Deliver(injected.Vector);
        Finish(stop);
    }

    /// <summary>Runs the instruction or C function at RIP, or one step of what the function does. A fault is delivered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Step(HandlerEffect? chosen)
    {
        Begin();
        var place = Place;
        if (place is null)
        {
            Halt(new Stop(StopKind.Left));
            return;
        }

        if (place.Kind is CodeKind.Function or CodeKind.StackFunction && CallIsUnderWay(place, chosen))
        {
            Finish(default);
            return;
        }

        var mask = _tracksCr3 ? _mask.Value : (ushort)0;
        var cpu = new Cpu(_machine);
        var instruction = _setup.Code.ChosenAt(place);
        var stop = instruction is null && place.IsInstruction ? StepAndSee(ref cpu, place) : _unit.Step(ref cpu);
        place = instruction ?? _setup.Code.ChosenAt(place) ?? place;
        _setup.Covered[place.Number] = true;
        State.Executed = place.Instruction;
        if (_tracksCr3 && _mask.Value is var after && after != mask)
        {
            Spaces.NoteMask(mask, after);
        }

        if (stop.Kind == StopKind.Fault)
        {
            stop = Fault(stop);
        }
        else if (stop.Kind is StopKind.None or StopKind.Left)
        {
            stop = default;
            EndActivations(place);
        }

        Finish(stop);
    }

    /// <inheritdoc/>
    ObservedEvents IMachineObserver.Events => ObservedEvents.Instructions;

    /// <inheritdoc/>
    void IMachineObserver.Retired(Machine machine, ulong address) => _retired = address;

    /// <summary>RIP may stand before the choice between the codes of an alternative: the first step shows which of them the features choose.</summary>
    private Stop StepAndSee(ref Cpu cpu, CodePlace place)
    {
        _retired = 0;
        using (_machine.Observe(this))
        {
            var stop = _unit.Step(ref cpu);
            if (_retired != 0)
            {
                _setup.Code.Choose(place, _retired);
            }

            return stop;
        }
    }

    private void Start()
    {
        var scenario = _setup.Scenario;
        _machine.Budget = long.MaxValue / 2;
        var start = scenario.Start;

        // After SYSENTER a path of its own replaces all flags when AC is set: then DF would never reach C code.
        var hostile = Environment.EntryPoint(scenario.Entry).Kind == EntryKind.Sysenter ? Flags.DF : Hostile;
        var activation = Environment.Start(scenario.Entry, start with { Flags = start.Flags | hostile });
        _machine.Budget = long.MaxValue / 2;
        if (!activation.Entry.InIdt)
        {
            // What a hypervisor calls had the gate for this once; the next event of its vector comes through the IDT as it is.
            _setup.SetGates(Environment);
        }

        Description = activation.Description;
        Ghost.EventsLeft = scenario.MostEvents;
        _machine.Choices = Translations;
        Spaces.Reset(scenario.Options.Asid, scenario.Options.UserFlushPending);
        var vector = activation.Entry.Vector ?? (_isFred ? start.Vector ?? (start.From == Side.User ? Ghost.NoVector : LinuxVectors.Device) : Ghost.NoVector);
        Ghost.Push(activation.Registers, vector, activation.Entry.Kind, isFault: false);
        Ghost.ResumeAt(activation.ResumeAddress.Value);
        Ghost.OwesNmi = activation.Entry.Kind == EntryKind.Nmi || vector == Vectors.Nmi;
        Finish(activation.Delivery);
    }

    private void Begin()
    {
        Ghost.Broken = 0;
        State.KeepsOwed = false;
        State.Executed = null;
        if (Spaces.HasScheduled)
        {
            Spaces.ForgetSchedule();
        }

        if (Translations is not null)
        {
            Spaces.ForgetUse();
        }
    }

    /// <summary>
    /// Registers that a C function left undefined become garbage like any other: to save and restore them is no use of what they hold. Whether the
    /// interrupted code uses them shows where it is not interrupted.
    /// </summary>
    private void TakeUndefined()
    {
        for (var register = 0; register < 16; register++)
        {
            if (_file[register] == Cpu.Poison + (ulong)register)
            {
                _file[register] = Garbage + (ulong)register;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish(Stop stop)
    {
        if (stop.Kind != StopKind.None)
        {
            Halt(stop);
            return;
        }

        Look(Moments.Step);
        if (Ghost.Level > 0 && _setup.Code.At(_file[(int)Reg.Rip]) is null)
        {
            Halt(new Stop(StopKind.Left));
        }
        else if (!KnowsCr3() && (Translations is null || !Spaces.KnowsTable(_file[(int)Reg.Cr3])))
        {
            // What happens now depends on what is in the TLB, which is part of a state only where it is at its worst.
            Ghost.IsHalted = true;
            _setup.Cuts.TryAdd(RunCut.UnknownCr3, true);
        }
        else if (IsOver)
        {
            Look(Moments.End);
        }
    }

    private void Halt(Stop stop)
    {
        State.Stop = stop;
        Look(Moments.Stop);
        Ghost.IsHalted = true;
        if (RunCut.Of(stop, Environment.Unit, _file[(int)Reg.Rip]) is { } cut)
        {
            _setup.Cuts.TryAdd(cut, true);
        }
    }

    /// <summary>Before a C function: does the next step of what it does to the address space, if there is one left.</summary>
    private bool CallIsUnderWay(CodePlace place, HandlerEffect? chosen)
    {
        var number = (byte)Ghost.Handler;
        if (number == 0)
        {
            Call(place);
            if (place.Kind == CodeKind.StackFunction)
            {
                return false;
            }

            chosen ??= Effects[0];
            number = (byte)(1 + IndexOf(chosen));
            Ghost.Handler |= number;
        }

        var effect = _setup.Effects[number - 1];
        var step = (int)(byte)(Ghost.Handler >> 8);
        if (step == effect.Steps.Count)
        {
            Ghost.Handler &= ~0xFFFFUL;
            return false;
        }

        Ghost.Handler += 1UL << 8;
        _isInHandler = true;
        effect.Steps[step](Spaces);
        _isInHandler = false;
        return true;
    }

    private int IndexOf(HandlerEffect effect)
    {
        var number = 0;
        while (!ReferenceEquals(_setup.Effects[number], effect))
        {
            number++;
        }

        return number;
    }

    private void Call(CodePlace place)
    {
        State.Function = place.Name;
        Look(Moments.Call);
        if (place.Kind == CodeKind.Function && Ghost.VectorOf(Ghost.Level - 1) == Vectors.Nmi)
        {
            Ghost.OwesNmi = false;
        }
    }

    private Stop Fault(Stop fault)
    {
        State.Stop = fault;
        if (!_unit.Fixups.ContainsKey(_file[(int)Reg.Rip]))
        {
            Look(Moments.Fault);
        }

        if (Ghost.Level == Ghost.MostLevels)
        {
            return fault;
        }

        Ghost.Push(_file, fault.Vector, _isFred ? EntryKind.Fred : EntryKind.Interrupt, isFault: true);
        return _machine.Deliver(fault);
    }

    /// <summary>An instruction that may end activations has run: which of them has it ended?</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EndActivations(CodePlace place)
    {
        var level = Ghost.Level - 1;
        var rip = _file[(int)Reg.Rip];
        var isReturn = place.Kind == CodeKind.Return
            || _setup.Code.At(rip) is null
            || (Ghost.KindOf(level) == EntryKind.Call && rip == Ghost.Interrupted(level, Reg.Rip));
        if (!isReturn)
        {
            return;
        }

        if ((_file[(int)Reg.Cs] & 3) == 3)
        {
            // Control is with user code: whatever was in progress is over.
            Ghost.PopTo(1);
            level = 0;
        }
        else if (rip != Ghost.Interrupted(level, Reg.Rip) && !IsLanding(level, rip) && _setup.Code.At(rip) is not null)
        {
            // An IRET within the entry, as an NMI that was asked to repeat makes.
            return;
        }

        Look(Moments.Return);
        Ghost.PopTo(level);
    }

    private ulong[] Roots()
    {
        var process = Environment.KernelCr3 & ~Cr3Bits.PcidMask;
        return _setup.HasOtherMms
            ? [ulong.MaxValue, Environment.AddProcess(), process, Environment.AddProcess()]
            : [ulong.MaxValue, ulong.MaxValue, process, ulong.MaxValue];
    }

    private bool IsLanding(int level, ulong rip) =>
        Ghost.IsFault(level) && _unit.Fixups.TryGetValue(Ghost.Interrupted(level, Reg.Rip), out var fixup) && fixup.Landing == rip;

    /// <summary>
    /// What the kernel sees to that it does not happen: a debug exception or machine check inside one that is being handled (DR7 is cleared, MCIP is set), and
    /// either of them in the first part of an NMI, where the IRET from it would let in an NMI that overwrites the only frame.
    /// </summary>
    private bool IsRuledOut(InjectedEvent injected)
    {
        if (!_setup.Scenario.KernelAssumptions)
        {
            return false;
        }

        if (Ghost.Handles(injected.Vector))
        {
            return true;
        }

        return _setup.NmiPrologue is { } prologue && _file[(int)Reg.Rip] >= prologue.First && _file[(int)Reg.Rip] < prologue.End;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Look(Moments moment)
    {
        foreach (var (property, bit) in _properties[BitOperations.TrailingZeroCount((uint)moment)])
        {
            State.Moment = moment;
            if (!property.Holds(State))
            {
                Ghost.Broken |= bit;
                Broke?.Invoke(property, State);
            }
        }
    }

    private static (EntryProperty Property, ulong Bit)[] AskedAt(IReadOnlyList<EntryProperty> properties, Moments moment) =>
        [.. properties.Select((property, index) => (property, 1UL << index)).Where(asked => (asked.property.At & moment) != 0)];

    private bool KnowsCr3()
    {
        var cr3 = _file[(int)Reg.Cr3];
        if (cr3 != _knownCr3 && Spaces.KnowsCr3(cr3))
        {
            _knownCr3 = cr3;
        }

        return cr3 == _knownCr3;
    }

    /// <summary>Tells the bookkeeping of values that entry code writes to CR3.</summary>
    private sealed class Cr3Watch(EntryProcessor processor) : IMachineObserver
    {
        ObservedEvents IMachineObserver.Events => processor._tracksCr3 ? ObservedEvents.ControlRegisters : ObservedEvents.None;

        void IMachineObserver.ControlWrite(Machine machine, int register, ulong old, ulong operand)
        {
            // What a handler writes, the bookkeeping knows.
            if (register == 3 && !processor._isInHandler)
            {
                processor.State.KeepsOwed |= processor.Spaces.NoteCr3Write(operand);
            }
        }
    }
}
