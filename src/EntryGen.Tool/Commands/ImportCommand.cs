using System.CommandLine;
using EntryGen.Tool.Input;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Commands;

/// <summary><c>entrygen import</c>: one self-contained file of a unit, for a C# project that has no kernel tree.</summary>
internal static class ImportCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Host host)
    {
        var input = new InputOptions(isSingle: true);
        var output = new Option<string?>("--output", "-o") { Description = "The file to write (default: standard output).", HelpName = "OUT.S" };
        var command = new Command(
            "import",
            "Writes one self-contained file: includes in their places, #if decided by the configuration, macros and comments kept, and line markers by which messages name the original files. "
            + "Add it to a C# project and name it in [EntryCode(Source = ...)].");
        input.AddTo(command);
        command.Add(output);
        command.SetAction(result =>
        {
            var text = input.Read(result, host).Import(input.Describe(result));
            if (result.GetValue(output) is not { } path)
            {
                host.Output.Write(text);
                return ExitCode.Done;
            }

            try
            {
                File.WriteAllText(Path.GetFullPath(path, host.Directory), text);
                return ExitCode.Done;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new InputException($"{path}: {failure.Message}");
            }
        });
        return command;
    }
}
