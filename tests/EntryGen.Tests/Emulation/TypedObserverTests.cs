using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>Observers of one kind of event, on generated code.</summary>
public class TypedObserverTests
{
    [Fact]
    public void Each_kind_is_told_to_its_own_observers_with_the_machine_at_the_instruction()
    {
        var guest = new AssembledGuest("movq %rax, (%rdi)\nmovq %rbx, %cr3\ninvlpg (%rdi)\nmovl $0x48, %ecx\nmovl $1, %eax\nxorl %edx, %edx\nwrmsr\nud2", "nop");
        guest.Guest.SetGate(Vectors.InvalidOpcode, guest[1]);
        var machine = guest.Machine;
        var (root, data) = (guest.Guest.Root.Value, Guest.Data);
        (machine[Reg.Rax], machine[Reg.Rbx], machine[Reg.Rdi]) = (7, root, data);
        var log = new List<string>();
        void Add(string line) => log.Add($"{(machine[Reg.Rip] - guest[0]) / 16}: {line}");
        IDisposable[] handles =
        [
            machine.ObserveMemory(access => Add($"{(access.IsWrite ? "write" : "read")} {access.Address} {access.Size} {access.Value}")),
            machine.ObserveControlRegisters(write => Add($"cr{write.Register} {write.Old:x} {write.Operand:x} {write.IsNoFlush}")),
            machine.ObserveTlb(flush => Add($"{flush.Kind} {flush.Pcid} {flush.Page}")),
            machine.ObserveMsrs(write => Add($"msr {write.Index:x} {write.Old} {write.Value}")),
            machine.ObserveExceptions(exception => Add($"vector {exception.Vector} {exception.ErrorCode} {(exception.ReturnAddress.Value - guest[0]) / 16}")),
        ];
        Assert.Equal(StopKind.Reached, machine.RunUntil(guest.Code.Unit, guest.At(0, 7)).Kind);
        string[] expected =
        [
            $"0: write 0x{data:x} 8 7", "1: Pcid 0 ", $"1: cr3 {root:x} {root:x} False", $"2: Page 0 0x{data:x}", "6: msr 48 0 1",
        ];
        Assert.Equal(expected, log);
        handles[0].Dispose();
        machine.Step(guest.Code.Unit);
        Assert.Equal($"{(guest[1] - guest[0]) / 16}: vector 6  7", log[^1]);
        Assert.Equal(expected.Length + 1, log.Count);
    }

    [Fact]
    public void All_of_them_at_once_see_what_each_alone_sees()
    {
        var alone = Enumerable.Range(0, 7).SelectMany(kind => Observed(kind)).Order().ToList();
        var together = Observed([.. Enumerable.Range(0, 7)]).Order().ToList();
        Assert.Equal(alone, together);
        Assert.Equal(7, together.Select(line => line.Split(' ')[0]).Distinct().Count());
    }

    private static List<string> Observed(params int[] kinds)
    {
        var guest = new Guest();
        guest.SetGate(32, Guest.Code + 0x100);
        var unit = new TestUnit($"external\thandler\tfunction\t{TestUnit.Function:x}\t10\t-").At(Guest.Code, static (ref Cpu cpu) =>
        {
            cpu.Rcx = 0x48; // IA32_SPEC_CTRL
            _ = cpu.WriteMsr() && cpu.WriteControl(3, cpu.Cr3) && cpu.Store64(cpu.Rsp - 8, Guest.Code + 16);
            (cpu.Rsp, cpu.Rip) = (cpu.Rsp - 8, TestUnit.Function);
            return default;
        });
        var machine = guest.Machine;
        var log = new List<string>();
        Func<IDisposable>[] observe =
        [
            () => machine.ObserveInstructions(retired => log.Add($"instruction {retired.Address}")),
            () => machine.ObserveMemory(access => log.Add($"memory {access.Address} {access.Value}")),
            () => machine.ObserveControlRegisters(write => log.Add($"control {write.Operand}")),
            () => machine.ObserveMsrs(write => log.Add($"msr {write.Index}")),
            () => machine.ObserveTlb(flush => log.Add($"tlb {flush.Kind}")),
            () => machine.ObserveExceptions(exception => log.Add($"exception {exception.Vector}")),
            () => machine.ObserveCalls(call => log.Add($"call {call.Name} {call.HasModel}")),
        ];
        var handles = kinds.Select(kind => observe[kind]()).ToList();
        machine.Run(unit.Unit);
        machine.Deliver(32);
        handles.ForEach(static handle => handle.Dispose());
        Assert.False(machine.IsObserved);
        return log;
    }

