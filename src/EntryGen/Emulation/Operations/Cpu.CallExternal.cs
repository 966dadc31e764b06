using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Calls of external functions.</summary>
public ref partial struct Cpu
{
    /// <summary>What a C function without a model leaves in caller-saved register n, n its encoding number, added.</summary>
    public const ulong Poison = 0xBAD0_C0DE_0000_0000;

    private static ReadOnlySpan<Reg> CallerSaved => [Reg.Rax, Reg.Rcx, Reg.Rdx, Reg.Rsi, Reg.Rdi, Reg.R8, Reg.R9, Reg.R10, Reg.R11];

    /// <summary>
    /// RIP is the address of an external function: runs its model (the unit's, else the machine's; without one the caller-saved registers are poisoned)
    /// and returns to the
    /// address on the stack. A model that changes RIP has returned by itself.
    /// </summary>
    /// <param name="unit">The unit whose external it is.</param>
    /// <returns><see cref="StopKind.None"/>; a fault of the model or of the return; what the model asked for by <see cref="StopAs"/>;
    /// <see cref="StopKind.Left"/> when RIP is no external function.</returns>
    public Stop CallExternal(EntryUnit unit)
    {
        var address = Rip;
        if (!Machine.Bind(unit).TryFind(address, out var function))
        {
            return new Stop(StopKind.Left);
        }

        // C functions that are called indirectly begin with ENDBR64.
        if (!FetchInstruction(address))
        {
            if (!BeginTarget(isEndbranch: true))
            {
                return Fault();
            }

            Endbr64();
        }

        Machine.BeginModel();
        if (function.Model is { } model)
        {
            model(ref this);
        }
        else
        {
            PoisonCallerSaved();
        }

        if (Machine.EndModel() is { Kind: not StopKind.None } stop)
        {
            return stop;
        }

        if (Rip == address)
        {
            if (!Load64(Rsp, out var returnAddress))
            {
                return StackFault();
            }

            Rsp += 8;
            Rip = returnAddress;
        }

        Machine.EndInstruction();
        Machine.NotifyExternalCall(function.External.Name, function.Model is not null);
        return default;
    }

    /// <summary>For models of C functions: leaves the caller-saved registers undefined, as a function without a model does.</summary>
    public readonly void PoisonCallerSaved()
    {
        foreach (var register in CallerSaved)
        {
            At(register) = Poison + (ulong)register;
        }
    }

    /// <summary>For models of C functions: stops the run for a reason, for example <see cref="StopKind.NoReturn"/>, once the model returns.</summary>
    /// <param name="stop">The reason.</param>
    public readonly void StopAs(Stop stop) => Machine.StopModel(stop);
}
