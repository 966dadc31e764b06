using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EntryGen.Tool;

/// <summary>Writes one JSON object a line.</summary>
/// <param name="output">Where to.</param>
internal sealed class JsonLines(TextWriter output)
{
    // Assembly is full of < > & and quotes; nothing here is ever put into a web page.
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the object whose properties <paramref name="write"/> writes.</summary>
    public void Write(Action<Utf8JsonWriter> write)
    {
        output.Write(ToText(json =>
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }));
        output.Write('\n');
    }

    /// <summary>The value that <paramref name="write"/> writes.</summary>
    public static string ToText(Action<Utf8JsonWriter> write)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, _options))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
