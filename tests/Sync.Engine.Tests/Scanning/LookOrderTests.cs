using Sync.Engine.Model;
using Sync.Engine.Scanning;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Scanning;

/// <summary>Of looks that come back in another order than they began, the newest stands.</summary>
public sealed class LookOrderTests
{
    private readonly LookOrder _order = new();
    private readonly Node _directory = new TreeSet(EntryId.Root).Root;

    [Fact]
    public void An_older_look_at_a_name_is_no_news()
    {
        Assert.True(_order.Take(_directory, "a", 2));
        Assert.False(_order.Take(_directory, "a", 1));
        Assert.True(_order.Take(_directory, "b", 1));
        Assert.True(_order.Take(_directory, "a", 3));
    }

    [Fact]
    public void A_listing_is_newer_or_older_than_looks_at_names()
    {
        Assert.True(_order.Take(_directory, "a", 5));
        Assert.True(_order.Take(_directory, 4));
        Assert.True(_order.IsOutdated(_directory, "a", 4));
        Assert.False(_order.IsOutdated(_directory, "b", 4));
        Assert.False(_order.Take(_directory, "b", 3));
        Assert.False(_order.Take(_directory, 3));
        Assert.True(_order.Take(_directory, "b", 6));
    }

    [Fact]
    public void Nothing_is_kept_when_no_look_is_under_way()
    {
        Assert.True(_order.Take(_directory, "a", 2));
        Assert.True(_order.Take(_directory, 3));
        _order.Clear();
        Assert.True(_order.Take(_directory, "a", 1));
        Assert.True(_order.Take(_directory, 1));
    }
}
