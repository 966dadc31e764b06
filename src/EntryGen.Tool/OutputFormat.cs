using System.CommandLine;

namespace EntryGen.Tool;

/// <summary>How a command prints.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>For programs: one object a line.</summary>
    Json,

    /// <summary>For code hosts and editors: SARIF 2.1.0.</summary>
    Sarif,
}

/// <summary>The <c>--format</c> option.</summary>
internal static class FormatOption
{
    /// <summary>Creates it.</summary>
    /// <param name="hasSarif">Whether the command prints findings and nothing else.</param>
    public static Option<OutputFormat> Create(bool hasSarif = false)
    {
        var names = hasSarif ? "text, json or sarif" : "text or json";
        return new("--format")
        {
            Description = $"How to print: text, {(hasSarif ? "json with one object a line, or sarif (2.1.0)" : "or json with one object a line")}.",
            HelpName = hasSarif ? "text|json|sarif" : "text|json",
            CustomParser = result =>
            {
                switch (result.Tokens[0].Value)
                {
                    case "text":
                        return OutputFormat.Text;
                    case "json":
                        return OutputFormat.Json;
                    case "sarif" when hasSarif:
                        return OutputFormat.Sarif;
                    case var other:
                        result.AddError($"'{other}' is no format: --format takes {names}.");
                        return default;
                }
            },
        };
    }
}
