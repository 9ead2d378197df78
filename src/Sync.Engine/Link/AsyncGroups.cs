using System.Runtime.CompilerServices;

namespace Sync.Engine.Link;

/// <summary>Takes together what is there at once.</summary>
public static class AsyncGroups
{
    /// <summary>The same items in the same order, in lists of what can be had without waiting: 1 to <paramref name="most"/> each.</summary>
    public static async IAsyncEnumerable<List<T>> InGroups<T>(this IAsyncEnumerable<T> items, int most, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await using var source = items.GetAsyncEnumerator(ending.Token);
        var next = source.MoveNextAsync();
        var isPending = true;
        try
        {
            while (true)
            {
                isPending = false;
                if (!await next.ConfigureAwait(false)) yield break;
                var group = new List<T> { source.Current };
                next = source.MoveNextAsync();
                isPending = true;
                while (group.Count < most && next.IsCompletedSuccessfully)
                {
                    if (!next.Result)
                    {
                        isPending = false;
                        yield return group;
                        yield break;
                    }

                    group.Add(source.Current);
                    next = source.MoveNextAsync();
                }

                yield return group;
            }
        }
        finally
        {
            // Who takes the groups has given up. A source that still moves cannot be disposed: what that throws would hide why.
            if (isPending)
            {
                await ending.CancelAsync().ConfigureAwait(false);
                await ((Task)next.AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
