using Sync.Engine.Machines;
using Sync.Engine.Replicas;
using Xunit;

namespace Sync.Engine.Tests.Replicas;

/// <summary>Which of index and directory is the older one.</summary>
public sealed class ReplicaMarkTests
{
    private static ReplicaMark NewLife(ReplicaMark? before) => ReplicaMark.NewLife(before, LocalMachine.Instance);

    private static readonly ReplicaMark First = NewLife(null);

    [Fact]
    public void What_was_saved_together_is_of_one_time()
    {
        Assert.Equal(MarkAge.Same, ReplicaMark.Compare(First, First));
        Assert.Equal(MarkAge.Same, ReplicaMark.Compare(First.Next(), First.Next()));
        // The directory's is written first: a stop in between leaves it one ahead.
        Assert.Equal(MarkAge.Same, ReplicaMark.Compare(First, First.Next()));
    }

    [Fact]
    public void Within_one_life_the_count_tells()
    {
        Assert.Equal(MarkAge.IndexIsOlder, ReplicaMark.Compare(First, First.Next().Next()));
        Assert.Equal(MarkAge.DirectoryIsOlder, ReplicaMark.Compare(First.Next(), First));
    }

    [Fact]
    public void Over_lives_the_ancestor_is_the_older_one()
    {
        ReplicaMark old = First.Next().Next().Next();
        ReplicaMark later = NewLife(NewLife(old));
        Assert.Equal(MarkAge.IndexIsOlder, ReplicaMark.Compare(old, later));
        Assert.Equal(MarkAge.DirectoryIsOlder, ReplicaMark.Compare(later, old));
    }

    [Fact]
    public void Two_that_went_on_from_one_or_have_nothing_in_common_are_unrelated()
    {
        Assert.Equal(MarkAge.Unrelated, ReplicaMark.Compare(NewLife(First), NewLife(First)));
        Assert.Equal(MarkAge.Unrelated, ReplicaMark.Compare(First, NewLife(null)));
        Assert.Equal(MarkAge.Unrelated, ReplicaMark.Compare(null, First));
        Assert.Equal(MarkAge.Unrelated, ReplicaMark.Compare(First, null));
        Assert.Equal(MarkAge.Unrelated, ReplicaMark.Compare(null, null));
    }

    [Fact]
    public void A_mark_of_many_lives_ago_is_forgotten_and_the_size_is_bounded()
    {
        ReplicaMark mark = First;
        for (int life = 0; life < 63; life++)
            mark = NewLife(mark);
        Assert.Equal(MarkAge.IndexIsOlder, ReplicaMark.Compare(First, mark));
        Assert.Equal(ReplicaMark.MaxLength, mark.ToBytes().Length);
        mark = NewLife(mark);
        Assert.Equal(MarkAge.Unrelated, ReplicaMark.Compare(First, mark));
        Assert.Equal(ReplicaMark.MaxLength, mark.ToBytes().Length);
    }

    [Fact]
    public void What_is_written_is_read_and_nothing_else()
    {
        ReplicaMark mark = NewLife(First).Next().Next();
        byte[] bytes = mark.ToBytes();
        ReplicaMark? read = ReplicaMark.Parse(bytes);
        Assert.NotNull(read);
        Assert.Equal(2ul, read.Count);
        Assert.Equal(bytes, read.ToBytes());
        Assert.Equal(MarkAge.Same, ReplicaMark.Compare(mark, read));
        Assert.Null(ReplicaMark.Parse([]));
        Assert.Null(ReplicaMark.Parse(bytes.AsSpan(0, ReplicaMark.CountLength)));
        Assert.Null(ReplicaMark.Parse(bytes.AsSpan(0, bytes.Length - 1)));
        Assert.Null(ReplicaMark.Parse(new byte[ReplicaMark.MaxLength + 16]));
    }
}
