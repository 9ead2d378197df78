using System.Diagnostics;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>Waits for a condition, with a deadline; the only place where the tests look again and again.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Returns as soon as the condition holds.</summary>
    /// <exception cref="TimeoutException">It does not in 30 s, or in <paramref name="limit"/>; says <paramref name="what"/>.</exception>
    public static async Task HoldsAsync(Func<Task<bool>> condition, Func<string> what, TimeSpan? limit = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > (limit ?? Limit))
                throw new TimeoutException($"after {clock.Elapsed.TotalSeconds:0} s still not: {what()}");
            await Task.Delay(20);
        }
    }

    /// <inheritdoc cref="HoldsAsync(Func{Task{bool}}, Func{string}, TimeSpan?)"/>
    public static Task HoldsAsync(Func<bool> condition, Func<string> what) => HoldsAsync(() => Task.FromResult(condition()), what);
}
