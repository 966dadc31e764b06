using EntryGen.Kernel;

namespace Kaiser;

/// <summary>A place at which a macro stands, and what its author takes for granted there.</summary>
/// <param name="Label">The label before it.</param>
/// <param name="Name">In words.</param>
/// <param name="Reach">The way in that comes by.</param>
/// <param name="Used2017">The registers that the macro is given as scratch, as of November 2017: its author says that they are free.</param>
/// <param name="UsedToday">The same today. SYSENTER has none: it pushes the one that it uses.</param>
public sealed record CallSite(string Label, string Name, WayIn Reach, string Used2017, string UsedToday)
{
    /// <summary>The registers that a set declares to be free.</summary>
    public IReadOnlyList<string> DeclaredBy(MacroSet set) => (set == MacroSet.Today ? UsedToday : Used2017).Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The places, in the order in which a reviewer would go through them.</summary>
public static class CallSites
{
    private static readonly WayIn _user16 = Way("the same, 16-bit stack");

    /// <summary>All places.</summary>
    public static IReadOnlyList<CallSite> All { get; } =
    [
        new("site_syscall64_entry", "SYSCALL, 64 bits", Way("SYSCALL, 64 bits"), "r11", "rsp"),
        new("site_syscall32_entry", "SYSCALL, 32 bits", Way("SYSCALL, 32 bits"), "rdi", "rsp"),
        new("site_sysenter_entry", "SYSENTER", Way("SYSENTER"), "rax", ""),
        new("site_int80_entry", "INT 0x80", Way("INT 0x80"), "rax", "rax"),
        new("site_idt_entry", "interrupt, exception", Way("interrupt in user mode"), "rax", "rax"),
        new("site_nmi_entry", "NMI from user mode", Way("NMI in user mode"), "rdx", "rdx"),
        new("site_paranoid_entry", "paranoid entry", Way("#DB in the kernel"), "rax r14", "rax r14"),
        new("site_sysret64_exit", "SYSRET, 64 bits", Way("SYSCALL, 64 bits"), "rdi", "rdi"),
        new("site_sysret32_exit", "SYSRET, 32 bits", Way("SYSENTER"), "r8", "r8 r9"),
        new("site_iret_exit", "IRET", Way("interrupt in user mode"), "rdi", "rdi"),
        new("site_espfix_entry", "espfix, in", _user16, "rdi", "rdi"),
        new("site_espfix_exit", "espfix, out", _user16, "rdi", "rdi"),
        new("site_paranoid_exit", "paranoid exit", Way("#DB, CR3 and GS the user's"), "", "rax"),
        new("site_nmi_exit", "NMI from the kernel", Way("NMI, CR3 and GS the user's"), "", "r15"),
    ];

    private static WayIn Way(string name) => WayIn.All.Single(way => way.Name == name);
}
