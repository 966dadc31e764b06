using EntryGen.Emulation;

namespace EntryGen;

#pragma warning disable CS1591, CA1822
public ref partial struct Cpu
{
    private readonly bool Unmodelled()
    {
        Machine.Record(new Stop(StopKind.Unmodelled));
        return false;
    }

    public bool ReadControl(int n, out ulong value) { value = 0; return Unmodelled(); }
    public bool WriteControl(int n, ulong value) => Unmodelled();
    public bool ReadDebug(int n, out ulong value) { value = 0; return Unmodelled(); }
    public bool WriteDebug(int n, ulong value) => Unmodelled();
    public bool SwapGs() => Unmodelled();
    public bool ReadMsr() => Unmodelled();
    public bool WriteMsr() => Unmodelled();
    public bool ReadBase(bool gs, out ulong value) { value = 0; return Unmodelled(); }
    public bool WriteBase(bool gs, ulong value) => Unmodelled();
    public bool Iretq() => Unmodelled();
    public bool Sysret(int width) => Unmodelled();
    public bool Syscall(ulong next) => Unmodelled();
    public bool Sysenter() => Unmodelled();
    public bool SoftwareInterrupt(byte vector, ulong next) => Unmodelled();
    public bool Invlpg(ulong address) => Unmodelled();
    public bool Invpcid(ulong type, ulong descriptorAddress) => Unmodelled();
    public bool PushFlags(int width) => Unmodelled();
    public bool PopFlags(int width) => Unmodelled();
    public bool SetFlag(ulong mask, bool value) => Unmodelled();
    public bool MoveToSegment(int segment, ulong selector) => Unmodelled();
    public bool Lsl(ulong selector, out ulong limit) { limit = 0; return Unmodelled(); }
    public bool Verw(ulong selector) => Unmodelled();
    public ulong Sldt() => LdtrSelector;
    public bool Lldt(ulong selector) => Unmodelled();
    public void Endbr64() => EventState &= ~EventBits.WaitForEndbranch;
    public void Fence(FenceKind kind) => _ = kind;
    public Stop Halt() => PrivilegeLevel == 0 ? new Stop(StopKind.Halted) : Raise(Vectors.GeneralProtection);
}
