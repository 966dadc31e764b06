using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace EntryGen.Tests.Harness;

/// <summary>A text in which <c>{|EG0060:characters|}</c> says where a diagnostic is expected.</summary>
/// <param name="Text">The text without marks.</param>
/// <param name="Expected">The ids and places marked.</param>
internal sealed record MarkedText(string Text, IReadOnlyList<(string Id, TextSpan Span)> Expected)
{
    private const string Open = "{|EG";

    /// <summary>Takes the marks out of a text.</summary>
    public static MarkedText Parse(string marked)
    {
        var text = new StringBuilder();
        var expected = new List<(string, TextSpan)>();
        var open = new Stack<(string Id, int Start)>();
        for (var i = 0; i < marked.Length;)
        {
            if (string.CompareOrdinal(marked, i, Open, 0, Open.Length) == 0)
            {
                var colon = marked.IndexOf(':', i);
                open.Push((marked[(i + 2)..colon], text.Length));
                i = colon + 1;
            }
            else if (open.Count > 0 && string.CompareOrdinal(marked, i, "|}", 0, 2) == 0)
            {
                var (id, start) = open.Pop();
                expected.Add((id, TextSpan.FromBounds(start, text.Length)));
                i += 2;
            }
            else
            {
                text.Append(marked[i++]);
            }
        }

        return new MarkedText(text.ToString(), expected);
    }
}
