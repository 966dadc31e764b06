using System.Runtime.CompilerServices;
using EntryGen.Emulation;

namespace EntryGen;

/// <summary>The register file by name. The names are the SDM's; <see cref="Reg"/> lists them.</summary>
public ref partial struct Cpu
{
#pragma warning disable CS1591 // the names are the SDM's
    public readonly ulong Rax { get => At(Reg.Rax); set => At(Reg.Rax) = value; }

    public readonly ulong Rcx { get => At(Reg.Rcx); set => At(Reg.Rcx) = value; }

    public readonly ulong Rdx { get => At(Reg.Rdx); set => At(Reg.Rdx) = value; }

    public readonly ulong Rbx { get => At(Reg.Rbx); set => At(Reg.Rbx) = value; }

    public readonly ulong Rsp { get => At(Reg.Rsp); set => At(Reg.Rsp) = value; }

    public readonly ulong Rbp { get => At(Reg.Rbp); set => At(Reg.Rbp) = value; }

    public readonly ulong Rsi { get => At(Reg.Rsi); set => At(Reg.Rsi) = value; }

    public readonly ulong Rdi { get => At(Reg.Rdi); set => At(Reg.Rdi) = value; }

    public readonly ulong R8 { get => At(Reg.R8); set => At(Reg.R8) = value; }

    public readonly ulong R9 { get => At(Reg.R9); set => At(Reg.R9) = value; }

    public readonly ulong R10 { get => At(Reg.R10); set => At(Reg.R10) = value; }

    public readonly ulong R11 { get => At(Reg.R11); set => At(Reg.R11) = value; }

    public readonly ulong R12 { get => At(Reg.R12); set => At(Reg.R12) = value; }

    public readonly ulong R13 { get => At(Reg.R13); set => At(Reg.R13) = value; }

    public readonly ulong R14 { get => At(Reg.R14); set => At(Reg.R14) = value; }

    public readonly ulong R15 { get => At(Reg.R15); set => At(Reg.R15) = value; }

    public readonly ulong Rip { get => At(Reg.Rip); set => At(Reg.Rip) = value; }

    public readonly ulong Cr2 { get => At(Reg.Cr2); set => At(Reg.Cr2) = value; }

    public readonly ulong FsBase { get => At(Reg.FsBase); set => At(Reg.FsBase) = value; }

    public readonly ulong GsBase { get => At(Reg.GsBase); set => At(Reg.GsBase) = value; }

    public readonly ulong KernelGsBase { get => At(Reg.KernelGsBase); set => At(Reg.KernelGsBase) = value; }

    public readonly ulong Es { get => At(Reg.Es); set => At(Reg.Es) = value; }

    public readonly ulong Ss { get => At(Reg.Ss); set => At(Reg.Ss) = value; }

    public readonly ulong Ds { get => At(Reg.Ds); set => At(Reg.Ds) = value; }

    public readonly ulong Fs { get => At(Reg.Fs); set => At(Reg.Fs) = value; }

    public readonly ulong Gs { get => At(Reg.Gs); set => At(Reg.Gs) = value; }

    public readonly ulong Dr6 { get => At(Reg.Dr6); set => At(Reg.Dr6) = value; }

    public readonly ulong Dr7 { get => At(Reg.Dr7); set => At(Reg.Dr7) = value; }

    public readonly ulong Star { get => At(Reg.Star); set => At(Reg.Star) = value; }

    public readonly ulong Lstar { get => At(Reg.Lstar); set => At(Reg.Lstar) = value; }

    public readonly ulong Cstar { get => At(Reg.Cstar); set => At(Reg.Cstar) = value; }

    public readonly ulong Sfmask { get => At(Reg.Sfmask); set => At(Reg.Sfmask) = value; }

    public readonly ulong SysenterCs { get => At(Reg.SysenterCs); set => At(Reg.SysenterCs) = value; }

    public readonly ulong SysenterEsp { get => At(Reg.SysenterEsp); set => At(Reg.SysenterEsp) = value; }

    public readonly ulong SysenterEip { get => At(Reg.SysenterEip); set => At(Reg.SysenterEip) = value; }

    public readonly ulong SpecCtrl { get => At(Reg.SpecCtrl); set => At(Reg.SpecCtrl) = value; }

    public readonly ulong TscAux { get => At(Reg.TscAux); set => At(Reg.TscAux) = value; }

    public readonly ulong GdtBase { get => At(Reg.GdtBase); set => At(Reg.GdtBase) = value; }

    public readonly ulong GdtLimit { get => At(Reg.GdtLimit); set => At(Reg.GdtLimit) = value; }

    public readonly ulong IdtBase { get => At(Reg.IdtBase); set => At(Reg.IdtBase) = value; }

    public readonly ulong IdtLimit { get => At(Reg.IdtLimit); set => At(Reg.IdtLimit) = value; }

    public readonly ulong TrBase { get => At(Reg.TrBase); set => At(Reg.TrBase) = value; }

    public readonly ulong TrSelector { get => At(Reg.TrSelector); set => At(Reg.TrSelector) = value; }

    public readonly ulong LdtrSelector { get => At(Reg.LdtrSelector); set => At(Reg.LdtrSelector) = value; }

    public readonly ulong EventState { get => At(Reg.EventState); set => At(Reg.EventState) = value; }

    // The registers below decide what an access may do; setting one selects the windows that go with the new mode.
    public readonly ulong Rflags
    {
        get => At(Reg.Rflags);
        set
        {
            At(Reg.Rflags) = value;
            Machine.ModeChanged();
        }
    }

    public readonly ulong Cr0
    {
        get => At(Reg.Cr0);
        set
        {
            At(Reg.Cr0) = value;
            Machine.ModeChanged();
        }
    }

    public readonly ulong Cr3
    {
        get => At(Reg.Cr3);
        set
        {
            At(Reg.Cr3) = value;
            Machine.ModeChanged();
        }
    }

    public readonly ulong Cr4
    {
        get => At(Reg.Cr4);
        set
        {
            At(Reg.Cr4) = value;
            Machine.ModeChanged();
        }
    }

    public readonly ulong Cs
    {
        get => At(Reg.Cs);
        set
        {
            At(Reg.Cs) = value;
            Machine.ModeChanged();
        }
    }

    public readonly ulong UCet
    {
        get => At(Reg.UCet);
        set
        {
            At(Reg.UCet) = value;
            Machine.ModeChanged();
        }
    }

    public readonly ulong SCet
    {
        get => At(Reg.SCet);
        set
        {
            At(Reg.SCet) = value;
            Machine.ModeChanged();
        }
    }

    public readonly ulong Efer
    {
        get => At(Reg.Efer);
        set
        {
            At(Reg.Efer) = value;
            Machine.ModeChanged();
        }
    }

#pragma warning restore CS1591

    /// <summary>The current privilege level: the low two bits of CS.</summary>
    public readonly int PrivilegeLevel => (int)(At(Reg.Cs) & 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly ref ulong At(Reg register) => ref Unsafe.Add(ref _file, (int)register);
}
