namespace EntryGen.Emulation;

/// <summary>Observers of one kind of event that hand it to a delegate.</summary>
internal static class DelegateObservers
{
    public sealed class Instructions(Action<RetiredInstruction> observer) : IMachineObserver
    {
        public ObservedEvents Events => ObservedEvents.Instructions;

        public void Retired(Machine machine, ulong address) => observer(new(machine, address));
    }

    public sealed class Memory(Action<MemoryAccess> observer) : IMachineObserver
    {
        public ObservedEvents Events => ObservedEvents.Memory;

        public void Load(Machine machine, ulong address, int size, ulong value) => observer(new(machine, address, size, value, IsWrite: false));

        public void Store(Machine machine, ulong address, int size, ulong value) => observer(new(machine, address, size, value, IsWrite: true));
    }

    public sealed class ControlRegisters(Action<ControlRegisterWrite> observer) : IMachineObserver
    {
        public ObservedEvents Events => ObservedEvents.ControlRegisters;

        public void ControlWrite(Machine machine, int register, ulong old, ulong operand) => observer(new(machine, register, old, operand));
    }

    public sealed class Msrs(Action<MsrWrite> observer) : IMachineObserver
    {
        public ObservedEvents Events => ObservedEvents.Msrs;

        public void MsrWrite(Machine machine, uint index, ulong old, ulong value) => observer(new(machine, index, old, value));
    }

    public sealed class Tlb(Action<TlbInvalidation> observer) : IMachineObserver
    {
        public ObservedEvents Events => ObservedEvents.Tlb;

        public void TlbFlush(Machine machine, TlbFlushKind kind, int pcid, ulong address) =>
            observer(new(machine, kind, pcid < 0 ? null : pcid, kind == TlbFlushKind.Page ? address : null));
    }

    public sealed class Exceptions(Action<DeliveredException> observer) : IMachineObserver
    {
        public ObservedEvents Events => ObservedEvents.Exceptions;

        public void Delivered(Machine machine, byte vector, uint? errorCode, ulong returnAddress) => observer(new(machine, vector, errorCode, returnAddress));
    }

    public sealed class Calls(Action<CalledFunction> observer) : IMachineObserver
    {
        public ObservedEvents Events => ObservedEvents.Calls;

        public void ExternalCall(Machine machine, string name, bool hasModel) => observer(new(machine, name, hasModel));
    }
}
