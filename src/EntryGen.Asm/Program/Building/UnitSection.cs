using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Building;

/// <summary>One section of one unit: the statements that fill it, and on demand what they put there.</summary>
internal sealed class UnitSection(UnitContent unit, string name)
{
    private readonly List<Statement> _statements = [];
    private readonly Dictionary<int, List<(int EndSequence, SitePlan Site)>> _replacementsByEnd = [];
    private List<SectionElement>? _elements;

    /// <summary>Its unit.</summary>
    public UnitContent Unit { get; } = unit;

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Whether it holds instructions.</summary>
    public bool IsCode { get; private set; } = name == ".text" || name.EndsWith(".text", StringComparison.Ordinal) || name.Contains(".text.");

    /// <summary>The statements that take up space.</summary>
    public IReadOnlyList<Statement> Statements => _statements;

    /// <summary>Its alternative sites.</summary>
    public SiteList Sites { get; } = new();

    /// <summary>The address behind its last element, once the layout has given one.</summary>
    public ulong EndAddress { get; set; }

    /// <summary>What the statements put there; padding between instructions is left out.</summary>
    public IReadOnlyList<SectionElement> Elements => _elements ??= IsCode ? CodeReader.Read(this) : ReadData();

    /// <summary>Adds a statement.</summary>
    public void Add(Statement statement)
    {
        _statements.Add(statement);
        IsCode |= statement.Kind == StatementKind.Instruction;
    }

    /// <summary>Marks a section whose flags say that it is executable.</summary>
    public void MarkCode() => IsCode = true;

    /// <summary>Items that no statement made: where code that runs off its section stops. They stand behind everything, and no label leads to them.</summary>
    public List<Instruction> Stops { get; } = [];

    /// <summary>Notes that a part of this section is the replacement of a site: control that reaches its end goes on behind the site.</summary>
    public void AddReplacement(ChoicePlan choice, SitePlan site)
    {
        if (!_replacementsByEnd.TryGetValue(choice.End, out var ends))
        {
            _replacementsByEnd.Add(choice.End, ends = []);
        }

        // Of several that end at one place the first counts, so only ends behind it say something new.
        var end = choice.Replacement.End.Sequence;
        if (ends.Count == 0 || ends[ends.Count - 1].EndSequence < end)
        {
            ends.Add((end, site));
        }
    }

    /// <summary>Index of the first element at or behind a statement.</summary>
    public int ElementFrom(int sequence)
    {
        var low = 0;
        var high = Elements.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Elements[middle].Sequence < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>The item that control reaches at a label of that sequence: a site that starts there, or an instruction; null for data and at the end.</summary>
    public CodeItem? ItemFrom(int sequence)
    {
        var element = ElementFrom(sequence);
        if (_replacementsByEnd.TryGetValue(element, out var ends))
        {
            // A label after the last instruction of a replacement, but before what ends it.
            foreach (var (end, site) in ends)
            {
                if (sequence < end)
                {
                    return site.Item.Next;
                }
            }
        }

        if (Sites.From(element, sequence) is { } starting)
        {
            return starting.Item;
        }

        return element < Elements.Count ? (Elements[element] as CodeElement)?.Item : null;
    }

    /// <summary>The address of a label of that sequence; the layout must have been made.</summary>
    public ulong AddressOf(int sequence)
    {
        if (ItemFrom(sequence) is { } item)
        {
            return item.Address;
        }

        for (var i = ElementFrom(sequence); i < Elements.Count; i++)
        {
            if (Elements[i] is DataElement { Address: { } address })
            {
                return address;
            }

            if (Elements[i] is CodeElement { Item: { } code })
            {
                return code.Address;
            }
        }

        return EndAddress;
    }

    private List<SectionElement> ReadData() => [.. _statements.Select(statement => DataDirectives.Read(statement, Unit.Symbols, new StatementErrors(statement, Unit.Diagnostics)))];
}
