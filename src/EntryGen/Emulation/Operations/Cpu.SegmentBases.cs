using System.Runtime.CompilerServices;
using EntryGen.Emulation;

namespace EntryGen;

/// <summary>SWAPGS and the FSGSBASE instructions.</summary>
public ref partial struct Cpu
{
    /// <summary>SWAPGS: exchanges the base of GS with IA32_KERNEL_GS_BASE. Not serializing.</summary>
    /// <returns>False: #GP(0) unless at CPL 0; #UD when CR4.FRED is set, because FRED exchanges the bases itself.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool SwapGs()
    {
        if (((At(Reg.Cs) & 3) | (At(Reg.Cr4) & Cr4Bits.FRED)) != 0)
        {
            return Fail((At(Reg.Cr4) & Cr4Bits.FRED) != 0 ? Vectors.InvalidOpcode : Vectors.GeneralProtection);
        }

        (At(Reg.GsBase), At(Reg.KernelGsBase)) = (At(Reg.KernelGsBase), At(Reg.GsBase));
        return true;
    }

    /// <summary>RDFSBASE, RDGSBASE.</summary>
    /// <param name="gs">GS, not FS.</param>
    /// <param name="value">The base.</param>
    /// <returns>False: #UD unless CR4.FSGSBASE is set.</returns>
    public readonly bool ReadBase(bool gs, out ulong value)
    {
        value = At(gs ? Reg.GsBase : Reg.FsBase);
        return (Cr4 & Cr4Bits.FSGSBASE) != 0 || Fail(Vectors.InvalidOpcode);
    }

    /// <summary>WRFSBASE, WRGSBASE.</summary>
    /// <param name="gs">GS, not FS.</param>
    /// <param name="value">The new base.</param>
    /// <returns>False: #UD unless CR4.FSGSBASE is set, #GP(0) for an address that is not canonical.</returns>
    public readonly bool WriteBase(bool gs, ulong value)
    {
        if ((Cr4 & Cr4Bits.FSGSBASE) == 0)
        {
            return Fail(Vectors.InvalidOpcode);
        }

        if (!LinearMemory.IsCanonical(value))
        {
            return Fail(Vectors.GeneralProtection);
        }

        At(gs ? Reg.GsBase : Reg.FsBase) = value;
        return true;
    }
}
