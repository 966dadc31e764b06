using System.CommandLine;
using EntryGen.Kernel;
using EntryGen.Tool.Input;
using EntryGen.Tool.Tracing;
using EntryGen.Tracing;
using EntryGen.Tracing.Html;

namespace EntryGen.Tool.Commands;

/// <summary><c>entrygen trace</c>: runs one entry to its end and prints every instruction.</summary>
internal static class TraceCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Host host)
    {
        var symbol = new Argument<string>("SYMBOL") { Description = "The entry to run." };
        var input = new InputOptions(isOptional: true);
        var entries = new EntryOption();
        var start = new StartOptions();
        var features = new FeatureOption("they choose the code of alternatives and what the processor has.", KernelOptions.DefaultFeatures);
        var format = FormatOption.Create();
        var html = new HtmlOption("Also writes the run as one self-contained page: the state over time, the code step by step.");
        var command = new Command("trace", "Generates and compiles the emulator of an entry, runs it to its end and prints one line per instruction, then the counts.") { symbol };
        input.AddTo(command);
        entries.AddTo(command);
        start.AddTo(command);
        features.AddTo(command);
        command.Add(format);
        html.AddTo(command);
        command.SetAction(result =>
        {
            var name = result.GetRequiredValue(symbol);
            var entry = entries.Read(result).Resolve(name);
            var state = start.Read(result, entry);
            var read = input.Read(result, host);
            var (units, program) = read.Read(units => units.Any(unit => unit.Defines(name)) ? Roots(entry, units) : throw UnknownSymbol.In(units, name));
            read.UserMapped.MustBeIn(units);
            var chosen = features.Read(result, units, program)!;
            var options = new KernelOptions { Features = entry.FeaturesFor(chosen) };
            using var compiled = CompiledUnit.Create(program, [entry]);
            var trace = TraceRecorder.Record(KernelEnvironment.Create(compiled.Unit, options), name, state);
            Write(trace, result.GetValue(format), host.Output);
            html.Write(result, host, () => TracePage.Of(trace));
            return trace.Returned ? ExitCode.Done : ExitCode.Found;
        });
        return command;
    }

    // With FRED what happens in the kernel comes in by an entry point of its own, also a fault of the return to user mode.
    private static IReadOnlyList<string> Roots(EntryPoint entry, IReadOnlyList<ReadUnit> units) => entry.Kind != EntryKind.Fred
        ? [entry.Symbol]
        : [entry.Symbol, .. KnownEntries.All.Where(known => known.Kind == EntryKind.Fred && known != entry && units.Any(unit => unit.Defines(known.Symbol))).Select(known => known.Symbol)];

    private static void Write(Trace trace, OutputFormat format, TextWriter output)
    {
        if (format == OutputFormat.Json)
        {
            TraceJson.Write(trace, output);
            return;
        }

        output.WriteLine($"{trace.Activation.Entry.Symbol}: {trace.Activation.Description}; features {trace.Activation.Environment.Options.Features}");
        output.WriteLine();
        TraceText.Write(output, trace);
    }
}
