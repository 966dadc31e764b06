using System.Runtime.CompilerServices;
using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Ports, counters, identification and extended control registers (SDM vol. 2; vol. 1, 13.3 and 18.5).</summary>
public ref partial struct Cpu
{
    private const ulong IoBitmapPointer = 102;
    private const ulong CounterMask = (1UL << 48) - 1;

    /// <summary>IN.</summary>
    /// <param name="port">The port in the low 16 bits.</param>
    /// <param name="width">Bytes: 1, 2 or 4.</param>
    /// <param name="value">What <see cref="IPlatform.In"/> gives, zero-extended.</param>
    /// <returns>False: #GP(0) above IOPL unless the TSS allows the port; a fault of reading the TSS.</returns>
    public readonly bool In(ulong port, int width, out ulong value)
    {
        value = 0;
        if (!MayAccessPort((ushort)port, width))
        {
            return false;
        }

        value = Machine.Platform.In(Machine, (ushort)port, width) & PortMask(width);
        return true;
    }

    /// <summary>OUT.</summary>
    /// <param name="port">The port in the low 16 bits.</param>
    /// <param name="width">Bytes: 1, 2 or 4.</param>
    /// <param name="value">What is written, in the low bytes.</param>
    /// <returns>False: as <see cref="In"/>.</returns>
    public readonly bool Out(ulong port, int width, ulong value)
    {
        if (!MayAccessPort((ushort)port, width))
        {
            return false;
        }

        Machine.Platform.Out(Machine, (ushort)port, width, (uint)(value & PortMask(width)));
        return true;
    }

    /// <summary>CPUID: EAX, EBX, ECX and EDX are what <see cref="IPlatform.Cpuid"/> gives for EAX and ECX; the upper halves become 0. Serializing.</summary>
    /// <returns>True.</returns>
    public readonly bool Cpuid()
    {
        var result = Machine.Platform.Cpuid(Machine, (uint)At(Reg.Rax), (uint)At(Reg.Rcx));
        (At(Reg.Rax), At(Reg.Rbx), At(Reg.Rcx), At(Reg.Rdx)) = (result.Eax, result.Ebx, result.Ecx, result.Edx);
        return true;
    }

    /// <summary>RDTSC, RDTSCP: EDX:EAX is the time-stamp counter, with RDTSCP ECX is TSC_AUX.</summary>
    /// <param name="withAux">RDTSCP.</param>
    /// <returns>False: #GP(0) above CPL 0 when CR4.TSD is set.</returns>
    public readonly bool ReadTimeStampCounter(bool withAux)
    {
        if (PrivilegeLevel != 0 && (At(Reg.Cr4) & Cr4Bits.TSD) != 0)
        {
            return Fail(Vectors.GeneralProtection);
        }

        SetPair(Machine.Platform.ReadTimeStampCounter(Machine));
        At(Reg.Rcx) = withAux ? (uint)At(Reg.TscAux) : At(Reg.Rcx);
        return true;
    }

    /// <summary>RDPMC: EDX:EAX is the performance counter that ECX names, 48 bits wide.</summary>
    /// <returns>False: #GP(0) above CPL 0 unless CR4.PCE is set, and for a counter that is not there.</returns>
    public readonly bool ReadPerformanceCounter()
    {
        var isAllowed = PrivilegeLevel == 0 || (At(Reg.Cr4) & Cr4Bits.PCE) != 0;
        if (!isAllowed || Machine.Platform.ReadPerformanceCounter(Machine, (uint)At(Reg.Rcx)) is not { } counter)
        {
            return Fail(Vectors.GeneralProtection);
        }

        SetPair(counter & CounterMask);
        return true;
    }

    /// <summary>XGETBV: EDX:EAX is XCR0.</summary>
    /// <returns>False: #UD unless CR4.OSXSAVE is set; #GP(0) unless ECX is 0.</returns>
    public readonly bool ReadExtendedControl()
    {
        if (!HasExtendedControl() || ((uint)At(Reg.Rcx) != 0 && !Fail(Vectors.GeneralProtection)))
        {
            return false;
        }

        SetPair(At(Reg.Xcr0));
        return true;
    }

    /// <summary>XSETBV: XCR0 is EDX:EAX.</summary>
    /// <returns>
    /// False: #UD unless CR4.OSXSAVE is set; #GP(0) unless at CPL 0 with ECX 0, and for a value without x87 state, with AVX and without SSE state, or with state that
    /// the processor does not have.
    /// </returns>
    public readonly bool WriteExtendedControl()
    {
        if (!HasExtendedControl())
        {
            return false;
        }

        var value = (At(Reg.Rdx) << 32) | (uint)At(Reg.Rax);
        var isAllowed = PrivilegeLevel == 0
            && (uint)At(Reg.Rcx) == 0
            && (value & Xcr0Bits.X87) != 0
            && (value & ~Xcr0Bits.Supported) == 0
            && (value & (Xcr0Bits.Avx | Xcr0Bits.Sse)) != Xcr0Bits.Avx;
        if (!isAllowed)
        {
            return Fail(Vectors.GeneralProtection);
        }

        At(Reg.Xcr0) = value;
        return true;
    }

    private readonly bool HasExtendedControl() => (At(Reg.Cr4) & Cr4Bits.OSXSAVE) != 0 || Fail(Vectors.InvalidOpcode);

    private readonly void SetPair(ulong value)
    {
        At(Reg.Rax) = (uint)value;
        At(Reg.Rdx) = value >> 32;
    }

    private static ulong PortMask(int width) => (1UL << (8 * width)) - 1;

    /// <summary>Above IOPL each port of the access needs a 0 in the bitmap of the TSS, which must end with a byte more (SDM vol. 1, 18.5.2).</summary>
    private readonly bool MayAccessPort(ushort port, int width)
    {
        if ((ulong)PrivilegeLevel <= (At(Reg.Rflags) & Flags.IOPL) >> 12)
        {
            return true;
        }

        var limit = Unsafe.Add(ref _file, HiddenState.TrLimit);
        if (DescriptorReader.IsNull(At(Reg.TrSelector)) || limit < IoBitmapPointer + 1)
        {
            return Fail(Vectors.GeneralProtection);
        }

        if (!TryReadTaskWord(IoBitmapPointer, out var bitmap))
        {
            return false;
        }

        var place = bitmap + (uint)(port >> 3);
        if (place + 1 > limit)
        {
            return Fail(Vectors.GeneralProtection);
        }

        var needed = (1UL << width) - 1;
        return TryReadTaskWord(place, out var bits) && ((bits >> (port & 7) & needed) == 0 || Fail(Vectors.GeneralProtection));
    }

    private readonly bool TryReadTaskWord(ulong offset, out ulong word)
    {
        // The processor reads two bytes; here the aligned words of 8 that hold them are read, which lie on the same pages.
        var address = At(Reg.TrBase) + offset;
        var shift = (int)(address & 7) * 8;
        word = 0;
        var high = 0UL;
        if (!Machine.Linear.TryReadImplicitly(address & ~7UL, out var low) || (shift == 56 && !Machine.Linear.TryReadImplicitly((address & ~7UL) + 8, out high)))
        {
            return false;
        }

        word = (ushort)((low >> shift) | (shift == 56 ? high << 8 : 0));
        return true;
    }
}
