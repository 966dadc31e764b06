namespace EntryGen.Kernel;

/// <summary>Linux's use of the interrupt stack table: the value of a gate's IST field (the kernel's <c>IST_INDEX_*</c> plus one).</summary>
public static class IstSlot
{
#pragma warning disable CS1591 // the names are the vectors'
    public const byte DoubleFault = 1;
    public const byte Nmi = 2;
    public const byte Debug = 3;
    public const byte MachineCheck = 4;
    public const byte VmmCommunication = 5;
#pragma warning restore CS1591
}
