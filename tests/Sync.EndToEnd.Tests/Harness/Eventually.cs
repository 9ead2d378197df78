using System.Diagnostics;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>Waits for a condition, with a deadline; the only place where the tests look again and again.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns as soon as the condition holds.</summary>
    /// <exception cref="TimeoutException">It does not in 30 s, or in <paramref name="limit"/>; says <paramref name="what"/>.</exception>
    public static async Task HoldsAsync(Func<Task<bool>> condition, Func<string> what, TimeSpan? limit = null, TimeSpan? pause = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > (limit ?? Limit))
                throw new TimeoutException($"after {clock.Elapsed.TotalSeconds:0} s still not: {what()}");
            await Task.Delay(pause ?? Pause);
        }
    }

    /// <inheritdoc cref="HoldsAsync(Func{Task{bool}}, Func{string}, TimeSpan?, TimeSpan?)"/>
    public static Task HoldsAsync(Func<bool> condition, Func<string> what, TimeSpan? pause = null) => HoldsAsync(() => Task.FromResult(condition()), what, pause: pause);
}
