using EntryGen.Emulation;
using EntryGen.Tests.Emission;

namespace EntryGen.Tests.Emulation;

/// <summary>A <see cref="Guest"/> that runs real assembly: its unit is generated from snippets and mapped.</summary>
internal sealed class AssembledGuest
{
    /// <param name="snippets">The code of the entries s0, s1 and so on; the machine stands at s0.</param>
    public AssembledGuest(params string[] snippets)
    {
        Code = EmulatedUnit.OfSnippets(snippets);
        Guest.Pages.MapUnit(Guest.Root, Code.Unit);
        Machine[Reg.Rip] = this[0];
    }

    public Guest Guest { get; } = new();

    public EmulatedUnit Code { get; }

    public Machine Machine => Guest.Machine;

    /// <summary>The address of a snippet.</summary>
    public ulong this[int snippet] => Code["s" + snippet];

    /// <summary>Executes from RIP until something stops the code, without delivering faults: in the form of blocks, or one instruction after the other.</summary>
    public Stop Execute(bool bySteps)
    {
        var cpu = Machine.Cpu;
        var stop = bySteps ? default : Code.Unit.Run(ref cpu);
        while (bySteps && stop.Kind == StopKind.None)
        {
            stop = Code.Unit.Step(ref cpu);
        }

        return stop;
    }

    /// <summary>The address of an instruction of a snippet without alternatives.</summary>
    public ulong At(int snippet, int instruction) => this[snippet] + ((ulong)instruction * 16);
}
