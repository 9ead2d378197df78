using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using Sync.Protocol.Control;

namespace Sync.Bench.Scale;

/// <summary>Asks an agent what <c>status --json</c> prints, without a process for each question.</summary>
internal sealed class AgentWatch : IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
    private readonly GrpcChannel _channel;
    private readonly Agent.AgentClient _agent;

    public AgentWatch(string data)
    {
        _channel = ControlChannel.Open(Path.Combine(data, "control.sock"));
        _agent = new Agent.AgentClient(_channel);
    }

    /// <summary>Waits until its only share is in sync, with all of so many files.</summary>
    /// <exception cref="TimeoutException">It was not, in this time.</exception>
    public async Task<ReplicaInfo> InSyncAsync(long files, TimeSpan patience)
    {
        var begun = Stopwatch.GetTimestamp();
        ReplicaInfo? last = null;
        while (Stopwatch.GetElapsedTime(begun) < patience)
        {
            try
            {
                var status = await _agent.GetStatusAsync(new StatusRequest());
                last = status.Shares.SingleOrDefault();
                if (last is { State: "in-sync" } && last.Files >= files)
                    return last;
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Internal)
            {
                // It takes no commands yet.
            }

            await Task.Delay(Pace);
        }

        throw new TimeoutException($"not in sync after {patience.TotalSeconds:0} s: {last?.State} {last?.Reason} {last?.Files} files, {last?.PendingIn} in, {last?.PendingOut} out");
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();
}
