using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

public class RunTests
{
    private const ulong Handler = Guest.Code + 0x100;

    [Fact]
    public void A_run_leaves_with_the_unit()
    {
        var guest = new Guest();
        var unit = new TestUnit().Nop(Guest.Code).Nop(Guest.Code + 16);
        Assert.Equal(StopKind.Left, guest.Machine.Run(unit.Unit).Kind);
        Assert.Equal(Guest.Code + 32, guest.Registers(Reg.Rip));
        Assert.Equal(Machine.DefaultBudget - 2, guest.Machine.Budget);
    }

    [Fact]
    public void A_fault_goes_to_the_guests_handler_and_back_to_the_instruction()
    {
        var guest = new Guest();
        guest.SetGate(14, Handler);
        guest.Unmap(Guest.Data);
        var unit = new TestUnit()
            .At(Guest.Code, static (ref Cpu cpu) =>
            {
                if (!cpu.Load64(Guest.Data, out var value))
                {
                    return cpu.Fault();
                }

                (cpu.Rax, cpu.Rip) = (value, cpu.Rip + 16);
                return default;
            })
            .At(Handler, (ref Cpu cpu) =>
            {
                guest.ChangeEntry(Guest.Data, PageTableBits.Present);
                cpu.Rbx = cpu.Cr2;
                cpu.Rsp += 8;
                cpu.Rip += 16;
                return default;
            })
            .Iretq(Handler + 16);
        guest.Machine.Poke(Guest.StackTop - 8, 0UL);
        guest.ChangeEntry(Guest.Data, PageTableBits.Present);
        guest.Machine.Poke(Guest.Data, 42UL);
        guest.Unmap(Guest.Data);
        Assert.Equal(StopKind.Left, guest.Machine.Run(unit.Unit).Kind);
        Assert.Equal((42UL, Guest.Data, Guest.Code + 16), (guest.Registers(Reg.Rax), guest.Registers(Reg.Rbx), guest.Registers(Reg.Rip)));
        Assert.Equal(Guest.StackTop, guest.Registers(Reg.Rsp));
    }

    [Fact]
    public void A_handler_that_cannot_be_fetched_ends_by_the_budget_or_in_shutdown()
    {
        var guest = new Guest();
        guest.SetGate(6, 0xffff_ffff_9000_0000, ist: 1);
        guest.SetGate(14, 0xffff_ffff_9000_0000, ist: 1);
        var unit = new TestUnit().At(Guest.Code, static (ref Cpu cpu) => cpu.Raise(Vectors.InvalidOpcode));
        guest.Machine.Budget = 100;
        Assert.Equal(StopKind.Budget, guest.Machine.Run(unit.Unit).Kind);

        guest = new Guest();
        Assert.Equal(StopKind.Shutdown, guest.Machine.Run(unit.Unit).Kind);
    }

    [Fact]
    public void A_latched_NMI_comes_in_right_after_IRET()
    {
        var guest = new Guest();
        guest.SetGate(2, Handler, ist: 1);
        var unit = new TestUnit().Nop(Guest.Code).Nop(Handler).Iretq(Handler + 16);
        Assert.Equal(default, guest.Machine.DeliverNmi());
        Assert.Equal(default, guest.Machine.DeliverNmi());
        var log = new Log();
        using (guest.Machine.Observe(log))
        {
            Assert.Equal(StopKind.Left, guest.Machine.Run(unit.Unit).Kind);
        }

        string[] expected = ["nop", "iret", "deliver 2", "nop", "iret", "main"];
        Assert.Equal(expected, log.Lines);
        Assert.Equal(0UL, guest.Registers(Reg.EventState));
    }

