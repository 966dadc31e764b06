using EntryGen.Emulation;

namespace EntryGen.Tests.Emission;

/// <summary>Run stops where Step does, with nothing of the instruction done: windows that cannot be opened, faults, budgets.</summary>
public class PrecisionTests
{
    private const string Pushes = """
         push %rax
         push %rbx
         push %rcx
         xorl %eax, %eax
         push %rdx
         mov %rax, %rdx
         push %rsi
         push %rdi
         hlt
        """;

    private static readonly Lazy<EmulatedUnit> _code = new(() => EmulatedUnit.OfSnippets(
    [
        Pushes,
        " add $1, %rax\n cmp %rbx, %rax\n pushq 8(%r15)\n mov %gs:0x10, %rcx\n add %rcx, %gs:0x18\n popq (%r15)\n hlt",
        " mov $5, %ecx\n1: push %rcx\n pop %rdx\n dec %rcx\n jnz 1b\n hlt",
        " mov %rsp, %rdi\n mov %rbx, %rsp\n push %rax\n mov 8(%rdi), %rax\n mov %rdi, %rsp\n pop %rcx\n hlt",
    ]));

    [Fact]
    public void A_run_of_pushes_over_a_page_border_stores_what_single_pushes_store()
    {
        foreach (var distance in Enumerable.Range(0, 9))
        {
            var guests = Both("s0", guest => guest[Reg.Rsp] = Guest.Stack + 0x2000 + 8 * (ulong)distance);
            Assert.Equal(StopKind.Halted, guests.Stop.Kind);
            Assert.Equal(Guest.Stack + 0x2000 + 8 * (ulong)distance - 48, guests.Run[Reg.Rsp]);
            Assert.Equal(0xD1UL, guests.Run.Machine.Peek<ulong>(guests.Run[Reg.Rsp]));
        }
    }

    [Fact]
    public void A_push_into_nothing_faults_at_itself_with_the_earlier_ones_done()
    {
        for (var room = 0; room < 6; room++)
        {
            var (run, stop) = Both("s0", guest => guest[Reg.Rsp] = Guest.Stack + 8 * (ulong)room);
            Assert.Equal(new Stop(StopKind.Fault, 14, 2, Guest.Stack - 8), stop);
            Assert.Equal(Guest.Stack, run[Reg.Rsp]);

            // The instructions in between that do not push: xor before the fourth, mov before the fifth.
            var done = room + (room > 2 ? 1 : 0) + (room > 3 ? 1 : 0);
            Assert.Equal(_code.Value["s0"] + 16 * (ulong)done, run[Reg.Rip]);
            Assert.Equal(10_000 - done, run.Machine.Budget);
            Assert.Equal(room > 2 ? 0UL : 0xA0UL, run[Reg.Rax]);
        }
    }

    [Fact]
    public void A_non_canonical_stack_is_a_stack_fault_and_other_accesses_are_general_protection()
    {
        var (_, stack) = Both("s0", guest => guest[Reg.Rsp] = 0x8000_0000_0000_0000);
        Assert.Equal(new Stop(StopKind.Fault, 12), stack);
        var (_, data) = Both("s1", guest => guest[Reg.R15] = 0x8000_0000_0000_0000);
        Assert.Equal(new Stop(StopKind.Fault, 13), data);
    }

    [Fact]
    public void Flags_are_complete_where_a_window_cannot_be_opened()
    {
        var (run, stop) = Both("s1", guest =>
        {
            guest[Reg.R15] = Guest.Data - 0x1000;
            guest[Reg.Rax] = 0x7fff_ffff_ffff_ffff;
            guest[Reg.Rbx] = 0x8000_0000_0000_0000;
        });
        Assert.Equal(new Stop(StopKind.Fault, 14, 0, Guest.Data - 0x1000 + 8), stop);
        Assert.Equal(2UL | 0x44, run[Reg.Rflags]);
    }

    [Fact]
    public void A_store_that_faults_leaves_the_load_before_it_without_effect()
    {
        var (run, stop) = Both("s1", guest =>
        {
            guest[Reg.R15] = Guest.ReadOnlyData;
        });
        Assert.Equal(new Stop(StopKind.Fault, 14, 3, Guest.ReadOnlyData), stop);
        Assert.Equal(Guest.StackTop - 0x800 - 8, run[Reg.Rsp]);
        Assert.Equal(_code.Value["s1"] + 16 * 5, run[Reg.Rip]);
    }

    [Fact]
    public void Every_budget_ends_exactly_there()
    {
        for (var snippet = 0; snippet < 4; snippet++)
        {
            for (var budget = 0; budget < 26; budget++)
            {
                var (run, stop) = Both("s" + snippet, guest =>
                {
                    guest[Reg.R15] = Guest.Data;
                    guest[Reg.Rbx] = Guest.Stack + 0x100;
                    guest.Machine.Budget = budget;
                });
                Assert.True(stop.Kind == StopKind.Budget ? run.Machine.Budget == 0 : stop.Kind == StopKind.Halted, $"{snippet} {budget} {stop}");
            }
        }
    }

    [Fact]
    public void An_observer_sees_every_instruction_and_changes_nothing()
    {
        var code = _code.Value;
        var plain = Prepare("s2", _ => { });
        var observed = Prepare("s2", _ => { });
        var counter = new Counter();
        using (observed.Machine.Observe(counter))
        {
            FormsAgreeTests.AssertSame("observed", plain, code.Run(plain), observed, code.Run(observed));
        }

        Assert.Equal(10_000 - plain.Machine.Budget, counter.Addresses.Count);
        Assert.Equal(code["s2"], counter.Addresses[0]);
    }

    private static (Guest Run, Stop Stop) Both(string entry, Action<Guest> prepare)
    {
        var (step, run) = (Prepare(entry, prepare), Prepare(entry, prepare));
        var expected = _code.Value.RunBySteps(step);
        var actual = _code.Value.Run(run);
        FormsAgreeTests.AssertSame(entry, step, expected, run, actual);
        return (run, actual);
    }

    private static Guest Prepare(string entry, Action<Guest> prepare)
    {
        var guest = new Guest(_code.Value.Unit);
        guest[Reg.Rip] = _code.Value[entry];
        guest[Reg.Rax] = 0xA0;
        guest[Reg.Rdi] = 0xD1;
        guest[Reg.R15] = Guest.Data;
        prepare(guest);
        return guest;
    }

    private sealed class Counter : IMachineObserver
    {
        public List<ulong> Addresses { get; } = [];

        public void Retired(Machine machine, ulong address) => Addresses.Add(address);
    }
}
