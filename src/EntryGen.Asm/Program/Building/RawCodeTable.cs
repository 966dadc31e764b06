using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Building;

/// <summary>Encodings that entry code writes as bytes (SDM vol. 2, opcode columns; FRED specification for ERETU, ERETS and LKGS).</summary>
internal static class RawCodeTable
{
    private static readonly List<FixedCode> _codes = Build();

    /// <summary>The longest encoding at a position, or null.</summary>
    /// <param name="byteAt">The byte at a position; negative when it is none or unknown.</param>
    /// <param name="position">Where to look.</param>
    public static FixedCode? Find(Func<int, int> byteAt, int position)
    {
        foreach (var code in _codes)
        {
            var i = 0;
            while (i < code.Bytes.Count && byteAt(position + i) == code.Bytes[i])
            {
                i++;
            }

            if (i == code.Bytes.Count)
            {
                return code;
            }
        }

        return null;
    }

    /// <summary>Prefix bytes; CS does nothing on 64-bit branches.</summary>
    public static bool TryGetPrefix(int value, out InstructionPrefixes prefix)
    {
        prefix = value switch
        {
            0xF0 => InstructionPrefixes.Lock,
            0xF3 => InstructionPrefixes.Repeat,
            0xF2 => InstructionPrefixes.RepeatNotEqual,
            0x3E => InstructionPrefixes.NoTrack,
            _ => InstructionPrefixes.None,
        };
        return prefix != InstructionPrefixes.None || value is 0x2E;
    }

    /// <summary>All encodings with their mnemonics, for checking them against an assembler.</summary>
    public static IReadOnlyList<FixedCode> All => _codes;

    private static List<FixedCode> Build()
    {
        var codes = new List<FixedCode>
        {
            Code("nop", 0x90), Code("pause", 0xF3, 0x90), Code("int3", 0xCC), Code("ret", 0xC3), Code("hlt", 0xF4), Code("leave", 0xC9),
            Code("cli", 0xFA), Code("sti", 0xFB), Code("cld", 0xFC), Code("std", 0xFD), Code("clc", 0xF8), Code("stc", 0xF9), Code("cmc", 0xF5),
            Code("pushf", 0x9C), Code("popf", 0x9D), Code("iretl", 0xCF), Code("iretq", 0x48, 0xCF),
            Code("syscall", 0x0F, 0x05), Code("sysretl", 0x0F, 0x07), Code("sysretq", 0x48, 0x0F, 0x07), Code("sysenter", 0x0F, 0x34),
            Code("ud2", 0x0F, 0x0B), Code("clts", 0x0F, 0x06), Code("invd", 0x0F, 0x08), Code("wbinvd", 0x0F, 0x09),
            Code("wrmsr", 0x0F, 0x30), Code("rdtsc", 0x0F, 0x31), Code("rdmsr", 0x0F, 0x32), Code("rdpmc", 0x0F, 0x33), Code("cpuid", 0x0F, 0xA2),
            Code("clac", 0x0F, 0x01, 0xCA), Code("stac", 0x0F, 0x01, 0xCB), Code("eretu", 0xF3, 0x0F, 0x01, 0xCA), Code("erets", 0xF2, 0x0F, 0x01, 0xCA),
            Code("wrmsrns", 0x0F, 0x01, 0xC6), Code("xgetbv", 0x0F, 0x01, 0xD0), Code("xsetbv", 0x0F, 0x01, 0xD1), Code("serialize", 0x0F, 0x01, 0xE8),
            Code("rdpkru", 0x0F, 0x01, 0xEE), Code("wrpkru", 0x0F, 0x01, 0xEF), Code("swapgs", 0x0F, 0x01, 0xF8), Code("rdtscp", 0x0F, 0x01, 0xF9),
            Code("lfence", 0x0F, 0xAE, 0xE8), Code("mfence", 0x0F, 0xAE, 0xF0), Code("sfence", 0x0F, 0xAE, 0xF8),
            Code("endbr64", 0xF3, 0x0F, 0x1E, 0xFA), Code("endbr32", 0xF3, 0x0F, 0x1E, 0xFB),
        };

        // F3 REX 0F AE /0 to /3: before binutils 2.21 these had to be bytes.
        var bases = new[] { "rdfsbase", "rdgsbase", "wrfsbase", "wrgsbase" };
        for (var extension = 0; extension < bases.Length; extension++)
        {
            for (var number = 0; number < 16; number++)
            {
                var modRm = 0xC0 | (extension << 3) | (number & 7);
                codes.Add(Code(bases[extension], 0xF3, 0x48 | (number >> 3), 0x0F, 0xAE, modRm) with { Operand = new(RegisterClass.General, number, 8) });
            }
        }

        // F2 REX 0F 00 /6, which only assemblers of 2023 and later know.
        for (var number = 0; number < 16; number++)
        {
            int[] rex = number < 8 ? [] : [0x41];
            codes.Add(Code("lkgs", [0xF2, .. rex, 0x0F, 0x00, 0xF0 | (number & 7)]) with { Operand = new(RegisterClass.General, number, 2) });
        }

        // The longest first, so that a prefix that is part of an encoding is not taken for a prefix.
        codes.Sort((a, b) => b.Bytes.Count.CompareTo(a.Bytes.Count));
        return codes;
    }

    private static FixedCode Code(string mnemonic, params int[] bytes) => new(mnemonic, bytes, null);

    /// <summary>An encoding without variable parts.</summary>
    /// <param name="Mnemonic">The instruction.</param>
    /// <param name="Bytes">Its bytes.</param>
    /// <param name="Operand">The register it names, or null.</param>
    public sealed record FixedCode(string Mnemonic, IReadOnlyList<int> Bytes, Register? Operand);
}
