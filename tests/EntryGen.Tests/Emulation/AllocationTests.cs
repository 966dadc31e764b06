using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

public class AllocationTests
{
    private const int Rounds = 5_000;

    // A collection that another test causes makes the rest of this thread's 8 KiB allocation buffer count, so nothing less can be asked for.
    private const int SmallestObject = 24;

    [Fact]
    public void Accesses_events_and_restores_allocate_nothing()
    {
        var guest = new Guest();
        var machine = guest.Machine;
        guest.SetGate(14, Guest.Code, ist: 1);
        guest.SetGate(2, Guest.Code, ist: 1);
        var snapshot = machine.Snapshot();
        Round(); // makes the copies of written pages and the TLB's room
        Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            Round();
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < Rounds * SmallestObject, $"{allocated} bytes in {Rounds} rounds");

        void Round()
        {
            var cpu = machine.Cpu;
            var done = cpu.Store64(Guest.Data, 1) & cpu.Load64(Guest.Data + 0xffc, out _) & cpu.Fetch(Guest.Code);
            done &= cpu.WriteControl(3, guest.Root.Value) & cpu.SwapGs() & cpu.Invlpg(Guest.Data) & cpu.Lsl(Guest.SmallLimit, out _, out _);
            done &= !cpu.Load8(0x1000, out _) && machine.Deliver(cpu.Fault()).Kind == StopKind.None;
            cpu.Rsp += 8;
            done &= cpu.Iretq() && machine.DeliverNmi().Kind == StopKind.None && cpu.Iretq();
            machine.Restore(snapshot);
            Assert.True(done);
        }
    }
}
