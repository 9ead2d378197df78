using System.Runtime.CompilerServices;

namespace Sync.Engine.Link;

/// <summary>Takes together what is there at once.</summary>
public static class AsyncGroups
{
    /// <summary>The same items in the same order, in lists of what can be had without waiting: 1 to <paramref name="most"/> each.</summary>
    public static async IAsyncEnumerable<List<T>> InGroups<T>(this IAsyncEnumerable<T> items, int most, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        await using var source = items.GetAsyncEnumerator(cancel);
        var next = source.MoveNextAsync();
        while (await next.ConfigureAwait(false))
        {
            var group = new List<T> { source.Current };
            next = source.MoveNextAsync();
            while (group.Count < most && next.IsCompletedSuccessfully)
            {
                if (!next.Result)
                {
                    yield return group;
                    yield break;
                }

                group.Add(source.Current);
                next = source.MoveNextAsync();
            }

            yield return group;
        }
    }
}
