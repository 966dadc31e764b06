using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

public class ObserverTests
{
    [Fact]
    public void Everything_is_reported_once_and_in_order()
    {
        var guest = new Guest();
        guest.SetGate(32, Guest.Code + 0x100);
        var machine = guest.Machine;
        var log = new Log();
        using (machine.Observe(log))
        {
            var cpu = machine.Cpu;
            cpu.Store16(Guest.Data + 6, 0x1234);
            cpu.Load32(Guest.Data + 6, out _);
            cpu.LoadForUpdate8(Guest.Data + 6, out _);
            cpu.Load64(0x1000, out _);
            cpu.WriteControl(3, guest.Root.Value);
            cpu.Invlpg(Guest.Data);
            cpu.Write(Guest.Data, (1UL, 2U));
            cpu.Retired(Guest.Code);
            machine.Deliver(32);
        }

        machine.Cpu.Load8(Guest.Data, out _);
        var top = Guest.StackTop;
        string[] expected =
        [
            $"store {Guest.Data + 6:x} 2 1234", $"load {Guest.Data + 6:x} 4 1234", $"load {Guest.Data + 6:x} 1 34",
            "flush Pcid 0 0", $"cr3 {guest.Root.Value:x} {guest.Root.Value:x}", $"flush Page 0 {Guest.Data:x}",
            $"store {Guest.Data:x} 8 1", $"store {Guest.Data + 8:x} 8 2", $"retired {Guest.Code:x}",
            $"store {top - 8:x} 8 18", $"store {top - 16:x} 8 {top:x}", $"store {top - 24:x} 8 202",
            $"store {top - 32:x} 8 10", $"store {top - 40:x} 8 {Guest.Code:x}",
            $"delivered 32 {Guest.Code:x}",
        ];
        Assert.Equal(expected, log.Lines);
    }

    [Fact]
    public void Handles_detach_their_own_observer()
    {
        var machine = new Guest().Machine;
        var log = new Log();
        var first = machine.Observe(log);
        var second = machine.Observe(log);
        first.Dispose();
        first.Dispose();
        Assert.True(machine.IsObserved);
        machine.Cpu.Retired(1);
        Assert.Single(log.Lines);
        second.Dispose();
        Assert.False(machine.IsObserved);
        Assert.Throws<ArgumentNullException>(() => machine.Observe(null!));
    }

    private sealed class Log : IMachineObserver
    {
        public List<string> Lines { get; } = [];

        public void Retired(Machine machine, ulong address) => Lines.Add($"retired {address:x}");

        public void Load(Machine machine, ulong address, int size, ulong value) => Lines.Add($"load {address:x} {size} {value:x}");

        public void Store(Machine machine, ulong address, int size, ulong value) => Lines.Add($"store {address:x} {size} {value:x}");

        public void ControlWrite(Machine machine, int register, ulong old, ulong operand) => Lines.Add($"cr{register} {old:x} {operand:x}");

        public void TlbFlush(Machine machine, TlbFlushKind kind, int pcid, ulong address) => Lines.Add($"flush {kind} {pcid} {address:x}");

        public void Delivered(Machine machine, byte vector, uint? errorCode, ulong returnAddress) => Lines.Add($"delivered {vector} {returnAddress:x}");
    }
}
