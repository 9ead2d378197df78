using Grpc.Core;
using Sync.Protocol.Control;
using Sync.Shared.Control;
using Sync.Shared.Output;

namespace Sync.Shared.Progress;

/// <summary>Shows what an agent still has to do while a command waits for it.</summary>
internal static class SyncProgress
{
    /// <summary>Waits for a call, and meanwhile shows what is pending.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="share">As the call's.</param>
    /// <param name="work">The call.</param>
    /// <param name="error">Where to show it.</param>
    /// <param name="cancel">Ends the watch; the call has its own.</param>
    public static async Task<T> WhileAsync<T>(AgentConnection agent, string share, Task<T> work, TextWriter error, CancellationToken cancel)
    {
        if (!Terminal.ShowsProgress)
            return await work;
        using var line = new ProgressLine(error, shows: true, TimeProvider.System);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var watching = WatchAsync(agent, share, line, over.Token);
        try
        {
            return await work;
        }
        finally
        {
            await over.CancelAsync();
            await watching;
        }
    }

    /// <summary>What is still to be done, in one line. Pure.</summary>
    public static string Line(AgentStatus status, ShareRates rates)
    {
        var parts = status.Shares.Where(s => s.PendingIn + s.PendingOut > 0).Select(s =>
        {
            var rate = rates.Of(s);
            var text = $"{s.Name}: {Printable.Count(s.PendingOut)} to send, {Printable.Count(s.PendingIn)} to receive";
            if (s.PendingInBytes > 0)
                text += $" ({Printable.Bytes(s.PendingInBytes)})";
            foreach (var more in (string[])[ProgressText.Rate(rate.Up + rate.Down), ProgressText.Left(rate.Left)])
            {
                if (more.Length > 0)
                    text += ", " + more;
            }

            return text;
        }).ToList();
        return parts.Count > 0 ? string.Join("; ", parts) : "waiting until all is durable";
    }

    private static async Task WatchAsync(AgentConnection agent, string share, ProgressLine line, CancellationToken cancel)
    {
        var rates = new ShareRates();
        var most = 0L;
        try
        {
            using var call = agent.Agent.WatchStatus(new StatusRequest { Share = share }, cancellationToken: cancel);
            while (await call.ResponseStream.MoveNext(cancel))
            {
                rates.Look(call.ResponseStream.Current, line.Elapsed);
                var left = call.ResponseStream.Current.Shares.Sum(s => s.PendingIn + s.PendingOut);
                // What comes while it runs is more to do: the bar may go back, and says so.
                most = Math.Max(most, left);
                line.Show($"{ProgressText.Bar(most - left, most)} {Line(call.ResponseStream.Current, rates)}");
            }
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            // It ends with the call, or the agent does: the call tells.
        }
    }
}
