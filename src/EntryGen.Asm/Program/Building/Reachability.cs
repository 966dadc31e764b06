using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Building;

/// <summary>What a Program keeps: code that the entries reach under any features, by branches, faults or an address that is used, and the data it refers to.</summary>
internal sealed class Reachability(CodeGraph graph)
{
    private readonly HashSet<CodeItem> _items = [];
    private readonly HashSet<UnitSection> _data = [];
    private readonly Stack<CodeItem> _pending = new();
    private readonly Stack<UnitSection> _pendingData = new();

    /// <summary>Data sections, and code sections of which data is used.</summary>
    public IReadOnlyCollection<UnitSection> Data => _data;

    /// <summary>Whether an item is kept.</summary>
    public bool Keeps(CodeItem item) => _items.Contains(item);

    /// <summary>Keeps what some items reach.</summary>
    public void AddFrom(IEnumerable<CodeItem> roots)
    {
        foreach (var root in roots)
        {
            Visit(root);
        }

        VisitPending();
    }

    /// <summary>Keeps the data that other units can name.</summary>
    public void AddGlobalData(IEnumerable<UnitContent> units)
    {
        foreach (var unit in units)
        {
            foreach (var name in unit.Symbols.Globals.OrderBy(name => name, StringComparer.Ordinal))
            {
                if (unit.Symbols.FindLabel(name) is { } label)
                {
                    VisitSymbol(unit, new SymbolTerm(name, label));
                }
            }
        }

        VisitPending();
    }

    private void VisitPending()
    {
        while (_pending.Count > 0 || _pendingData.Count > 0)
        {
            if (_pendingData.Count > 0)
            {
                VisitData(_pendingData.Pop());
                continue;
            }

            var item = _pending.Pop();
            Visit(item.Next);
            if (item is AlternativeSite site)
            {
                Visit(site.Original);
                foreach (var choice in site.Choices)
                {
                    Visit(choice.Target);
                }

                continue;
            }

            var instruction = (Instruction)item;
            Visit(instruction.Target?.Item);
            Visit(instruction.ExceptionHandler?.Handler);
            var plan = graph.Plans[instruction];
            plan.Unit.CountWork();
            foreach (var operand in plan.Operands)
            {
                VisitValue(plan.Unit, OperandResolver.ValueOf(operand));
            }
        }
    }

    private void VisitValue(UnitContent unit, ExpressionValue? value)
    {
        VisitSymbol(unit, value?.Added);
        VisitSymbol(unit, value?.Subtracted);
    }

    private void VisitSymbol(UnitContent unit, SymbolTerm? term)
    {
        if (term is null || graph.Linker.Link(unit, term) is not { Section: { } section } target)
        {
            return;
        }

        if (target.Item is { } item)
        {
            Visit(item);
        }
        else if (_data.Add(section) && !section.IsCode)
        {
            _pendingData.Push(section);
        }
    }

    private void VisitData(UnitSection section)
    {
        foreach (var element in section.Elements.OfType<DataElement>())
        {
            foreach (var data in element.Values)
            {
                VisitValue(section.Unit, data.Value);
            }
        }
    }

    private void Visit(CodeItem? item)
    {
        if (item is not null && _items.Add(item))
        {
            _pending.Push(item);
        }
    }
}
