using System.Diagnostics;
using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;
using EntryGen.Emulation;
using EntryGen.OracleTests.Objects;
using EntryGen.OracleTests.Trace;
using EntryGen.Testing;

namespace EntryGen.OracleTests.Boot;

/// <summary>The cases twice: as a disk that a PC boots, made by GNU as and ld, and read by EntryGen as a unit.</summary>
/// <param name="Disk">The disk.</param>
/// <param name="Symbols">Where ld put the symbols.</param>
/// <param name="Unit">The emulator.</param>
internal sealed record BootSources(byte[] Disk, IReadOnlyDictionary<string, ulong> Symbols, EntryUnit Unit)
{
    // 20 cylinders, 16 heads, 63 sectors: Bochs wants to be told.
    private const int DiskSize = 20 * 16 * 63 * 512;

    private static readonly string _directory = Repository.PathOf("tests/EntryGen.OracleTests/Boot/Guest");

    /// <summary>Builds both forms.</summary>
    public static BootSources Build()
    {
        var place = Directory.CreateTempSubdirectory("entrygen-boot-");
        try
        {
            void Run(string program, params string[] arguments)
            {
                using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = place.FullName, RedirectStandardError = true })!;
                var errors = process.StandardError.ReadToEnd();
                process.WaitForExit();
                Assert.True(process.ExitCode == 0, $"{program}: {errors}");
            }

            foreach (var source in (ReadOnlySpan<string>)["boot", "cases", "finish"])
            {
                Run("gcc", "-c", "-x", "assembler-with-cpp", Path.Combine(_directory, source + ".S"), "-o", source + ".o");
            }

            Run("ld", "-Ttext=0x7c00", "--oformat", "binary", "-o", "boot.bin", "boot.o");
            Run("ld", $"-Ttext=0x{BootGuest.Base + BootGuest.Code:x}", $"--section-start=.user.text=0x{BootGuest.Base + BootGuest.UserCode:x}", "-e", "start", "-o", "guest.elf", "cases.o", "finish.o");
            Run("objcopy", "-O", "binary", "-j", ".text", "-j", ".user.text", "guest.elf", "code.bin");
            var symbols = new ElfObject(File.ReadAllBytes(Path.Combine(place.FullName, "guest.elf"))).Symbols.Where(symbol => symbol.Section is not null && symbol.Name.Length > 0)
                .ToDictionary(symbol => symbol.Name, symbol => (ulong)symbol.Value);

            var machine = new Machine(memorySize: 1 << 20);
            _ = new BootGuest(machine.Memory, name => symbols[name]);
            machine.Memory.Write(BootGuest.Code, File.ReadAllBytes(Path.Combine(place.FullName, "code.bin")));
            var disk = new byte[DiskSize];
            File.ReadAllBytes(Path.Combine(place.FullName, "boot.bin")).CopyTo(disk, 0);
            machine.Memory.Read(BootGuest.ImageStart, disk.AsSpan(512, BootGuest.ImageEnd - BootGuest.ImageStart));
            return new BootSources(disk, symbols, Read());
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    private static EntryUnit Read()
    {
        var listing = AsmReader.Read(
            new SourceText("cases.S", File.ReadAllText(Path.Combine(_directory, "cases.S"))),
            new ReaderOptions { Preprocessor = new PreprocessorOptions { Defines = ["__ASSEMBLER__"] } },
            new FileResolver(_directory));
        Assert.Empty(listing.Diagnostics);
        var program = ProgramBuilder.Build([new ProgramUnit("cases", listing, listing.PreprocessorMacros!)], new ProgramOptions());
        return KernelUnit.Load("cases.S", program, ["start"]);
    }
}
