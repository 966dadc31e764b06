using EntryGen.Asm.Diagnostics;

namespace EntryGen.Asm.Cpp;

/// <summary>What a run may still produce. When it is used up the run ends, with one message.</summary>
internal sealed class ExpansionBudget(PreprocessorOptions options, DiagnosticSink diagnostics, CancellationToken cancellationToken)
{
    /// <summary>A run of characters with its origin costs this many characters, since it takes as much memory.</summary>
    private const int RunCost = 12;

    private const int TokensBetweenCancellationChecks = 4096;

    private const int LinesBetweenCancellationChecks = 1024;

    private int _tokens = options.MaxExpandedTokens;
    private int _characters = options.MaxOutputCharacters;
    private int _lines = options.MaxLines;
    private int _untilCancellationCheck;

    public bool IsExhausted { get; private set; }

    /// <summary>What was taken so far.</summary>
    public BudgetUse Use => new(options.MaxExpandedTokens - _tokens, options.MaxOutputCharacters - _characters, options.MaxLines - _lines);

    public int MaxDepth { get; } = options.MaxExpansionDepth;

    /// <summary>Counts tokens that an expansion makes.</summary>
    public bool TakeTokens(int count, in Token at)
    {
        _untilCancellationCheck -= count;
        if (_untilCancellationCheck < 0)
        {
            _untilCancellationCheck = TokensBetweenCancellationChecks;
            cancellationToken.ThrowIfCancellationRequested();
        }

        return Take(ref _tokens, count) || Exceed(at, $"macro expansion produces more than {options.MaxExpandedTokens} tokens");
    }

    /// <summary>Counts characters that are written out or made by <c>#</c> and <c>##</c>.</summary>
    public bool TakeCharacters(int count, int runs, in Token at) =>
        Take(ref _characters, (int)Math.Min(int.MaxValue, count + ((long)RunCost * runs)))
            || Exceed(at, $"the preprocessed text exceeds {options.MaxOutputCharacters} characters");

    /// <summary>Counts a line that is read.</summary>
    public bool TakeLine(in Token at)
    {
        if (_lines % LinesBetweenCancellationChecks == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return Take(ref _lines, 1) || Exceed(at, $"the unit and its includes have more than {options.MaxLines} lines");
    }

    /// <summary>Whether this much is left.</summary>
    public bool Allows(BudgetUse use) => !IsExhausted && use.Tokens <= _tokens && use.Characters <= _characters && use.Lines <= _lines;

    /// <summary>Counts what was taken in another run for the same. There must be as much left.</summary>
    public void Take(BudgetUse use)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _tokens -= use.Tokens;
        _characters -= use.Characters;
        _lines -= use.Lines;
    }

    private bool Take(ref int left, int count)
    {
        if (IsExhausted || count > left)
        {
            return false;
        }

        left -= count;
        return true;
    }

    private bool Exceed(in Token at, string message)
    {
        if (!IsExhausted)
        {
            IsExhausted = true;
            diagnostics.Report(ReaderDiagnostics.PreprocessorBound, message + ": reading ends here", at);
        }

        return false;
    }
}

/// <summary>What a run, or a part of it, took of each bound.</summary>
internal readonly record struct BudgetUse(int Tokens, int Characters, int Lines)
{
    public static BudgetUse operator -(BudgetUse all, BudgetUse before) =>
        new(all.Tokens - before.Tokens, all.Characters - before.Characters, all.Lines - before.Lines);
}
