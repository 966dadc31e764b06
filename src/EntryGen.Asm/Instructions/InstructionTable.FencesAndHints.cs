namespace EntryGen.Asm.Instructions;

public static partial class InstructionTable
{
    private static IEnumerable<InstructionInfo> FencesAndHints() =>
    [
        Row(Op.Lfence, "LFENCE", "no later instruction starts, even speculatively, before all earlier ones have completed", "lfence", "", "-"),
        Row(Op.Mfence, "MFENCE", "all earlier loads and stores are globally visible before any later one", "mfence", "", "-"),
        Row(Op.Sfence, "SFENCE", "all earlier stores are globally visible before any later store", "sfence", "", "-"),
        Row(Op.Serialize, "SERIALIZE", "complete everything earlier before fetching the next instruction", "serialize", "", "-") with { IsSerializing = true },
        Row(Op.Nop, "NOP", "nothing", "nop", "wlq", "- rm", "a") with { DefaultWidth = 4 },
        Row(Op.Pause, "PAUSE", "nothing; a hint that this is a spin loop", "pause", "", "-"),
        Row(Op.Endbr64, "ENDBR64", "a valid target of an indirect branch under IBT", "endbr64", "", "-"),
        Row(Op.Endbr32, "ENDBR32", "nothing in 64-bit mode", "endbr32", "", "-"),
    ];
}
