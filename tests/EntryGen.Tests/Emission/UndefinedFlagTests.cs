using EntryGen.Emulation;

namespace EntryGen.Tests.Emission;

/// <summary>Flags that are left undefined keep their values, or get others when that is asked for; nothing else changes.</summary>
public class UndefinedFlagTests
{
    private const int Seeds = 32;

    // What may be changed, over all seeds.
    [Theory]
    [InlineData("and %rbx, %rax", 0, Flags.AF)]
    [InlineData("add %rbx, %rax", 0, 0)]
    [InlineData("bt $3, %rax", 0, Flags.OF | Flags.SF | Flags.AF | Flags.PF)]
    [InlineData("imul %rbx, %rax", 0, Flags.ZF | Flags.SF | Flags.AF | Flags.PF)]
    [InlineData("shl $1, %rax", 0, Flags.AF)]
    [InlineData("shl %rax", 0, Flags.AF)]
    [InlineData("shl $2, %rax", 0, Flags.AF | Flags.OF)]
    [InlineData("shl %cl, %eax", 0, 0)]
    [InlineData("shl %cl, %eax", 32, 0)]
    [InlineData("shl %cl, %eax", 0x101, Flags.AF)]
    [InlineData("shl %cl, %rax", 32, Flags.AF | Flags.OF)]
    [InlineData("shr %cl, %ax", 16, Flags.AF | Flags.OF | Flags.CF)]
    [InlineData("sar %cl, %ax", 16, Flags.AF | Flags.OF)]
    [InlineData("rol %cl, %ax", 5, Flags.OF)]
    [InlineData("shld %bx, %ax", 17, Flags.Status)]
    [InlineData("shl %cl, %rcx", 5, 0)]
    public void Only_undefined_flags_change(string text, ulong rcx, ulong undefined)
    {
        var code = EmulatedUnit.Of($" {text}\n hlt\n");
        var plain = Run(code, rcx, null);
        ulong changed = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            var other = Run(code, rcx, seed);
            changed |= plain[(int)Reg.Rflags] ^ other[(int)Reg.Rflags];
            (other[(int)Reg.Rflags], var flags) = (plain[(int)Reg.Rflags], other[(int)Reg.Rflags]);
            Assert.Equal(plain, other);
            Assert.Equal(flags, Run(code, rcx, seed)[(int)Reg.Rflags]);
        }

        Assert.Equal(undefined, changed);
    }

    [Fact]
    public void Code_that_reads_an_undefined_flag_ends_differently()
    {
        // BT leaves PF undefined.
        var code = EmulatedUnit.Of(" bt $3, %rax\n jp 1f\n mov $1, %edx\n hlt\n1: mov $2, %edx\n hlt\n");
        Assert.Equal([1UL, 2UL], Enumerable.Range(0, Seeds).Select(seed => Run(code, 0, seed)[(int)Reg.Rdx]).Distinct().Order());
    }

    [Fact]
    public void It_ends_when_the_handle_is_disposed()
    {
        var code = EmulatedUnit.Of(" bt $3, %rax\n hlt\n");
        var guest = new Guest(code.Unit);
        using (guest.Machine.ScrambleUndefinedFlags(code.Unit, 1))
        {
            Assert.True(guest.Machine.IsObserved);
        }

        Assert.False(guest.Machine.IsObserved);
    }

    private static ulong[] Run(EmulatedUnit code, ulong rcx, int? seed)
    {
        var guest = new Guest(code.Unit);
        (guest[Reg.Rax], guest[Reg.Rbx], guest[Reg.Rcx], guest[Reg.Rip]) = (0x1234_5678_9abc_def1, 0x1111, rcx, code["start"]);
        using var scrambled = seed is { } value ? guest.Machine.ScrambleUndefinedFlags(code.Unit, value) : null;
        Assert.Equal(StopKind.Halted, code.Run(guest).Kind);
        return guest.Registers();
    }
}
