using EntryGen.Emulation;

namespace EntryGen.Tests.Emission;

/// <summary>Where a unit meets what is around it: C functions and their poison, features, code that is not modelled, the world outside.</summary>
public class UnitEdgeTests
{
    private static readonly Lazy<EmulatedUnit> _code = new(() => EmulatedUnit.OfSnippets(
    [
        " call model\n mov %rax, %rbx\n hlt",
        " call stranger\n xorl %ecx, %ecx\n mov %rdx, %rbx\n hlt",
        " ALTERNATIVE \"mov $1, %eax\", \"mov $2, %eax\", X86_FEATURE_PTI\n ALTERNATIVE \"\", \"mov $4, %ebx\", X86_FEATURE_SMAP\n push %rax\n hlt",
        " .code32\n inc %eax\n .code64\n hlt",
        " mov $-1, %rdi\n ret",
        " call 1f\n hlt\n1: lea 2f(%rip), %rax\n jmp *%rax\n ud2\n2: ret",
    ]));

    [Fact]
    public void A_model_runs_with_the_registers_and_its_result_is_used()
    {
        foreach (var (guest, execute) in Forms("s0"))
        {
            guest.Machine.CFunctions["model"] = static (ref Cpu cpu) => cpu.Rax = cpu.Rdi + 1;
            guest[Reg.Rdi] = 41;
            Assert.Equal(StopKind.Halted, execute(guest).Kind);
            Assert.Equal(42UL, guest[Reg.Rbx]);
            Assert.Equal(10_000 - 4, guest.Machine.Budget);
        }
    }

    [Fact]
    public void A_register_that_a_function_left_undefined_stops_its_first_use_and_no_overwriting()
    {
        foreach (var (guest, execute) in Forms("s1"))
        {
            Assert.Equal(new Stop(StopKind.UndefinedValue, Address: 2), execute(guest));
            Assert.Equal(_code.Value["s1"] + 32, guest[Reg.Rip]);
            Assert.Equal(0UL, guest[Reg.Rcx]);
            Assert.Equal(0UL, guest[Reg.Rbx]);
        }
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0, "PTI")]
    [InlineData(1, 4, "SMAP")]
    [InlineData(2, 4, "PTI", "SMAP")]
    public void Features_choose_the_code(ulong rax, ulong rbx, params string[] features)
    {
        foreach (var (guest, execute) in Forms("s2", features))
        {
            Assert.Equal(StopKind.Halted, execute(guest).Kind);
            Assert.Equal((rax, rbx), (guest[Reg.Rax], guest[Reg.Rbx]));
        }
    }

    [Fact]
    public void What_is_not_modelled_stops_before_it()
    {
        foreach (var (guest, execute) in Forms("s3"))
        {
            Assert.Equal(StopKind.Unmodelled, execute(guest).Kind);
            Assert.Equal(_code.Value["s3"], guest[Reg.Rip]);
            Assert.Equal(10_000, guest.Machine.Budget);
        }
    }

    [Fact]
    public void A_return_to_an_address_outside_leaves()
    {
        foreach (var (guest, execute) in Forms("s4"))
        {
            guest.Machine.Poke(guest[Reg.Rsp], 0xffff_ffff_1234_5670UL);
            Assert.Equal(StopKind.Left, execute(guest).Kind);
            Assert.Equal(0xffff_ffff_1234_5670UL, guest[Reg.Rip]);
            Assert.Equal(ulong.MaxValue, guest[Reg.Rdi]);
        }
    }

    [Fact]
    public void Calls_and_indirect_jumps_inside_the_unit_come_back()
    {
        foreach (var (guest, execute) in Forms("s5"))
        {
            Assert.Equal(StopKind.Halted, execute(guest).Kind);
            Assert.Equal(Guest.StackTop - 0x800, guest[Reg.Rsp]);
            Assert.Equal(10_000 - 5, guest.Machine.Budget);
        }
    }

    private static IEnumerable<(Guest Guest, Func<Guest, Stop> Execute)> Forms(string entry, params string[] features)
    {
        foreach (var execute in new Func<Guest, Stop>[] { _code.Value.Run, _code.Value.RunBySteps })
        {
            var guest = new Guest(_code.Value.Unit, features);
            guest[Reg.Rip] = _code.Value[entry];
            yield return (guest, execute);
        }
    }
}
