namespace Sync.Simulation.Tests.Links;

internal static class NetworkTime
{
    /// <summary>Waits for a while of the run's time.</summary>
    public static Task Wait(this Network network, long delayNs, CancellationToken cancel)
    {
        var waited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        network.Scheduler.After(delayNs, () => waited.TrySetResult());
        return waited.Task.WaitAsync(cancel);
    }
}
