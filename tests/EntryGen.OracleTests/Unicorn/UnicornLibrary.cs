using System.Reflection;
using System.Runtime.InteropServices;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>The functions of libunicorn 2 (unicorn/unicorn.h) that the tests use.</summary>
internal static unsafe partial class UnicornLibrary
{
    private const string Name = "unicorn";

    public const int ArchitectureX86 = 4;
    public const int Mode64 = 1 << 3;
    public const int ProtectionAll = 7;

    /// <summary>UC_CTL_WRITE(UC_CTL_CPU_MODEL, 1).</summary>
    public const int SetCpuModel = 0x44000007;

    static UnicornLibrary() => NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), Resolve);

    /// <summary>Why it cannot be used, or null.</summary>
    public static string? Missing { get; } = NativeLibrary.TryLoad("libunicorn.so.2", out _) ? null : "no libunicorn.so.2 (Debian: libunicorn-dev)";

    [LibraryImport(Name, EntryPoint = "uc_open")]
    public static partial UnicornError Open(int architecture, int mode, out nint engine);

    [LibraryImport(Name, EntryPoint = "uc_close")]
    public static partial UnicornError Close(nint engine);

    // Variadic in C; one int argument travels as any other.
    [LibraryImport(Name, EntryPoint = "uc_ctl")]
    public static partial UnicornError Control(nint engine, int control, int argument);

    [LibraryImport(Name, EntryPoint = "uc_mem_map_ptr")]
    public static partial UnicornError Map(nint engine, ulong address, nuint size, uint protection, void* memory);

    [LibraryImport(Name, EntryPoint = "uc_reg_read")]
    public static partial UnicornError ReadRegister(nint engine, int register, void* value);

    [LibraryImport(Name, EntryPoint = "uc_reg_write")]
    public static partial UnicornError WriteRegister(nint engine, int register, void* value);

    [LibraryImport(Name, EntryPoint = "uc_reg_read_batch")]
    public static partial UnicornError ReadRegisters(nint engine, int* registers, void** values, int count);

    [LibraryImport(Name, EntryPoint = "uc_reg_write_batch")]
    public static partial UnicornError WriteRegisters(nint engine, int* registers, void** values, int count);

    [LibraryImport(Name, EntryPoint = "uc_emu_start")]
    public static partial UnicornError Start(nint engine, ulong begin, ulong until, ulong timeout, nuint count);

    [LibraryImport(Name, EntryPoint = "uc_emu_stop")]
    public static partial UnicornError Stop(nint engine);

    // Variadic in C, without arguments for the hooks used here.
    [LibraryImport(Name, EntryPoint = "uc_hook_add")]
    public static partial UnicornError AddHook(nint engine, out nint hook, UnicornHook kind, delegate* unmanaged[Cdecl]<nint, uint, nint, void> callback, nint data, ulong begin, ulong end);

    [LibraryImport(Name, EntryPoint = "uc_context_alloc")]
    public static partial UnicornError AllocateContext(nint engine, out nint context);

    [LibraryImport(Name, EntryPoint = "uc_context_save")]
    public static partial UnicornError SaveContext(nint engine, nint context);

    [LibraryImport(Name, EntryPoint = "uc_context_restore")]
    public static partial UnicornError RestoreContext(nint engine, nint context);

    [LibraryImport(Name, EntryPoint = "uc_context_free")]
    public static partial UnicornError FreeContext(nint context);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == Name ? NativeLibrary.Load("libunicorn.so.2") : 0;
}

/// <summary>uc_err, as far as it matters.</summary>
internal enum UnicornError
{
    Ok = 0,
    ReadUnmapped = 6,
    WriteUnmapped = 7,
    FetchUnmapped = 8,
    InvalidInstruction = 10,
    Exception = 21,
}

/// <summary>uc_hook_type, as far as it matters.</summary>
internal enum UnicornHook
{
    Interrupt = 1,
}

/// <summary>uc_x86_reg, as far as it matters.</summary>
internal enum UnicornRegister
{
    Cs = 11, Ds = 17, Eflags = 25, Es = 28, Fs = 32, Gs = 33, Rax = 35, Rbp = 36, Rbx = 37, Rcx = 38, Rdi = 39, Rdx = 40, Rip = 41, Rsi = 43, Rsp = 44, Ss = 49,
    Cr0 = 50, Cr2 = 52, Cr3 = 53, Cr4 = 54, Cr8 = 58, Dr0 = 66, Dr6 = 72, Dr7 = 73, R8 = 106, R9, R10, R11, R12, R13, R14, R15,
    Idtr = 242, Gdtr = 243, Ldtr = 244, Tr = 245, Msr = 248, FsBase = 250, GsBase = 251,
}