    [Fact]
    public void A_function_without_a_model_poisons_the_caller_saved_registers()
    {
        var guest = Call(out var unit, models: []);
        guest.Machine[Reg.Rbx] = 7;
        Assert.Equal(StopKind.Left, guest.Machine.Run(unit.Unit).Kind);
        Assert.Equal(Cpu.Poison, guest.Registers(Reg.Rax));
        Assert.Equal(Cpu.Poison + 11, guest.Registers(Reg.R11));
        Assert.Equal((7UL, Guest.StackTop, Guest.Code + 16), (guest.Registers(Reg.Rbx), guest.Registers(Reg.Rsp), guest.Registers(Reg.Rip)));
    }

    [Fact]
    public void The_units_model_goes_before_the_machines()
    {
        var guest = Call(out var unit, static (ref Cpu cpu) => cpu.Rax = 1);
        guest.Machine.CFunctions["handler"] = static (ref Cpu cpu) => cpu.Rax = 2;
        guest.Machine.Run(unit.Unit);
        Assert.Equal(1UL, guest.Registers(Reg.Rax));

        guest = Call(out unit, models: []);
        guest.Machine.CFunctions["handler"] = static (ref Cpu cpu) => cpu.Rax = 2;
        guest.Machine.Run(unit.Unit);
        Assert.Equal(2UL, guest.Registers(Reg.Rax));

        guest.Machine.CFunctions["handler"] = static (ref Cpu cpu) => cpu.StopAs(new Stop(StopKind.NoReturn));
        guest.Machine[Reg.Rip] = TestUnit.Function;
        Assert.Equal(StopKind.NoReturn, guest.Machine.Run(unit.Unit).Kind);
    }

    [Fact]
    public void A_model_that_faults_is_resumed_after_the_handler()
    {
        var guest = Call(out var unit, static (ref Cpu cpu) => cpu.Rax = cpu.Read<ulong>(Guest.Data) + 1);
        guest.SetGate(14, Handler);
        guest.Unmap(Guest.Data);
        unit.At(Handler, (ref Cpu cpu) =>
            {
                guest.ChangeEntry(Guest.Data, PageTableBits.Present);
                cpu.Rsp += 8;
                cpu.Rip += 16;
                return default;
            })
            .Iretq(Handler + 16);
        Assert.Equal(StopKind.Left, guest.Machine.Run(unit.Unit).Kind);
        Assert.Equal((1UL, Guest.StackTop), (guest.Registers(Reg.Rax), guest.Registers(Reg.Rsp)));
    }

    [Fact]
    public void Features_choose_bits_by_the_units_order()
    {
        var unit = new TestUnit("feature\t0\tX86_FEATURE_PTI\nfeature\t1\tPCID\nfeature\t2\tFSGSBASE");
        var machine = new Guest(FeatureSet.Pti).Machine;
        Assert.Equal(0b011UL, machine.Cpu.FeatureMask(unit.Unit));
        machine.Features = FeatureSet.None.With("X86_FEATURE_FSGSBASE");
        Assert.Equal(0b100UL, machine.Cpu.FeatureMask(unit.Unit));
    }

    private static Guest Call(out TestUnit unit, params CFunction[] models)
    {
        var guest = new Guest();
        var tables = $"external\thandler\tfunction\t{TestUnit.Function:x}\t10\t-\n" + (models.Length > 0 ? "function\thandler\t0" : "");
        unit = new TestUnit(tables, models).At(Guest.Code, static (ref Cpu cpu) =>
        {
            if (!cpu.Store64(cpu.Rsp - 8, cpu.Rip + 16))
            {
                return cpu.StackFault();
            }

            (cpu.Rsp, cpu.Rip) = (cpu.Rsp - 8, TestUnit.Function);
            return default;
        });
        return guest;
    }

    private sealed class Log : IMachineObserver
    {
        public List<string> Lines { get; } = [];

        public void Retired(Machine machine, ulong address) => Lines.Add(address switch
        {
            Guest.Code => "main",
            Handler => "nop",
            _ => "iret",
        });

        public void Delivered(Machine machine, byte vector, uint? errorCode, ulong returnAddress) => Lines.Add($"deliver {vector}");
    }
}
