using EntryGen.Asm.Instructions;
using EntryGen.Generators.Emission.Semantics;

namespace EntryGen.Generators.Emission;

/// <summary>What the emitter knows at a point of <c>Run</c> that the generated code has not written down yet.</summary>
/// <remarks>
/// The generated code is up to date only at labels that other code can jump to. In between, flags are the rules that were not applied, RSP is
/// a local and a distance, retired instructions are a number, and each register is some unknown value and a distance.
/// </remarks>
internal sealed class RunState
{
    private readonly Origin[] _origins;
    private readonly List<PendingFlags> _flags;

    /// <summary>The state at a label: everything is written down.</summary>
    public RunState()
    {
        _origins = new Origin[16];
        _flags = [];
        for (var number = 0; number < _origins.Length; number++)
        {
            _origins[number] = NewOrigin();
        }
    }

    private RunState(RunState other)
    {
        _origins = (Origin[])other._origins.Clone();
        _flags = [.. other._flags];
        Origins = other.Origins;
        StackDistance = other.StackDistance;
        Retired = other.Retired;
        TranslationEpoch = other.TranslationEpoch;
        SegmentEpoch = other.SegmentEpoch;
    }

    /// <summary>Bytes to add to the local <c>rsp</c>.</summary>
    public long StackDistance { get; set; }

    /// <summary>Instructions retired and not counted.</summary>
    public int Retired { get; set; }

    /// <summary>Counts what makes windows worthless: changes of translation or permission.</summary>
    public int TranslationEpoch { get; set; }

    /// <summary>Counts changes of the FS and GS bases.</summary>
    public int SegmentEpoch { get; set; }

    /// <summary>Flag rules not applied, in order.</summary>
    public IReadOnlyList<PendingFlags> Flags => _flags;

    private int Origins { get; set; }

    /// <summary>A copy that goes its own way.</summary>
    public RunState Clone() => new(this);

    /// <summary>What a register is a constant away from.</summary>
    public Origin OriginOf(int register) => _origins[register];

    /// <summary>Gives a register the origin of what is assigned to it.</summary>
    public void SetOrigin(int register, Origin? origin) => _origins[register] = origin ?? NewOrigin();

    /// <summary>An unknown value.</summary>
    public Origin NewOrigin() => new(Origins++, 0);

    /// <summary>Keeps a rule; forgets earlier ones of which nothing remains.</summary>
    public void AddFlags(PendingFlags flags)
    {
        _flags.Add(flags);
        var overwritten = StatusFlags.None;
        for (var i = _flags.Count - 1; i >= 0; i--)
        {
            if ((_flags[i].Rule.Mask & ~overwritten) == 0)
            {
                _flags.RemoveAt(i);
            }
            else if (_flags[i].Rule.IsDefinite)
            {
                overwritten |= _flags[i].Rule.Mask;
            }
        }
    }

    /// <summary>All rules have been applied.</summary>
    public void ClearFlags() => _flags.Clear();
}

/// <summary>A rule and the texts of its inputs, which are constants or temporaries.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Inputs">The inputs.</param>
internal sealed record PendingFlags(FlagRule Rule, IReadOnlyList<string> Inputs);
