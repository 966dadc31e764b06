using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>Notes what the passage being read depends on.</summary>
internal sealed class PassageRecorder
{
    private readonly List<string> _words = [];
    private readonly List<string> _symbols = [];
    private readonly List<string> _changedMacros = [];
    private readonly List<string> _changedSymbols = [];
    private bool _areKnown;
    private bool _usesCounter;
    private bool _usesCounterValue;
    private bool _usesLocals;
    private bool _isAsking;

    /// <summary>Tells the words of one passage from those of another.</summary>
    public int Passage { get; private set; }

    /// <summary>The macro calls and repetitions of the passage, in the order in which they were expanded.</summary>
    public List<MacroFrame> Frames { get; } = [];

    /// <summary>A passage begins.</summary>
    public void Begin()
    {
        Passage++;
        Frames.Clear();
        _words.Clear();
        _symbols.Clear();
        _changedMacros.Clear();
        _changedSymbols.Clear();
        _areKnown = true;
        _usesCounter = false;
        _usesCounterValue = false;
        _usesLocals = false;
    }

    /// <summary>What was noted since.</summary>
    /// <param name="isClean">Whether nothing was reported.</param>
    public PassageNeeds End(bool isClean) => new()
    {
        AreKnown = _areKnown && isClean,
        Counter = _usesCounter,
        CounterValue = _usesCounterValue,
        Locals = _usesLocals,
        Words = _words.Count == 0 ? [] : _words.ToArray(),
        Symbols = _symbols.Count == 0 ? [] : _symbols.ToArray(),
        ChangedMacros = _changedMacros.Count == 0 ? [] : _changedMacros.ToArray(),
        ChangedSymbols = _changedSymbols.Count == 0 ? [] : _changedSymbols.ToArray(),
    };

    /// <summary>What follows depends on more than is noted here.</summary>
    public void GiveUp() => _areKnown = false;

    /// <summary>A word was asked for its macro.</summary>
    public void Look(Word word)
    {
        if (word.Passage != Passage)
        {
            word.Passage = Passage;
            _words.Add(word.Text);
        }
    }

    /// <summary>A macro was expanded.</summary>
    public void Expand(MacroTemplate template)
    {
        _usesCounter |= template.HasCounter;
        _usesCounterValue |= template.HasHiddenCounter;
        _usesLocals |= template.LocalCount > 0;
    }

    /// <summary>The characters of a statement decide what is read, or what it does.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="frame">The call in whose expansion it stands.</param>
    public void Inspect(TextSlice statement, MacroFrame? frame) => _usesCounterValue = _usesCounterValue || (frame is { HasCounter: true } && CounterDigits.AreIn(statement));

    /// <summary>A macro got another meaning, or none.</summary>
    public void ChangeMacro(string name) => _changedMacros.Add(name);

    /// <summary>A symbol was looked up.</summary>
    public void Look(string symbol)
    {
        if (_symbols.Count == 0 || _symbols[_symbols.Count - 1] != symbol)
        {
            _symbols.Add(symbol);
        }
    }

    /// <summary>A symbol got a place or a value.</summary>
    public void ChangeSymbol(string name) => _changedSymbols.Add(name);

    /// <summary>The value of an expression begins or ends to decide what is read.</summary>
    public void Ask(bool isAsking) => _isAsking = isAsking;

    /// <summary>A place came into the value of an expression. Places move; whoever decides by them must be asked again.</summary>
    public void LookAtPlace() => _areKnown &= !_isAsking;
}
