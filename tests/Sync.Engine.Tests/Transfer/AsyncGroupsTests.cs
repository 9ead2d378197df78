using System.Runtime.CompilerServices;
using Sync.Engine.Link;
using Xunit;

namespace Sync.Engine.Tests.Transfer;

public sealed class AsyncGroupsTests
{
    /// <summary>A link goes while a group is dealt with: the next item is waited for then, and an enumerator cannot be disposed of in that.</summary>
    [Fact]
    public async Task Who_takes_the_groups_may_end_while_the_next_is_waited_for()
    {
        var hasEnded = false;
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var group in ItemsAsync(() => hasEnded = true, TestContext.Current.CancellationToken).InGroups(4, TestContext.Current.CancellationToken))
            {
                Assert.Equal([1, 2], group);
                throw new InvalidOperationException("enough");
            }
        });
        Assert.Equal("enough", failure.Message);
        Assert.True(hasEnded);
    }

    private static async IAsyncEnumerable<int> ItemsAsync(Action ended, [EnumeratorCancellation] CancellationToken cancel)
    {
        try
        {
            yield return 1;
            yield return 2;
            await Task.Delay(Timeout.Infinite, cancel);
            yield return 3;
        }
        finally
        {
            ended();
        }
    }
}
