using System.Diagnostics;
using System.Globalization;
using System.Text;
using EntryGen.OracleTests.Gas;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>Instructions assembled and linked by GNU binutils, one in each slot of 16 bytes: the layout that EntryGen gives to code.</summary>
/// <param name="Texts">The instructions that GNU as takes, in the order of the slots.</param>
/// <param name="Bytes">The slots from <see cref="Start"/> on.</param>
/// <param name="Lengths">Bytes that each instruction takes of its slot.</param>
internal sealed record GnuImage(IReadOnlyList<string> Texts, byte[] Bytes, byte[] Lengths)
{
    /// <summary>Where the layout puts <c>.text</c>.</summary>
    public const ulong Start = 0xffff_ffff_8100_0000;

    /// <summary>Bytes of a slot.</summary>
    public const int SlotSize = 16;

    private const string Label = InstructionTexts.Target;

    /// <summary>Assembles texts; those that GNU as refuses, or warns of, are left out.</summary>
    /// <param name="texts">One instruction each. Slot 0 is a NOP that <see cref="InstructionTexts.Target"/> names.</param>
    /// <param name="symbols">Addresses of symbols that the texts use.</param>
    public static GnuImage Build(IEnumerable<string> texts, IReadOnlyDictionary<string, ulong> symbols)
    {
        List<string> all = ["nop", .. texts];
        var (_, messages) = GnuAs.Assemble(Source(all));
        var refused = messages.Split('\n').Select(LineOf).ToHashSet();
        List<string> taken = [.. all.Where((_, index) => !refused.Contains(index + 1))];

        var directory = Directory.CreateTempSubdirectory("entrygen-image-");
        try
        {
            string Path(string name) => System.IO.Path.Combine(directory.FullName, name);
            File.WriteAllText(Path("forms.s"), Source(taken));
            Run("as", "--64", "-o", Path("forms.o"), Path("forms.s"));
            var start = "0x" + Start.ToString("x", CultureInfo.InvariantCulture);
            Run(
                "ld",
                ["-o", Path("forms.elf"), $"-Ttext={start}", "-e", start, .. symbols.Select(symbol => $"--defsym={symbol.Key}=0x{symbol.Value:x}"), Path("forms.o")]);
            Run("objcopy", "-O", "binary", "-j", ".text", Path("forms.elf"), Path("text.bin"));
            Run("objcopy", "-O", "binary", "-j", ".lengths", Path("forms.o"), Path("lengths.bin"));
            return new GnuImage(taken, File.ReadAllBytes(Path("text.bin")), File.ReadAllBytes(Path("lengths.bin")));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>The address of a slot.</summary>
    public static ulong AddressOf(int slot) => Start + ((ulong)slot * SlotSize);

    /// <summary>The same instructions for EntryGen.</summary>
    public string EntryGenSource => $".text\n{Label}:\n" + string.Join('\n', Texts) + "\n";

    // One line an instruction, so that a message's line says which one.
    private static string Source(IEnumerable<string> texts)
    {
        var source = new StringBuilder();
        foreach (var text in texts)
        {
            source.Append(source.Length == 0 ? $".text; {Label}: " : ".balign 16; ").Append("771: ").Append(text)
                .Append("; 772: .pushsection .lengths,\"a\"; .byte 772b-771b; .popsection\n");
        }

        // Unicorn translates on behind an instruction that ends a block: HLT keeps it from leaving what is mapped.
        return source.Append(".fill 16, 1, 0xf4; .balign 4096, 0xf4\n").ToString();
    }

    private static int LineOf(string message)
    {
        var parts = message.Split(':');
        return parts.Length > 2 && int.TryParse(parts[1], out var line) ? line : 0;
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {errors}");
    }
}
