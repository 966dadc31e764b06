using System.Diagnostics;
using EntryGen.OracleTests.Gas;

namespace EntryGen.OracleTests.Boot;

/// <summary>Bochs, an emulator of a whole PC, as a program.</summary>
internal static class Bochs
{
    private const string Program = "bochs";
    private const int TimeLimit = 60_000;

    /// <summary>Why it cannot be used, or null.</summary>
    public static string? Missing { get; } = GnuAs.Missing
        ?? (Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(directory => File.Exists(Path.Combine(directory, Program))) ? null : "no bochs (Debian: bochs bochs-term bochsbios)");

    /// <summary>Boots a disk.</summary>
    /// <returns>What it wrote to the debug port between angle brackets, in hexadecimal.</returns>
    public static byte[] Boot(byte[] disk)
    {
        var place = Directory.CreateTempSubdirectory("entrygen-boot-");
        try
        {
            File.WriteAllBytes(Path.Combine(place.FullName, "disk.img"), disk);
            File.WriteAllText(Path.Combine(place.FullName, "bochsrc"), Configuration);
            File.WriteAllText(Path.Combine(place.FullName, "commands"), "c\n");
            var output = Run(place.FullName, "-q", "-f", "bochsrc", "-rc", "commands");
            var (start, end) = (output.IndexOf('<'), output.LastIndexOf('>'));
            var digits = start < 0 ? "" : string.Concat(output[start..].SkipWhile(c => c == '<').TakeWhile(char.IsAsciiHexDigitLower));
            Assert.True(digits.Length > 0 && end > start, $"Bochs did not come to the end of the cases: {output}");
            return Convert.FromHexString(digits);
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    private static string Run(string directory, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeLimit))
        {
            process.Kill();
        }

        return output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult();
    }

    // A screen that nobody looks at; no MSR that is not there reads as 0; a triple fault ends it.
    private const string Configuration = """
        display_library: rfb, options="timeout=0"
        romimage: file=/usr/share/bochs/BIOS-bochs-latest
        vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
        ata0-master: type=disk, path=disk.img, mode=flat, cylinders=20, heads=16, spt=63
        boot: disk
        port_e9_hack: enabled=1
        cpu: model=tigerlake, ips=500000000, reset_on_triple_fault=0, ignore_bad_msrs=0
        clock: sync=none
        megs: 32
        log: bochs.log
        panic: action=fatal
        error: action=ignore
        info: action=ignore
        speaker: enabled=0
        """;
}
