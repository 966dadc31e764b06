using EntryGen.Emulation;
using EntryGen.Tests.Kernel;

namespace EntryGen.Tests.Exploration.Scenarios;

/// <summary>How the NMI entry of a test puts CR3 back.</summary>
internal enum Cr3Return
{
    /// <summary>It writes what it saved.</summary>
    Write,

    /// <summary>It writes what it saved when that was the user's.</summary>
    SkipKernel,

    /// <summary>It forgets to.</summary>
    Never,
}

/// <summary>A small NMI entry: saves the registers that C code may change and CR3, calls the handler, puts all back.</summary>
internal static class ParanoidUnit
{
    private const ulong NoFlush = 1ul << 63;
    private const ulong UserBits = 0x1800;

    private static readonly Reg[] _callerSaved = [Reg.Rax, Reg.Rcx, Reg.Rdx, Reg.Rsi, Reg.Rdi, Reg.R8, Reg.R9, Reg.R10, Reg.R11, Reg.Rbx];

    public static EntryUnit Create(Cr3Return way, Action<HandWrittenUnit>? beforeReturn = null)
    {
        var unit = new HandWrittenUnit().KernelVariables().Label("asm_exc_nmi", EntryKind.Nmi).Add("cld", (ref Cpu cpu) => cpu.SetFlag(Flags.DF, false)).Add("clac", (ref Cpu cpu) => cpu.SetFlag(Flags.AC, false));
        foreach (var register in _callerSaved)
        {
            unit.Push(register);
        }

        unit.Add("mov %cr3, %rbx", (ref Cpu cpu) => Set(ref cpu, Reg.Rbx, cpu.Machine[Reg.Cr3]))
            .Add("mov %cr3 of the kernel", (ref Cpu cpu) => cpu.WriteControl(3, (cpu.Machine[Reg.Rbx] & ~UserBits) | NoFlush))
            .Call("exc_nmi")
            .Add("mov %rbx, %cr3", (ref Cpu cpu) => Skips(way, cpu.Machine[Reg.Rbx]) || cpu.WriteControl(3, cpu.Machine[Reg.Rbx] | NoFlush));
        foreach (var register in _callerSaved.Reverse())
        {
            unit.Pop(register);
        }

        beforeReturn?.Invoke(unit);
        return unit.Iretq().Build();
    }

    private static bool Skips(Cr3Return way, ulong saved) => way == Cr3Return.Never || (way == Cr3Return.SkipKernel && (saved & UserBits) == 0);

    private static bool Set(ref Cpu cpu, Reg register, ulong value)
    {
        cpu.Machine[register] = value;
        return true;
    }
}
