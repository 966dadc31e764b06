using System.Runtime.InteropServices;

namespace EntryGen.Tool.Exploring;

/// <summary>The first Ctrl-C ends what is explored, and what is known until then is printed. The second one ends the command.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _registration;

    /// <summary>From here on the signal is waited for.</summary>
    public Interruption() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
    {
        context.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    });

    /// <summary>Is cancelled by the signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
