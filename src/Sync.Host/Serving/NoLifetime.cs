using Microsoft.Extensions.Hosting;

namespace Sync.Host.Serving;

/// <summary>A web server that another one starts and stops.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
