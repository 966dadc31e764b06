using System.Runtime.CompilerServices;
using EntryGen.Emulation;

namespace EntryGen;

/// <summary>MOV to and from debug registers (SDM vol. 2, MOV - Move to/from Debug Registers; vol. 3B, 17.2).</summary>
public ref partial struct Cpu
{
    private const ulong Dr6Ones = 0xFFFF_0FF0;
    private const ulong Dr6AccessDetected = 1UL << 13;
    private const ulong Dr7Ones = 0x400;
    private const ulong Dr7GeneralDetect = 1UL << 13;

    /// <summary>MOV from DRn; 4 and 5 mean 6 and 7 unless CR4.DE is set.</summary>
    /// <param name="n">The register's number.</param>
    /// <param name="value">Its value.</param>
    /// <returns>False: #UD for a register that is not there, #GP(0) unless at CPL 0, #DB when DR7.GD is set.</returns>
    public readonly bool ReadDebug(int n, out ulong value)
    {
        value = 0;
        if (!MayMoveDebug(n))
        {
            return false;
        }

        value = DebugRegister(n);
        return true;
    }

    /// <summary>MOV to DRn; 4 and 5 mean 6 and 7 unless CR4.DE is set. Serializing.</summary>
    /// <param name="n">The register's number.</param>
    /// <param name="value">The source operand.</param>
    /// <returns>False: as <see cref="ReadDebug"/>, and #GP(0) when the upper half of DR6 or DR7 would not be 0.</returns>
    public readonly bool WriteDebug(int n, ulong value)
    {
        if (!MayMoveDebug(n))
        {
            return false;
        }

        if (n >= 4 && value >> 32 != 0)
        {
            return Fail(Vectors.GeneralProtection);
        }

        DebugRegister(n) = n switch
        {
            4 or 6 => (value & ~0x1000UL) | Dr6Ones,
            5 or 7 => (value & ~0xD000UL) | Dr7Ones,
            _ => value,
        };
        Machine.ModeChanged();
        return true;
    }

    private readonly ref ulong DebugRegister(int n)
    {
        switch (n)
        {
            case 4 or 6:
                return ref At(Reg.Dr6);
            case 5 or 7:
                return ref At(Reg.Dr7);
            default:
                return ref Unsafe.Add(ref _file, HiddenState.Dr0 + n);
        }
    }

    private readonly bool MayMoveDebug(int n)
    {
        if (n is < 0 or > 7 || (n is 4 or 5 && (Cr4 & Cr4Bits.DE) != 0))
        {
            return Fail(Vectors.InvalidOpcode);
        }

        if (PrivilegeLevel != 0)
        {
            return Fail(Vectors.GeneralProtection);
        }

        if ((Dr7 & Dr7GeneralDetect) != 0)
        {
            At(Reg.Dr6) |= Dr6AccessDetected;
            return Fail(Vectors.Debug);
        }

        return true;
    }
}
