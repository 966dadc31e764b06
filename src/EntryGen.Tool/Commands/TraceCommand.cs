using System.CommandLine;
using EntryGen.Tool.Input;

namespace EntryGen.Tool.Commands;

/// <summary><c>entrygen trace</c>: runs one entry to its end and prints every instruction.</summary>
internal static class TraceCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Host host)
    {
        var input = new InputOptions();
        var command = new Command("trace", "Runs an entry to its end and prints one line per instruction.");
        input.AddTo(command);
        command.SetAction(result =>
        {
            var units = input.Read(result, host).ReadUnits();
            return ExitCode.Done;
        });
        return command;
    }
}
