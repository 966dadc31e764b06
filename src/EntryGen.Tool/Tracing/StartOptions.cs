using System.CommandLine;
using EntryGen.Kernel;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Tracing;

/// <summary>The options that say what the event finds: <c>--from</c>, <c>--cr3</c>, <c>--gs</c>, <c>--stack</c>, <c>--vector</c>.</summary>
internal sealed class StartOptions
{
    private const string SixteenBit = "16-bit";

    private readonly Option<Side?> _from = SideOption("--from", "Who is interrupted (default: user, with the user's CR3 and GS; kernel for a function that is only called).");
    private readonly Option<Side?> _cr3 = SideOption("--cr3", "Whose page tables CR3 points at while the kernel is interrupted (default: kernel).");
    private readonly Option<Side?> _gs = SideOption("--gs", "Whose GS base is live while the kernel is interrupted (default: kernel).");

    private readonly Option<string?> _stack = new("--stack")
    {
        Description = "16-bit: user code runs on a 16-bit stack segment, to which the kernel returns through the espfix stack (default: a flat stack).",
        HelpName = SixteenBit,
        CustomParser = result =>
        {
            if (result.Tokens[0].Value is not SixteenBit and var other)
            {
                result.AddError($"'{other}': --stack takes {SixteenBit}.");
            }

            return SixteenBit;
        },
    };

    private readonly Option<byte?> _vector = new("--vector")
    {
        Description = "Which event an entry point of FRED takes (default: SYSCALL from user code, a device interrupt from the kernel).",
        HelpName = "0-255",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (!byte.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var vector))
            {
                result.AddError($"'{text}': --vector takes a number from 0 to 255.");
            }

            return vector;
        },
    };

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        command.Add(_from);
        command.Add(_cr3);
        command.Add(_gs);
        command.Add(_stack);
        command.Add(_vector);
    }

    /// <summary>The options.</summary>
    public IReadOnlyList<Option> All => [_from, _cr3, _gs, _stack, _vector];

    /// <summary>Whether the call says anything about the state.</summary>
    public bool AreGiven(ParseResult result) => All.Any(option => result.GetResult(option) is { Implicit: false });

    /// <summary>The states in which an entry is to be reached: that which the options describe, or without any all that are different for entry code.</summary>
    /// <param name="result">The call.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="otherwise">The states to take when the call says nothing.</param>
    /// <returns>None when the entry cannot be reached from the state that is described.</returns>
    public IEnumerable<StartState> ReadAll(ParseResult result, EntryPoint entry, IEnumerable<StartState> otherwise)
    {
        var (from, cr3, gs, vector) = (result.GetValue(_from), result.GetValue(_cr3), result.GetValue(_gs), result.GetValue(_vector));
        var starts = !AreGiven(result)
            ? otherwise
            : [new StartState { From = from ?? (cr3 == Side.User || gs == Side.User ? Side.Kernel : entry.From ?? Side.User), Cr3 = cr3, Gs = gs, Vector = vector, On16BitStack = result.GetValue(_stack) is not null }];
        return starts.Where(start => entry.ReasonAgainst(start) is null);
    }

    /// <summary>The state they describe.</summary>
    /// <param name="result">The call.</param>
    /// <param name="entry">The entry that is to be reached from it.</param>
    /// <exception cref="InputException">There is no such state, or the entry cannot be reached from it.</exception>
    public StartState Read(ParseResult result, EntryPoint entry)
    {
        // A function is called by the kernel: nobody who traces one should have to say so.
        var from = result.GetValue(_from) ?? entry.From ?? (entry.Kind == EntryKind.Call ? Side.Kernel : Side.User);
        var start = new StartState
        {
            From = from,
            Cr3 = result.GetValue(_cr3),
            Gs = result.GetValue(_gs),
            Vector = result.GetValue(_vector),
            On16BitStack = result.GetValue(_stack) is not null,
            InterruptsEnabled = entry.Kind == EntryKind.Call ? false : null,
        };
        if (entry.ReasonAgainst(start) is { } reason)
        {
            throw new InputException(start.Vector is not null && entry.Kind != EntryKind.Fred ? $"{reason} Leave out --vector." : start.On16BitStack ? $"{reason} Leave out --stack." : $"{reason} {(from == Side.User ? "Give --from kernel" : "Leave out --from kernel")}.");
        }

        return start;
    }

    /// <summary>The arguments that describe a state.</summary>
    public static IEnumerable<string> Words(StartState start) =>
    [
        "--from", Word(start.From),
        .. start.Cr3 is { } cr3 ? ["--cr3", Word(cr3)] : Array.Empty<string>(),
        .. start.Gs is { } gs ? ["--gs", Word(gs)] : Array.Empty<string>(),
        .. start.On16BitStack ? ["--stack", SixteenBit] : Array.Empty<string>(),
        .. start.Vector is { } vector ? ["--vector", vector.ToString(System.Globalization.CultureInfo.InvariantCulture)] : Array.Empty<string>(),
    ];

    private static string Word(Side side) => side == Side.User ? "user" : "kernel";

    private static Option<Side?> SideOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "user|kernel",
        CustomParser = result =>
        {
            switch (result.Tokens[0].Value)
            {
                case "user":
                    return Side.User;
                case "kernel":
                    return Side.Kernel;
                case var other:
                    result.AddError($"'{other}' is neither user nor kernel ({name}).");
                    return null;
            }
        },
    };
}
