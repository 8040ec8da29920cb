using System.Runtime.InteropServices;

namespace NeuralNets.Mnist;

/// <summary>While it exists, the first Ctrl-C is a request to stop; a second one ends the program at once,
/// as at any other time.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _registration;

    public Interruption() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
    {
        context.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    });

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
