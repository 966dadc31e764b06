using System.Globalization;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>A macro body taken apart into text that stays and places that are filled in (info as, "Macro").</summary>
internal sealed class MacroTemplate
{
    private readonly TracedText _body;
    private readonly List<Part> _parts = [];
    private int _locals; // LOCAL names found so far

    private MacroTemplate(TracedText body)
    {
        _body = body;
    }

    private enum PartKind : byte
    {
        Text,
        Parameter,
        Counter,
        Local,
    }

    /// <summary>Names that <c>LOCAL</c> makes fresh in each expansion.</summary>
    public int LocalCount => _locals;

    /// <summary>Whether <c>\@</c> stands in it.</summary>
    public bool HasCounter { get; private set; }

    /// <summary>Whether there is one that is not written where its text stands, being of the preprocessor's making: nobody will know its digits.</summary>
    public bool HasHiddenCounter { get; private set; }

    /// <summary>Takes a body apart. Every body has a template: what is no parameter stays as it is.</summary>
    /// <param name="body">The body.</param>
    /// <param name="parameters">The formal parameters.</param>
    /// <param name="alternate">Whether <c>.altmacro</c> is in force: parameters are then replaced without backslash too.</param>
    public static MacroTemplate Parse(TracedText body, IReadOnlyList<MacroParameter> parameters, bool alternate)
    {
        var template = new MacroTemplate(body);
        new Parser(template, body.Text, parameters, alternate).Run();
        return template;
    }

    /// <summary>What an expansion costs: about a character for each character of it, and one for each place that is filled in.</summary>
    public long Measure(TextSlice[] arguments)
    {
        long cost = _parts.Count;
        foreach (var part in _parts)
        {
            cost += part.Kind == PartKind.Parameter ? arguments[part.Index].Length : part.Length;
        }

        return cost;
    }

    /// <summary>Writes the body with its places filled in.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="arguments">One text for each parameter.</param>
    /// <param name="counter">The value of <c>\@</c>.</param>
    /// <param name="firstLocal">How many <c>LOCAL</c> names there were before.</param>
    public void Expand(TracedTextBuilder output, TextSlice[] arguments, int counter, int firstLocal)
    {
        foreach (var part in _parts)
        {
            switch (part.Kind)
            {
                case PartKind.Text:
                    output.Append(_body, part.Start, part.Length);
                    break;
                case PartKind.Parameter:
                    output.Append(arguments[part.Index].Source, arguments[part.Index].Start, arguments[part.Index].Length);
                    break;
                case PartKind.Counter:
                    output.AppendSynthesized(counter.ToString(CultureInfo.InvariantCulture), _body, part.Start);
                    break;
                default:
                    output.AppendSynthesized(".LL" + (firstLocal + part.Index + 1).ToString("x4", CultureInfo.InvariantCulture), _body, part.Start);
                    break;
            }
        }
    }

    private bool IsCounterAt(int index)
    {
        if (_body.Runs.Length == 0)
        {
            return false;
        }

        var run = _body.Runs[_body.RunIndexAt(index)];
        return CounterDigits.IsWrittenAt(run.Source, run.Offset + index - run.Start);
    }

    private readonly record struct Part(PartKind Kind, int Start, int Length, int Index);

    private sealed class Parser(MacroTemplate template, string text, IReadOnlyList<MacroParameter> parameters, bool alternate)
    {
        private const int FewParameters = 12; // so few are compared faster than looked up

        private Dictionary<string, int>? _index;
        private Dictionary<string, int>? _localNames;
        private int _copied;
        private int _position;

        public void Run()
        {
            while (_position < text.Length)
            {
                var c = text[_position];
                if (c == '\\')
                {
                    Backslash();
                }
                else if (c == '&')
                {
                    Name(_position + 1, closedByAmpersand: true);
                }
                else if (alternate && Characters.IsNameStart(c))
                {
                    BareName();
                }
                else
                {
                    _position++;
                }
            }

            Flush(text.Length);
        }

