namespace EntryGen.Emulation;

/// <summary>Whose processor is modelled, where they differ.</summary>
public enum ProcessorVendor
{
    /// <summary>Intel's, by the SDM.</summary>
    Intel,

    /// <summary>
    /// AMD's, by the APM: a CR4.PSE or CR4.PAE change flushes the TLB whole, SYSENTER does not exist in long mode, SYSRET takes the fault of an address that is
    /// not canonical in user mode, a null selector keeps the base of FS or GS.
    /// </summary>
    Amd,
}
