namespace Sync.EndToEnd.Tests.Endpoints;

/// <summary>Two pseudo-terminals joined as a hypervisor joins a machine's serial port with its host's; bytes can be lost on the way.</summary>
internal sealed class TerminalCable : IDisposable
{
    private readonly PseudoTerminal _host = new();
    private readonly PseudoTerminal _guest = new();
    private int _lose;
    private volatile bool _ended;

    public TerminalCable()
    {
        Start(_host, _guest);
        Start(_guest, _host);
    }

    public string HostPath => _host.Path;

    public string GuestPath => _guest.Path;

    /// <summary>Loses this many of the bytes that come next, whichever way.</summary>
    public void Lose(int bytes) => Interlocked.Add(ref _lose, bytes);

    public void Dispose()
    {
        _ended = true;
        _host.Dispose();
        _guest.Dispose();
    }

    private void Start(PseudoTerminal from, PseudoTerminal to) =>
        new Thread(() =>
        {
            byte[] buffer = new byte[4096];
            try
            {
                while (!_ended && from.Read(buffer) is > 0 and var count)
                {
                    int lost = Math.Min(count, Math.Max(0, Volatile.Read(ref _lose)));
                    if (lost > 0)
                        Interlocked.Add(ref _lose, -lost);
                    to.Write(buffer.AsSpan(lost, count - lost));
                }
            }
            catch (ObjectDisposedException)
            {
                // The cable is taken away.
            }
        })
        { IsBackground = true }.Start();
}
