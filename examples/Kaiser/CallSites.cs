using EntryGen.Kernel;

namespace Kaiser;

/// <summary>A place at which a macro stands, and what its author takes for granted there.</summary>
/// <param name="Label">The label before it.</param>
/// <param name="Name">In words.</param>
/// <param name="Reach">The way in that comes by.</param>
/// <param name="Free2017">The registers that the macro may use, as of November 2017.</param>
/// <param name="FreeToday">The same today, where the place is another.</param>
public sealed record CallSite(string Label, string Name, WayIn Reach, string Free2017, string FreeToday);

/// <summary>The places, in the order in which a reviewer would go through them.</summary>
public static class CallSites
{
    private const string Anything = "any";

    private static readonly WayIn _user16 = Way("the same, 16-bit stack");

    /// <summary>All places.</summary>
    public static IReadOnlyList<CallSite> All { get; } =
    [
        new("site_syscall64_entry", "SYSCALL, 64 bits", Way("SYSCALL, 64 bits"), "rdi rsi rdx rcx rbx rbp r8 r9 r10 r11 r12 r13 r14 r15", "rsp"),
        new("site_syscall32_entry", "SYSCALL, 32 bits", Way("SYSCALL, 32 bits"), Anything, "rsp"),
        new("site_sysenter_entry", "SYSENTER", Way("SYSENTER"), Anything, "rax"),
        new("site_int80_entry", "INT 0x80", Way("INT 0x80"), Anything, Anything),
        new("site_idt_entry", "interrupt, exception", Way("interrupt in user mode"), Anything, Anything),
        new("site_nmi_entry", "NMI from user mode", Way("NMI in user mode"), "rdx", "rdx"),
        new("site_paranoid_entry", "paranoid entry", Way("#DB in the kernel"), Anything, Anything),
        new("site_sysret64_exit", "SYSRET, 64 bits", Way("SYSCALL, 64 bits"), "rdi", "rdi"),
        new("site_sysret32_exit", "SYSRET, 32 bits", Way("SYSENTER"), "r8 r9 r10", "r8 r9 r10"),
        new("site_iret_exit", "IRET", Way("interrupt in user mode"), "rdi", "rdi"),
        new("site_espfix_entry", "espfix, in", _user16, "rdi", "rdi"),
        new("site_espfix_exit", "espfix, out", _user16, "rdi", "rdi"),
        new("site_paranoid_exit", "paranoid exit", Way("#DB, CR3 and GS the user's"), Anything, Anything),
        new("site_nmi_exit", "NMI from the kernel", Way("NMI, CR3 and GS the user's"), Anything, Anything),
    ];

    private static WayIn Way(string name) => WayIn.All.Single(way => way.Name == name);
}
