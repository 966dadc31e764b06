namespace EntryGen.Tool.Expansion;

/// <summary>Statements as JSON, one a line.</summary>
internal static class ExpansionJson
{
    /// <summary>Writes statements.</summary>
    /// <param name="statements">The statements.</param>
    /// <param name="first">What to add to each one's place in its unit, so that places are unique among several units.</param>
    /// <param name="output">Where to.</param>
    public static void Write(IEnumerable<CodeLine> statements, int first, TextWriter output)
    {
        var lines = new JsonLines(output);
        foreach (var (statement, _, condition) in statements)
        {
            lines.Write(json =>
            {
                json.WriteNumber("seq", first + statement.Sequence);
                json.WriteString("kind", StatementText.KindOf(statement));
                json.WriteString("section", statement.Section);
                json.WriteString("text", StatementText.Of(statement));
                json.WriteNumber("depth", statement.Depth);
                json.WriteStartArray("stack");
                foreach (var frame in statement.MacroStack())
                {
                    json.WriteStringValue(frame);
                }

                json.WriteEndArray();
                json.WriteString("file", statement.File.Path);
                json.WriteNumber("line", statement.Line);
                if (condition.Length > 0)
                {
                    json.WriteString("features", condition);
                }
            });
        }
    }
}
