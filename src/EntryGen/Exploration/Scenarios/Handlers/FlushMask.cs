using System.Runtime.CompilerServices;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Scenarios.Handlers;

/// <summary><c>user_pcid_flush_mask</c> in guest memory: bit n says that the user PCID that belongs to kernel PCID n is to be flushed on the way out.</summary>
internal sealed class FlushMask
{
    private readonly Machine _machine;
    private readonly PhysicalAddress? _address;
    private readonly bool _isInMemory;
    private readonly int _place;

    public FlushMask(KernelEnvironment environment)
    {
        _machine = environment.Machine;
        var unit = environment.Unit;
        var offset = PerCpu("user_pcid_flush_mask") ?? PerCpu(KernelVariables.TlbState, "TLB_STATE_user_pcid_flush_mask");
        if (offset is { } found && _machine.TryTranslate(environment.Layout.PerCpuBase + found, out var physical))
        {
            _address = physical;
            _isInMemory = _machine.Memory.Contains(physical, sizeof(ushort));
            _place = (int)physical.Value;
        }

        long? PerCpu(string name, string? constant = null) =>
            unit.Externals.GetValueOrDefault(name) is not { Kind: ExternalKind.PerCpu } variable ? null
            : constant is null ? (long)variable.Address
            : unit.Constants.TryGetValue(constant, out var distance) ? (long)variable.Address + distance
            : null;
    }

    /// <summary>Whether the unit has one.</summary>
    public bool Exists => _address is not null;

    public ushort Value => _isInMemory ? Unsafe.ReadUnaligned<ushort>(ref _machine.Memory.Bytes[_place]) : (ushort)0;

    public void Set(int bit)
    {
        if (_address is { } address)
        {
            _machine.Memory.Write(address, (ushort)(Value | (1 << bit)));
        }
    }
}
