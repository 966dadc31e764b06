using System.Collections.Frozen;
using EntryGen.Emulation;

namespace EntryGen.Kernel;

/// <summary>
/// The entry points of the Linux kernel by symbol: vector, IST and gate of each (<c>arch/x86/kernel/idt.c</c>, <c>idtentry.h</c>, <c>irq_vectors.h</c>).
/// </summary>
public static class KnownEntries
{
    private static readonly FrozenDictionary<string, EntryPoint> BySymbol = Declare().ToFrozenDictionary(entry => entry.Symbol);

    /// <summary>All of them, in the order of declaration.</summary>
    public static IReadOnlyList<EntryPoint> All { get; } = [.. Declare()];

    /// <summary>How the symbol is reached, or null when it is not an entry the kernel installs.</summary>
    public static EntryPoint? Find(string symbol) => BySymbol.GetValueOrDefault(symbol);

    /// <summary>
    /// How an entry of a unit is reached. The kind that the unit declares wins where it says more than <see cref="EntryKind.Call"/>; a symbol of
    /// the kernel keeps its own vector; anything else has the declared vector, or one that has the kind's shape and no error code.
    /// </summary>
    /// <param name="symbol">The label.</param>
    /// <param name="declared">The kind the unit's tables give it.</param>
    /// <param name="vector">The vector that is declared for it; null for none.</param>
    public static EntryPoint Resolve(string symbol, EntryKind declared, byte? vector = null)
    {
        var known = Find(symbol);
        if (known is not null && (declared == EntryKind.Call || declared == known.Kind) && (vector is null || vector == known.Vector))
        {
            return known;
        }

        return declared switch
        {
            EntryKind.Interrupt => new(symbol, declared, vector ?? LinuxVectors.Device, UserCallable: vector is Vectors.Breakpoint or 4),
            EntryKind.Paranoid => new(symbol, declared, vector ?? Vectors.Debug, SlotOf(vector ?? Vectors.Debug)),
            EntryKind.Nmi => new(symbol, declared, Vectors.Nmi, IstSlot.Nmi),
            EntryKind.Int80 => new(symbol, declared, LinuxVectors.Int80, UserCallable: true, FromCompatibilityMode: true),
            EntryKind.Sysenter => new(symbol, declared, FromCompatibilityMode: true),
            _ => new(symbol, declared),
        };
    }

    /// <summary>The IST slot that Linux has for a vector; that of #DB for one that it handles without.</summary>
    private static byte SlotOf(byte vector) => vector switch
    {
        Vectors.DoubleFault => IstSlot.DoubleFault,
        Vectors.Nmi => IstSlot.Nmi,
        Vectors.MachineCheck => IstSlot.MachineCheck,
        Vectors.VmmCommunication => IstSlot.VmmCommunication,
        _ => IstSlot.Debug,
    };