        private void Backslash()
        {
            var next = _position + 1 < text.Length ? text[_position + 1] : '\0';
            if (next == '@')
            {
                Replace(PartKind.Counter, 0, _position + 2);
            }
            else if (next == '(')
            {
                // \(text) is the text itself; \() separates a parameter from what follows.
                var close = text.IndexOf(')', _position + 2);
                close = close < 0 ? text.Length : close;
                Flush(_position);
                template._parts.Add(new Part(PartKind.Text, _position + 2, close - _position - 2, 0));
                _position = _copied = Math.Min(close + 1, text.Length);
            }
            else if (next == '&')
            {
                _position += 2;
            }
            else
            {
                Name(_position + 1, closedByAmpersand: false);
            }
        }

        // A parameter introduced by a backslash or ampersand; the longest name counts.
        private void Name(int start, bool closedByAmpersand)
        {
            var end = start < text.Length && Characters.IsNameStart(text[start]) ? Characters.NameEnd(text, start, text.Length) : start;
            var index = Find(start, end);
            if (index < 0)
            {
                _position = Math.Max(end, start);
                return;
            }

            if ((closedByAmpersand || alternate) && end < text.Length && text[end] == '&')
            {
                end++;
            }

            ReplaceName(index, end);
        }

        private void BareName()
        {
            var end = Characters.NameEnd(text, _position, text.Length);
            if (end - _position == 5 && string.Compare(text, _position, "LOCAL", 0, 5, StringComparison.OrdinalIgnoreCase) == 0
                && end < text.Length && Characters.IsBlank(text[end]))
            {
                DeclareLocals(end);
                return;
            }

            var index = Find(_position, end);
            if (index < 0)
            {
                _position = end;
                return;
            }

            ReplaceName(index, end < text.Length && text[end] == '&' ? end + 1 : end);
        }

        private void DeclareLocals(int start)
        {
            Flush(_position);
            _localNames ??= new Dictionary<string, int>(StringComparer.Ordinal);
            var i = Characters.SkipBlanks(text, start, text.Length);
            while (i < text.Length && Characters.IsNameStart(text[i]))
            {
                var end = Characters.NameEnd(text, i, text.Length);
                _localNames[text.Substring(i, end - i)] = template._locals++;
                i = Characters.SkipComma(text, end, text.Length);
            }

            _position = _copied = i;
        }

        // Parameters are 0 and up; LOCAL names follow them.
        private int Find(int start, int end)
        {
            if (end == start)
            {
                return -1;
            }

            if (_localNames is not null && _localNames.TryGetValue(text.Substring(start, end - start), out var local))
            {
                return parameters.Count + local;
            }

            if (parameters.Count > FewParameters)
            {
                _index ??= IndexParameters();
                return _index.TryGetValue(text.Substring(start, end - start), out var found) ? found : -1;
            }

            for (var i = 0; i < parameters.Count; i++)
            {
                var name = parameters[i].Name;
                if (name.Length == end - start && string.CompareOrdinal(text, start, name, 0, name.Length) == 0)
                {
                    return i;
                }
            }

            return -1;
        }

        private Dictionary<string, int> IndexParameters()
        {
            var index = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < parameters.Count; i++)
            {
                index[parameters[i].Name] = i;
            }

            return index;
        }

        private void ReplaceName(int index, int end)
        {
            if (index < parameters.Count)
            {
                Replace(PartKind.Parameter, index, end);
            }
            else
            {
                Replace(PartKind.Local, index - parameters.Count, end);
            }
        }

        private void Replace(PartKind kind, int index, int end)
        {
            Flush(_position);
            if (kind == PartKind.Counter)
            {
                template.HasCounter = true;
                template.HasHiddenCounter |= !template.IsCounterAt(_position);
            }

            template._parts.Add(new Part(kind, _position, end - _position, index));
            _position = _copied = end;
        }

        private void Flush(int end)
        {
            if (end > _copied)
            {
                template._parts.Add(new Part(PartKind.Text, _copied, end - _copied, 0));
            }

            _copied = end;
        }
    }
}
