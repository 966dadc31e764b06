using System.Runtime.CompilerServices;

namespace EntryGen.Asm.Units;

/// <summary>
/// Remembers readings: a unit is read once for its inputs, whoever asks, a file is lexed once, however many units include it, and after an edit what the edit leaves is not read again.
/// </summary>
/// <remarks>
/// Safe between threads. The generator and the analyzer of one process share <see cref="Shared"/>, so that a build reads a unit once and an edit elsewhere reads nothing.
/// Nothing here outlives its use: the least recently used readings are dropped, and what is known of a file goes with its text.
/// </remarks>
public sealed class UnitReadings
{
    /// <summary>Instructions that the Programs kept may have together: ten units of the size of the kernel's entry_64.S.</summary>
    private const int MaxItems = 24_000;

    /// <summary>Readings kept, however small.</summary>
    private const int MaxReadings = 256;

    /// <summary>Identifiers after which the lexer's table is begun anew: editing leaves every spelling on the way behind.</summary>
    private const int MaxNames = 250_000;

    private readonly ConditionalWeakTable<object, string> _texts = new();
    private readonly List<Entry> _entries = [];
    private FileCache _files = new();
    private int _reads;
    private int _checks;

    /// <summary>The readings of this process.</summary>
    public static UnitReadings Shared { get; } = new();

    /// <summary>How many times a unit was read, rather than remembered.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>How many times rules looked at a unit.</summary>
    public int Checks => Volatile.Read(ref _checks);

    /// <summary>The characters of a text that a host represents by an object of its own; the same string each time it is asked with that object.</summary>
    /// <param name="text">The object, whose <see cref="object.ToString"/> gives the characters.</param>
    public string TextOf(object text) => _texts.GetValue(text, static known => known.ToString() ?? "");

    /// <summary>Reads a unit, or remembers its reading.</summary>
    /// <param name="inputs">All that decides what the unit means.</param>
    /// <param name="cancellation">Stops reading; nothing is remembered then.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public UnitReading Read(UnitInputs inputs, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var entry = EntryOf(inputs);
        lock (entry)
        {
            return Read(entry, cancellation);
        }
    }

    /// <summary>Everything that reading and rules find in a unit, or what was found in it before.</summary>
    /// <param name="inputs">All that decides what the unit means.</param>
    /// <param name="cancellation">Stops; nothing is remembered then.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<UnitFinding> Check(UnitInputs inputs, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var entry = EntryOf(inputs);
        lock (entry)
        {
            if (entry.Findings is null)
            {
                var reading = Read(entry, cancellation);
                Interlocked.Increment(ref _checks);
                entry.Findings = UnitRules.Check(reading, cancellation);
            }

            return entry.Findings;
        }
    }

    private UnitReading Read(Entry entry, CancellationToken cancellation)
    {
        if (entry.Reading is null)
        {
            Interlocked.Increment(ref _reads);
            entry.Reading = UnitReader.Read(entry.Inputs, Files(), cancellation);
            Forget();
        }

        return entry.Reading;
    }

    // Finds the entry of equal inputs, or makes one, and notes that it was used last.
    private Entry EntryOf(UnitInputs inputs)
    {
        lock (_entries)
        {
            var index = _entries.FindIndex(entry => entry.Inputs.Declaration.Key == inputs.Declaration.Key && entry.Inputs.Equals(inputs));
            var entry = index < 0 ? new Entry(inputs) : _entries[index];
            if (index >= 0)
            {
                _entries.RemoveAt(index);
            }

            _entries.Add(entry);
            return entry;
        }
    }

    // The last one stays, whatever its size.
    private void Forget()
    {
        lock (_entries)
        {
            var items = 0;
            for (var i = _entries.Count - 1; i >= 0; i--)
            {
                items += _entries[i].Reading?.Program?.Items.Count ?? 0;
                if (i < _entries.Count - 1 && (items > MaxItems || _entries.Count - i > MaxReadings))
                {
                    _entries.RemoveRange(0, i + 1);
                    return;
                }
            }
        }
    }

    private FileCache Files()
    {
        lock (_entries)
        {
            if (_files.Tokens.NameCount > MaxNames)
            {
                _files = new FileCache();
            }

            return _files;
        }
    }

    private sealed class Entry(UnitInputs inputs)
    {
        public UnitInputs Inputs { get; } = inputs;

        /// <summary>Null until somebody has read to the end.</summary>
        public UnitReading? Reading { get; set; }

        /// <summary>Null until somebody has checked to the end.</summary>
        public IReadOnlyList<UnitFinding>? Findings { get; set; }
    }
}
