using System.Diagnostics;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>Waits for a condition, with a deadline; the only place where the tests look again and again.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Returns as soon as the condition holds.</summary>
    /// <exception cref="TimeoutException">It does not in 30 s; says <paramref name="what"/>.</exception>
    public static async Task HoldsAsync(Func<Task<bool>> condition, Func<string> what)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > Limit)
                throw new TimeoutException($"after {Limit.TotalSeconds} s still not: {what()}");
            await Task.Delay(20);
        }
    }

    /// <inheritdoc cref="HoldsAsync(Func{Task{bool}}, Func{string})"/>
    public static Task HoldsAsync(Func<bool> condition, Func<string> what) => HoldsAsync(() => Task.FromResult(condition()), what);
}
