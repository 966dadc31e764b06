using System.Runtime.CompilerServices;
using EntryGen.Exploration;

namespace EntryGen.Tests.Exploration;

/// <summary>Processors that take a lock: by one atomic step, or by reading it and writing it, which lets two in. All processors are alike.</summary>
internal class SpinLockModel(int cpus, bool atomic, bool releases = true) : ISymmetricModel<SpinLockState>
{
    public const byte Idle = 0, SawItFree = 1, Inside = 2;

    public static Property<SpinLockState> MutualExclusion { get; } = Property<SpinLockState>.Invariant(
        "mutual-exclusion", "at most one processor is inside", (in state) => state.CountInside() <= 1);

    public void InitialStates(StateSink<SpinLockState> states) => states.Add(0, default);

    public void Successors(in SpinLockState state, StateSink<SpinLockState> successors)
    {
        for (var cpu = 0; cpu < cpus; cpu++)
        {
            var next = state;
            switch (state.Cpus[cpu])
            {
                case Idle when state.Lock == 0:
                    next.Cpus[cpu] = atomic ? Inside : SawItFree;
                    next.Lock = (byte)(atomic ? 1 : 0);
                    successors.Add(1 + cpu, next);
                    break;
                case SawItFree:
                    next.Cpus[cpu] = Inside;
                    next.Lock = 1;
                    successors.Add(11 + cpu, next);
                    break;
                case Inside when releases:
                    next.Cpus[cpu] = Idle;
                    next.Lock = 0;
                    successors.Add(21 + cpu, next);
                    break;
            }
        }
    }

    public string NameOf(int transition) => transition switch
    {
        0 => "boot",
        < 11 => $"CPU {transition - 1} {(atomic ? "takes the lock" : "sees the lock free")}",
        < 21 => $"CPU {transition - 11} writes the lock",
        _ => $"CPU {transition - 21} lets go",
    };

    public string Describe(in SpinLockState state)
    {
        var text = $"lock {state.Lock}: ";
        for (var cpu = 0; cpu < cpus; cpu++)
        {
            text += "-rI"[state.Cpus[cpu]];
        }

        return text;
    }

    public virtual void Canonicalize(ref SpinLockState state) => ((Span<byte>)state.Cpus)[..cpus].Sort();
}

/// <summary>The same with a canonical form that is not a mirror image: it forgets who holds the lock.</summary>
internal sealed class ForgetfulSpinLockModel() : SpinLockModel(3, atomic: true)
{
    public override void Canonicalize(ref SpinLockState state) => state.Lock = 0;
}

internal struct SpinLockState
{
    public byte Lock;
    public PerCpuBytes Cpus;

    public readonly int CountInside()
    {
        var inside = 0;
        foreach (var cpu in (ReadOnlySpan<byte>)Cpus)
        {
            inside += cpu == SpinLockModel.Inside ? 1 : 0;
        }

        return inside;
    }

    [InlineArray(7)]
    public struct PerCpuBytes
    {
        private byte _first;
    }
}
