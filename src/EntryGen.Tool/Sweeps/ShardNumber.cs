using System.CommandLine;
using System.Globalization;

namespace EntryGen.Tool.Sweeps;

/// <summary>Which share of a sweep a process does: the parts whose number leaves the remainder <paramref name="Index"/>.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Count">How many shards there are.</param>
internal readonly record struct ShardNumber(int Index, int Count)
{
    private const string Form = "--shard takes I/N with I from 0 to N-1, or auto/N";

    /// <summary>All of it.</summary>
    public static ShardNumber Whole => new(0, 1);

    /// <summary>Whether a part is in the share.</summary>
    public bool Has(int part) => part % Count == Index;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Count}");

    /// <summary>Creates the option <c>--shard</c>.</summary>
    public static Option<ShardNumber?> CreateOption() => new("--shard")
    {
        Description = "Explores only a share of the work, shard I of N counted from 0, and prints it as JSON lines for 'entrygen merge'. "
            + "auto/N takes the index from JOB_COMPLETION_INDEX (Kubernetes) or SLURM_ARRAY_TASK_ID, less SLURM_ARRAY_TASK_MIN; auto alone takes N from SLURM_ARRAY_TASK_COUNT too.",
        HelpName = "I/N|auto/N",
        CustomParser = result =>
        {
            if (TryParse(result.Tokens[0].Value, Environment.GetEnvironmentVariable, out var shard) is { } mistake)
            {
                result.AddError(mistake);
            }

            return shard;
        },
    };

    /// <summary>Reads what the option says.</summary>
    /// <param name="text">The option.</param>
    /// <param name="variable">Gives an environment variable.</param>
    /// <param name="shard">The shard.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? TryParse(string text, Func<string, string?> variable, out ShardNumber shard)
    {
        shard = Whole;
        var slash = text.IndexOf('/');
        var (first, second) = slash < 0 ? (text, text == "auto" ? variable("SLURM_ARRAY_TASK_COUNT") : null) : (text[..slash], text[(slash + 1)..]);
        if (second is null)
        {
            return text == "auto" ? "--shard auto: how many shards there are is said by SLURM_ARRAY_TASK_COUNT only, which is not set. Give auto/N." : $"'{text}': {Form}.";
        }

        if (!TryNumber(second, out var count) || count == 0)
        {
            return $"'{text}': {Form}.";
        }

        var place = first;
        if (first == "auto")
        {
            if (variable("JOB_COMPLETION_INDEX") is { Length: > 0 } completion)
            {
                first = completion;
                place = $"{text} with JOB_COMPLETION_INDEX={completion}";
            }
            else if (variable("SLURM_ARRAY_TASK_ID") is { Length: > 0 } task)
            {
                place = $"{text} with SLURM_ARRAY_TASK_ID={task}";
                first = TryNumber(task, out var id) && TryNumber(variable("SLURM_ARRAY_TASK_MIN") ?? "0", out var least) && id >= least
                    ? (id - least).ToString(CultureInfo.InvariantCulture)
                    : task;
            }
            else
            {
                return $"--shard {text}: neither JOB_COMPLETION_INDEX nor SLURM_ARRAY_TASK_ID is set.";
            }
        }
        else
        {
            place = text;
        }

        if (!TryNumber(first, out var index))
        {
            return $"'{place}': {Form}.";
        }

        shard = new ShardNumber(index, count);
        return index < count ? null : string.Create(CultureInfo.InvariantCulture, $"'{place}': shards are counted from 0, so that the last of {count} is {count - 1}/{count}.");
    }

    private static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
