using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Building;

/// <summary>Reads a code section: instructions, instructions written as bytes, and data among them.</summary>
internal sealed class CodeReader
{
    private readonly UnitSection _section;
    private readonly InstructionParser _parser;
    private readonly List<SectionElement> _elements = [];
    private InstructionPrefixes _pending;

    private CodeReader(UnitSection section)
    {
        _section = section;
        _parser = new InstructionParser(section.Unit.Symbols, section.Unit.Diagnostics, section.Unit.Unit.Listing.Macros);
    }

    /// <summary>The elements of a code section. Padding and alignment are dropped: the layout has its own distances.</summary>
    public static List<SectionElement> Read(UnitSection section)
    {
        var reader = new CodeReader(section);
        var statements = section.Statements;
        for (var i = 0; i < statements.Count; i++)
        {
            section.Unit.CountWork();
            var statement = statements[i];
            if (statement.Kind == StatementKind.Instruction)
            {
                reader.ReadInstruction(statement);
            }
            else if (DataDirectives.IsContent(statement.Name))
            {
                var end = i + 1;
                while (end < statements.Count && statements[end].Kind == StatementKind.Directive && DataDirectives.IsContent(statements[end].Name))
                {
                    end++;
                }

                reader.ReadBytes(i, end);
                i = end - 1;
            }
        }

        return reader._elements;
    }

    private void ReadInstruction(Statement statement)
    {
        // "lock; addl ..." makes a statement of the prefix.
        if (statement.Operands.Length == 0 && PrefixReader.TryGet(statement.Name.ToLowerInvariant(), out var prefix))
        {
            _pending |= prefix;
            return;
        }

        _elements.Add(new CodeElement(_parser.Parse(statement, _pending)));
        _pending = InstructionPrefixes.None;
    }

    private void ReadBytes(int start, int end)
    {
        var statements = _section.Statements;
        if (statements[start].Name == ".byte")
        {
            var decoder = new RawCode(_section.Unit.Symbols);
            for (var i = start; i < end; i++)
            {
                decoder.Add(statements[i]);
            }

            if (decoder.TryDecode(_elements, ref _pending))
            {
                return;
            }

            if (!FollowsTransfer())
            {
                var statement = statements[start];
                new StatementErrors(statement, _section.Unit.Diagnostics).AtOperands(
                    ProgramDiagnostics.UnknownCodeBytes, 0, statement.Operands.Length, "these bytes stand where an instruction runs, and are none that EntryGen knows.");
                _elements.Add(new CodeElement(InstructionParser.Unmodelled(statement, statement.Name)));
                return;
            }
        }

        for (var i = start; i < end; i++)
        {
            _elements.Add(DataDirectives.Read(statements[i], _section.Unit.Symbols, new StatementErrors(statements[i], _section.Unit.Diagnostics)));
        }
    }

    // Behind an instruction that does not go on there is room for data.
    private bool FollowsTransfer() =>
        _elements.Count == 0
        || _elements[_elements.Count - 1] is DataElement
        || (_elements[_elements.Count - 1] is CodeElement { Syntax.Info: { } info } && (info.ControlFlow is not (ControlFlow.Sequential or ControlFlow.ConditionalJump or ControlFlow.Call) || info.Op == Op.Unmodelled));
}