    private static IEnumerable<EntryPoint> Declare() =>
    [
        new("entry_SYSCALL_64", EntryKind.Syscall),
        new(FredSetup.UserEntry, EntryKind.Fred, From: Side.User),
        new(FredSetup.KernelEntry, EntryKind.Fred, From: Side.Kernel),
        new("entry_SYSENTER_compat", EntryKind.Sysenter, FromCompatibilityMode: true),
        new("entry_SYSCALL_compat", EntryKind.Syscall, FromCompatibilityMode: true),
        new("entry_SYSCALL32_ignore", EntryKind.Syscall, FromCompatibilityMode: true),
        new("ignore_sysret", EntryKind.Syscall, FromCompatibilityMode: true),

        Exception("exc_divide_error", Vectors.DivideError),
        Exception("exc_overflow", 4) with { UserCallable = true },
        Exception("exc_bounds", 5),
        Exception("exc_invalid_op", Vectors.InvalidOpcode),
        Exception("exc_device_not_available", 7),
        Exception("exc_coproc_segment_overrun", 9),
        Exception("exc_invalid_tss", Vectors.InvalidTss),
        Exception("exc_segment_not_present", Vectors.SegmentNotPresent),
        Exception("exc_stack_segment", Vectors.StackFault),
        Exception("exc_general_protection", Vectors.GeneralProtection),
        Exception("exc_page_fault", Vectors.PageFault),
        Exception("exc_spurious_interrupt_bug", 15),
        Exception("exc_coprocessor_error", 16),
        Exception("exc_alignment_check", Vectors.AlignmentCheck),
        Exception("exc_simd_coprocessor_error", 19),
        Exception("exc_virtualization_exception", Vectors.VirtualizationException),
        Exception("exc_control_protection", Vectors.ControlProtection),
        Exception("exc_int3", Vectors.Breakpoint) with { UserCallable = true },

        new("asm_exc_nmi", EntryKind.Nmi, Vectors.Nmi, IstSlot.Nmi),
        new("asm_exc_debug", EntryKind.Paranoid, Vectors.Debug, IstSlot.Debug),
        new("asm_exc_machine_check", EntryKind.Paranoid, Vectors.MachineCheck, IstSlot.MachineCheck),
        new("asm_exc_double_fault", EntryKind.Paranoid, Vectors.DoubleFault, IstSlot.DoubleFault),
        new("asm_exc_vmm_communication", EntryKind.Paranoid, Vectors.VmmCommunication, IstSlot.VmmCommunication),

        new("asm_int80_emulation", EntryKind.Int80, LinuxVectors.Int80, UserCallable: true, FromCompatibilityMode: true),
        new("entry_INT80_compat", EntryKind.Int80, LinuxVectors.Int80, UserCallable: true, FromCompatibilityMode: true),

        new("asm_common_interrupt", EntryKind.Interrupt, LinuxVectors.Device, InStub: true, InIdt: false),
        new("asm_spurious_interrupt", EntryKind.Interrupt, LinuxVectors.Spurious, InStub: true, InIdt: false),
        // The first stub: it pushes the vector and jumps to the entry.
        new("irq_entries_start", EntryKind.Interrupt, LinuxVectors.FirstExternal, InIdt: false),
        new("spurious_entries_start", EntryKind.Interrupt, LinuxVectors.FirstSystem, InIdt: false),
        Interrupt("irq_move_cleanup", 0x20),
        Interrupt("posted_msi_notification", 0xeb),
        Interrupt("apic_timer_interrupt", LinuxVectors.FirstSystem),
        Guest("hyperv_stimer0", 0xed),
        Guest("hyperv_reenlightenment", 0xee),
        Interrupt("kvm_posted_intr_nested_ipi", 0xf0),
        Interrupt("kvm_posted_intr_wakeup_ipi", 0xf1),
        Interrupt("kvm_posted_intr_ipi", 0xf2),
        Guest("hyperv_callback", 0xf3),
        Guest("acrn_hv_callback", 0xf3),
        Guest("xen_hvm_callback", 0xf3),
        Guest("kvm_asyncpf_interrupt", 0xf3),
        Interrupt("deferred_error", 0xf4),
        Interrupt("irq_work", 0xf6),
        Interrupt("x86_platform_ipi", 0xf7),
        Interrupt("reboot", 0xf8),
        Interrupt("threshold", 0xf9),
        Interrupt("thermal", 0xfa),
        Interrupt("call_function_single", 0xfb),
        Interrupt("call_function", 0xfc),
        Interrupt("reschedule_ipi", 0xfd),
        Interrupt("error_interrupt", 0xfe),
        Interrupt("spurious_apic_interrupt", LinuxVectors.Spurious),

        // KVM calls these with a frame like the processor's, on the stack it runs on.
        Exception("exc_nmi_noist", Vectors.Nmi) with { InIdt = false },
        Exception("exc_nmi_kvm_vmx", Vectors.Nmi) with { InIdt = false },

        // Xen delivers on the kernel stack, without IST.
        Exception("xenpv_exc_debug", Vectors.Debug) with { InIdt = false },
        Exception("xenpv_exc_nmi", Vectors.Nmi) with { InIdt = false },
        Exception("xenpv_exc_double_fault", Vectors.DoubleFault) with { InIdt = false },
        Exception("xenpv_exc_machine_check", Vectors.MachineCheck) with { InIdt = false },
        Exception("exc_xen_hypervisor_callback", 0xf3) with { InIdt = false },
        Exception("exc_xen_unknown_trap", LinuxVectors.Device) with { InIdt = false },
    ];

    private static EntryPoint Exception(string handler, byte vector) => new("asm_" + handler, EntryKind.Interrupt, vector);

    private static EntryPoint Interrupt(string handler, byte vector) => new("asm_sysvec_" + handler, EntryKind.Interrupt, vector);

    private static EntryPoint Guest(string handler, byte vector) => Interrupt(handler, vector) with { InIdt = false };
}
