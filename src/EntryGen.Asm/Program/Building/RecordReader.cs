using EntryGen.Asm.Gas;
using EntryGen.Asm.Gas.Expressions;

namespace EntryGen.Asm.Building;

/// <summary>Walks over the values of a section that holds records, one field at a time.</summary>
internal sealed class RecordReader
{
    private readonly List<(DataValue Value, Statement Statement)> _values = [];
    private int _position;

    public RecordReader(UnitContent unit, UnitSection records)
    {
        foreach (var statement in records.Statements)
        {
            foreach (var value in DataDirectives.Read(statement, unit.Symbols).Values)
            {
                _values.Add((value, statement));
            }
        }
    }

    /// <summary>Whether all values were read.</summary>
    public bool AtEnd => _position >= _values.Count;

    /// <summary>The statement of the next value; of the last one at the end.</summary>
    public Statement Statement => _values[Math.Min(_position, _values.Count - 1)].Statement;

    /// <summary>Bytes that the next value takes; 0 at the end.</summary>
    public int NextSize => AtEnd ? 0 : _values[_position].Value.Size;

    /// <summary>Takes the next value if it is the address of a symbol or its distance from the record.</summary>
    public SymbolTerm? TakeSymbol() =>
        NextSize is 4 or 8 && _values[_position].Value.Value is { Added: { } symbol, Addend: 0 } && Take() is not null ? symbol : null;

    /// <summary>Takes the next value if it is a number of that many bytes.</summary>
    public long? TakeNumber(int size) =>
        NextSize == size && _values[_position].Value.Value is { IsConstant: true, Addend: var number } && Take() is not null ? number : null;

    /// <summary>Takes the next value if it takes that many bytes.</summary>
    public ExpressionValue? TakeValue(int size) => NextSize == size ? Take() : null;

    private ExpressionValue? Take() => _values[_position++].Value.Value;
}
