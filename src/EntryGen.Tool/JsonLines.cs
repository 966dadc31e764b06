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

    private readonly MemoryStream _buffer = new();

    /// <summary>Writes the object whose properties <paramref name="write"/> writes.</summary>
    public void Write(Action<Utf8JsonWriter> write)
    {
        _buffer.SetLength(0);
        using (var json = new Utf8JsonWriter(_buffer, _options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetString(_buffer.GetBuffer(), 0, (int)_buffer.Length));
        output.Write('\n');
    }
}
