using Sync.Engine.Model;
using Sync.Engine.Scanning;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Scanning;

/// <summary>What was looked for where its directory no longer is waits, each name once, for the end of all looks.</summary>
public sealed class StaleNamesTests
{
    private readonly JobCounter _jobs = new();
    private readonly StaleNames _stale;
    private readonly Node _directory = new TreeSet(EntryId.Root).Root;

    public StaleNamesTests() => _stale = new StaleNames(_jobs);

    [Fact]
    public void A_directorys_own_place_is_asked_about_once_until_the_looks_have_ended()
    {
        Assert.True(_stale.Add(_directory, "a", Look.Plain, 1));
        Assert.False(_stale.Add(_directory, "a", Look.Plain, 1));
        Assert.False(_stale.Add(_directory, "b", Look.Plain, 1));
        Assert.Equal(2, _stale.Take().Length);
        Assert.True(_stale.Add(_directory, "a", Look.Plain, 1));
    }

    [Fact]
    public void A_name_that_is_found_stale_again_keeps_one_job_open_the_earliest()
    {
        _stale.Add(_directory, "a", Look.Plain, 5);
        _stale.Add(_directory, "a", Look.Bytes, 3);
        _stale.Add(_directory, "a", Look.Plain, 4);
        var (look, origin) = Assert.Single(_stale.Take()).Value;
        Assert.Equal((Look.Bytes, 3), (look, origin));
        Assert.True(_jobs.IsDone(2));
        Assert.False(_jobs.IsDone(3));
        _jobs.End(origin);
        Assert.True(_jobs.IsIdle);
    }
}
