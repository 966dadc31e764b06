using EntryGen.Asm;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.States;

namespace EntryGen.OracleTests;

/// <summary>Every place of a Program at which execution starts, with what stands on the stack then: more than the rules look at.</summary>
internal static class StackEntries
{
    /// <summary>Entries that the hardware or a caller reaches in a plain way.</summary>
    public static IEnumerable<AnalyzedEntry> Of(Program program)
    {
        var entries = EntryFinder.Find(program).ToList();
        var known = entries.Select(entry => entry.Item).ToHashSet();
        foreach (var symbol in program.Symbols.Values.Where(symbol => symbol.Item is not null && !known.Contains(symbol.Item)).OrderBy(symbol => symbol.Address))
        {
            if (symbol.Name.StartsWith("asm_fred_entrypoint", StringComparison.Ordinal))
            {
                // The event frame of FRED starts with the error code, always.
                entries.Add(new AnalyzedEntry(symbol.Name, symbol.Item!, EntryShape.Interrupt, HasErrorCode: true));
            }
            else if (symbol.Name.StartsWith("asm_", StringComparison.Ordinal) && symbol.Name.Contains("xen", StringComparison.Ordinal))
            {
                entries.Add(new AnalyzedEntry(symbol.Name, symbol.Item!, EntryShape.Interrupt, HasErrorCode: symbol.Name == "asm_xenpv_exc_double_fault"));
            }
            else if (symbol.Name is "__switch_to_asm" or "rewind_stack_and_make_dead" or "entry_ibpb" or "clear_bhb_loop" or "asm_fred_entry_from_kvm" || symbol.Name.EndsWith("_thunk", StringComparison.Ordinal))
            {
                entries.Add(new AnalyzedEntry(symbol.Name, symbol.Item!, EntryShape.Call, StackObject.Thread));
            }
        }

        return entries;
    }

    /// <summary>The stubs of device interrupts, one a vector, of which only the first has a name.</summary>
    public static IEnumerable<AnalyzedEntry> Stubs(Program program, FlowGraph flow)
    {
        foreach (var name in new[] { "irq_entries_start", "spurious_entries_start" })
        {
            for (var item = program.Symbols.TryGetValue(name, out var symbol) ? symbol.Item : null; item is not null; item = StubBehind(program, flow, item))
            {
                yield return new AnalyzedEntry(name, item, EntryShape.Interrupt);
            }
        }
    }

    /// <summary>Entries with a stack of their own.</summary>
    public static IEnumerable<Scenario> OtherScenarios(Program program, FeatureSpace space)
    {
        var factory = new ScenarioFactory(program, space);
        foreach (var name in new[] { "ret_from_fork", "ret_from_fork_asm" })
        {
            if (program.Symbols.TryGetValue(name, out var symbol) && symbol.Item is { } item)
            {
                // struct fork_frame: what the new task's first switch pops, then its pt_regs.
                yield return OnStack(factory, new AnalyzedEntry(name, item, EntryShape.Call), AbstractValue.OnStack(StackObject.Thread, -21 * 8));
            }
        }

        if (program.Symbols.TryGetValue("xen_failsafe_callback", out var failsafe) && failsafe.Item is { } callback)
        {
            // Xen pushes RCX, R11, DS, ES, FS and GS below the frame.
            var entry = new AnalyzedEntry(failsafe.Name, callback, EntryShape.Interrupt);
            foreach (var scenario in factory.Of(entry))
            {
                yield return OnStack(scenario, scenario.State.StackPointer.Add(AbstractValue.Constant(unchecked((ulong)(-6 * 8)))));
            }
        }
    }

    private static Scenario OnStack(ScenarioFactory factory, AnalyzedEntry entry, AbstractValue pointer) => OnStack(factory.Of(entry).First(), pointer);

    private static Scenario OnStack(Scenario scenario, AbstractValue pointer)
    {
        var state = scenario.State;
        var registers = state.Registers.ToArray();
        registers[AbstractState.Rsp] = pointer;
        return scenario with
        {
            State = new AbstractState(registers) { Cr3 = state.Cr3, GsBase = state.GsBase, KernelGsBase = state.KernelGsBase, Flags = state.Flags, Memory = state.Memory },
        };
    }

    // The next item that nothing goes to, before the next named one.
    private static CodeItem? StubBehind(Program program, FlowGraph flow, CodeItem stub)
    {
        var named = program.Symbols.Values.Select(symbol => symbol.Item).OfType<CodeItem>().ToHashSet();
        for (var i = stub.Index + 1; i < program.Items.Count && !named.Contains(program.Items[i]) && program.Items[i].Section == stub.Section; i++)
        {
            if (flow.Predecessors(program.Items[i]).Count == 0)
            {
                return program.Items[i];
            }
        }

        return null;
    }
}
