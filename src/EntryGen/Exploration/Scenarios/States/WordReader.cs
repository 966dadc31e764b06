namespace EntryGen.Exploration.Scenarios.States;

/// <summary>Reads words of guest memory that lie close to each other, as the kernel's page table maps them: the page of the last one is known.</summary>
internal struct WordReader(Machine machine)
{
    private ulong _page = ulong.MaxValue;
    private PhysicalAddress _physical;

    /// <summary>Reads 8 bytes.</summary>
    /// <param name="address">Linear address.</param>
    /// <param name="word">They.</param>
    /// <returns>Whether they are mapped.</returns>
    public bool TryRead(ulong address, out ulong word)
    {
        word = 0;
        var page = address & ~0xFFFUL;
        if (page != _page)
        {
            if (!machine.TryTranslate(page, out _physical))
            {
                return false;
            }

            _page = page;
        }

        if ((address & 0xFFF) > 0xFF8)
        {
            return machine.TryTranslate(address + 7, out _) && Read(machine.Peek<ulong>(address), out word);
        }

        return Read(machine.Memory.ReadWord(_physical.Value + (address & 0xFFF)), out word);
    }

    private static bool Read(ulong value, out ulong word)
    {
        word = value;
        return true;
    }
}
