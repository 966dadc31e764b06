namespace EntryGen.Emulation;

/// <summary>A slot of the TLB's hash table.</summary>
internal struct TlbSlot
{
    /// <summary>Bit 63 set, size in 62:61, PCID or 4096 for global in 60:48, page number in 35:0; 0 when never used.</summary>
    public ulong Key;

    public Translation Translation;

    /// <summary>The time it was made.</summary>
    public ulong Stamp;

    public int Pcid;

    public readonly int Space => (int)(Key >> 48) & 0x1FFF;

    public readonly TlbEntry ToEntry()
    {
        var page = (Key & 0xF_FFFF_FFFF) << Translation.Shift;
        return new TlbEntry(Pcid, new VirtualAddress((ulong)((long)(page << 16) >> 16)), Translation);
    }
}
