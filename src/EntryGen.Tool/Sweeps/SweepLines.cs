using System.Text.Encodings.Web;
using System.Text.Json;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Sweeps;

/// <summary>The file of a shard, finished or not: JSON lines, the header first, then its parts by number, and when it is finished the end.</summary>
/// <param name="Path">Where it is, as given.</param>
/// <param name="Header">What sweep it is of.</param>
/// <param name="Parts">The parts that are explored.</param>
/// <param name="IsFinished">Whether it has its end.</param>
internal sealed record SweepLines(string Path, SweepHeader Header, IReadOnlyList<SweepPart> Parts, bool IsFinished)
{
    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>A line.</summary>
    public static string ToText<T>(T line) => JsonSerializer.Serialize(line, _json);

    /// <summary>The lines of a shard.</summary>
    public static IEnumerable<string> Of(SweepHeader header, IEnumerable<SweepPart> parts, bool isFinished)
    {
        yield return ToText(header);
        var count = 0;
        foreach (var part in parts.OrderBy(part => part.Number))
        {
            yield return ToText(part);
            count++;
        }

        if (isFinished)
        {
            yield return ToText(new SweepEnd(header.Shard, count));
        }
    }

    /// <summary>Writes a file as a whole: whoever reads it sees what was there before or all of it, also when the process is killed.</summary>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static void Write(string path, Host host, IEnumerable<string> lines)
    {
        var full = System.IO.Path.GetFullPath(path, host.Directory);
        var unfinished = full + ".new";
        try
        {
            using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write))
            {
                using var writer = new StreamWriter(file) { NewLine = "\n" };
                foreach (var line in lines)
                {
                    writer.WriteLine(line);
                }

                writer.Flush();
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, full, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: {failure.Message}");
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">It cannot be read, or is none of a shard.</exception>
    public static SweepLines Read(string path, Host host)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(System.IO.Path.GetFullPath(path, host.Directory));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException(failure is FileNotFoundException or DirectoryNotFoundException ? $"{path}: no such file." : $"{path}: {failure.Message}");
        }

        var header = lines.Length == 0 ? null : Parse<SweepHeader>(path, lines, 0);
        if (header is not { Kind: SweepHeader.KindName, Shards: > 0, Shard: >= 0 } || header.Shard >= header.Shards
            || header.Scenarios.Any(scenario => scenario.Properties < 0 || scenario.Properties >= header.Properties.Count))
        {
            throw new InputException($"{path}: this is no file of 'entrygen explore --shard'.");
        }

        var end = Array.FindIndex(lines, line => line.StartsWith($"{{\"kind\":\"{SweepEnd.KindName}\"", StringComparison.Ordinal));
        SweepPart[] parts = [.. Enumerable.Range(1, (end < 0 ? lines.Length : end) - 1).Select(line => Parse<SweepPart>(path, lines, line))];
        Check(path, header, parts);
        if (end >= 0 && (end != lines.Length - 1 || Parse<SweepEnd>(path, lines, end).Parts != parts.Length))
        {
            throw new InputException($"{path}:{end + 1}: the shard's end is not where it should be: lines are missing or too many.");
        }

        return new SweepLines(path, header, parts, end >= 0);
    }

    private static void Check(string path, SweepHeader header, SweepPart[] parts)
    {
        var shard = new ShardNumber(header.Shard, header.Shards);
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i];
            if (part.Number < 0 || part.Number >= header.Parts || part.Scenario < 0 || part.Scenario >= header.Scenarios.Count || !shard.Has(part.Number))
            {
                throw new InputException($"{path}:{i + 2}: part {part.Number} is none of shard {shard}.");
            }

            if (i > 0 && parts[i - 1].Number >= part.Number)
            {
                throw new InputException($"{path}:{i + 2}: part {part.Number} is there twice, or not in its place.");
            }
        }
    }

    private static T Parse<T>(string path, string[] lines, int line)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(lines[line], _json) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new InputException(line == 0 ? $"{path}: this is no file of 'entrygen explore --shard'." : $"{path}:{line + 1}: this is no line of a shard.");
        }
    }
}