    [Fact]
    public void A_model_can_attach_an_observer_for_what_comes_after_it()
    {
        var guest = new AssembledGuest("nop\ncall model\nnop\nnop\nud2");
        var (machine, seen) = (guest.Machine, new List<VirtualAddress>());
        machine.CFunctions["model"] = (ref Cpu cpu) => cpu.Machine.ObserveInstructions(retired => seen.Add(retired.Address));
        guest.Guest.SetGate(Vectors.InvalidOpcode, Guest.Code + 0x800);
        Assert.Equal(StopKind.Left, machine.Run(guest.Code.Unit).Kind);
        Assert.Equal([guest.At(0, 2), guest.At(0, 3)], seen);
    }

    [Fact]
    public void An_observer_can_detach_itself()
    {
        var guest = new AssembledGuest("nop\nnop\nnop\nud2");
        var seen = new List<VirtualAddress>();
        IDisposable? once = null;
        once = guest.Machine.ObserveInstructions(retired =>
        {
            seen.Add(retired.Address);
            once!.Dispose();
        });
        guest.Machine.RunUntil(guest.Code.Unit, guest.At(0, 3));
        Assert.Equal([guest.At(0, 0)], seen);
        Assert.Throws<ArgumentNullException>(() => guest.Machine.ObserveMemory(null!));
    }

    [Fact]
    public void Runs_within_runs_and_restoring_within_runs_are_refused()
    {
        var guest = new AssembledGuest("nop\nnop\nud2");
        var (machine, unit) = (guest.Machine, guest.Code.Unit);
        var start = machine.Snapshot();
        Action[] misuses = [() => machine.Run(unit), () => machine.Step(unit), () => machine.RunUntil(unit, "s0"), () => machine.Restore(start), machine.Reset];
        foreach (var misuse in misuses)
        {
            using (machine.ObserveInstructions(_ => misuse()))
            {
                Assert.Contains("let the run stop first", Assert.Throws<InvalidOperationException>(() => machine.Step(unit)).Message);
            }

            // The exception ended the run: the machine is usable again.
            machine.Restore(start);
            Assert.Equal(StopKind.None, machine.Step(unit).Kind);
            machine.Restore(start);
        }
    }

    [Fact]
    public void Runs_end_at_a_condition_and_names_are_checked()
    {
        var guest = new AssembledGuest("incq %rax\njmp s0");
        var (machine, unit) = (guest.Machine, guest.Code.Unit);
        Assert.Equal(StopKind.Reached, machine.RunUntil(unit, static machine => machine[Reg.Rax] == 5).Kind);
        Assert.Equal((5UL, guest.At(0, 1)), (machine[Reg.Rax], machine[Reg.Rip]));
        machine.Budget = 3;
        Assert.Equal(StopKind.Budget, machine.RunUntil(unit, static _ => false).Kind);
        Assert.Equal(guest[0], unit.AddressOf("s0").Value);
        Assert.Contains("no code named 's1'", Assert.Throws<ArgumentException>(() => unit.AddressOf("s1")).Message);
        Assert.Throws<ArgumentNullException>(() => machine.RunUntil(unit, (Predicate<Machine>)null!));
    }
}
