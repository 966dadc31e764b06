using System.CommandLine;

namespace EntryGen.Tool;

/// <summary>How a command prints.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>For programs: one object a line.</summary>
    Json,
}

/// <summary>The <c>--format</c> option.</summary>
internal static class FormatOption
{
    /// <summary>Creates it.</summary>
    public static Option<OutputFormat> Create()
    {
        var option = new Option<OutputFormat>("--format")
        {
            Description = "How to print: text, or json with one object a line.",
            HelpName = "text|json",
            CustomParser = result =>
            {
                switch (result.Tokens[0].Value)
                {
                    case "text":
                        return OutputFormat.Text;
                    case "json":
                        return OutputFormat.Json;
                    case var other:
                        result.AddError($"'{other}' is no format: --format takes text or json.");
                        return default;
                }
            },
        };
        return option;
    }
}
