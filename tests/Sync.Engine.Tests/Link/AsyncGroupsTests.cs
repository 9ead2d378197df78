using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sync.Engine.Link;
using Xunit;

namespace Sync.Engine.Tests.Link;

/// <summary>Items taken together.</summary>
public sealed class AsyncGroupsTests
{
    [Fact]
    public async Task What_is_there_at_once_comes_in_one_group()
    {
        var items = Channel.CreateUnbounded<int>();
        for (var i = 0; i < 5; i++) items.Writer.TryWrite(i);
        items.Writer.Complete();
        var groups = new List<List<int>>();
        await foreach (var group in items.Reader.ReadAllAsync(TestContext.Current.CancellationToken).InGroups(3, TestContext.Current.CancellationToken)) groups.Add(group);
        Assert.Equal([0, 1, 2, 3, 4], groups.SelectMany(g => g));
        Assert.All(groups, g => Assert.InRange(g.Count, 1, 3));
        Assert.True(groups.Count < 5);
    }

    /// <summary>The next item is waited for already when the one before it is taken.</summary>
    [Fact]
    public async Task Who_gives_up_while_the_next_is_waited_for_gets_his_own_exception()
    {
        var items = Channel.CreateUnbounded<int>();
        items.Writer.TryWrite(1);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thrown = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var group in ItemsAsync(items.Reader, ended).InGroups(8, CancellationToken.None)) throw new InvalidDataException(group[0].ToString(System.Globalization.CultureInfo.InvariantCulture));
        });
        Assert.Equal("1", thrown.Message);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private static async IAsyncEnumerable<int> ItemsAsync(ChannelReader<int> items, TaskCompletionSource ended, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        try
        {
            await foreach (var item in items.ReadAllAsync(cancel)) yield return item;
        }
        finally
        {
            ended.SetResult();
        }
    }
}
