using EntryGen.Emulation;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>
/// Which words of a state other than memory make up a line. What changes with every instruction is in a line of its own, the general registers in two; then come the other
/// registers, and what is remembered beside the machine. So a line's contents recur in many states.
/// </summary>
internal sealed class CellLayout
{
    /// <summary>The lines whose numbers stand in a state themselves; those of the others are in groups.</summary>
    public const int DirectLines = 3;

    private const int Words = LineStore.LineWords;

    private static readonly int[] _first =
    [
        (int)Reg.Rip, (int)Reg.Rflags, (int)Reg.Rsp, (int)Reg.EventState, HiddenState.ShadowStart, (int)Reg.Cr3, (int)Reg.GsBase, (int)Reg.KernelGsBase,
        (int)Reg.Rax, (int)Reg.Rcx, (int)Reg.Rdx, (int)Reg.Rsi, (int)Reg.Rdi, (int)Reg.R8, (int)Reg.R9, (int)Reg.R10,
        (int)Reg.R11, (int)Reg.Rbx, (int)Reg.Rbp, (int)Reg.R12, (int)Reg.R13, (int)Reg.R14, (int)Reg.R15, (int)Reg.Cs,
    ];

    /// <summary>Lays out registers and the words behind them.</summary>
    /// <param name="words">How many there are.</param>
    public CellLayout(int words)
    {
        int[] order = [.. _first, .. Enumerable.Range(0, words).Except(_first)];
        Lines = (words + Words - 1) / Words;
        Groups = (Lines - DirectLines + 15) / 16;
        WordsOf = new int[Lines * Words];
        LineOf = new int[words];

        // Behind the last word there is one that is always 0.
        Array.Fill(WordsOf, words);
        for (var place = 0; place < words; place++)
        {
            WordsOf[place] = order[place];
            LineOf[order[place]] = place / Words;
        }
    }

    /// <summary>The number of lines.</summary>
    public int Lines { get; }

    /// <summary>The number of groups of sixteen that hold the lines behind the first.</summary>
    public int Groups { get; }

    /// <summary>The words of each line, eight by eight.</summary>
    public int[] WordsOf { get; }

    /// <summary>The line of each word.</summary>
    public int[] LineOf { get; }

    /// <summary>Where a line's number is kept: first those that stand for themselves, in a group of their own, then the groups.</summary>
    public static int NumberPlace(int line) => line < DirectLines ? line : line - DirectLines + 16;
}
