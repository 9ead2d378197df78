using System.Net;
using System.Text.Json;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Api;

/// <summary>What happens on the host, as a program sees it.</summary>
public sealed class EventTests
{
    [Fact]
    public async Task A_stream_tells_what_happens_and_goes_on_from_an_id()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 1);
        await pair.SyncAsync();
        using ApiClient api = await pair.Host.ApiAsync("read");
        long id;
        using (StreamReader stream = await api.StreamAsync("/api/v1/events"))
        {
            pair.Host.Tree.Put("seen", "1");
            JsonElement change = await NextAsync(stream, e => e.GetProperty("kind").GetString() == "change");
            Assert.Equal("seen", change.GetProperty("path").GetString());
            Assert.Equal("created", change.GetProperty("state").GetString());
            id = change.GetProperty("id").GetInt64();
        }

        string name = await pair.Guest.NameAsync();
        await pair.Guest.StopAsync();
        using (StreamReader again = await api.StreamAsync("/api/v1/events", ("Last-Event-ID", id.ToString(System.Globalization.CultureInfo.InvariantCulture))))
        {
            JsonElement lost = await NextAsync(again, e => e.GetProperty("kind").GetString() == "guest-lost");
            Assert.True(lost.GetProperty("id").GetInt64() > id);
            Assert.Equal(name, lost.GetProperty("guest").GetString());
        }

        // One that nobody remembers: told so.
        using (StreamReader old = await api.StreamAsync("/api/v1/events?after=1"))
            Assert.Equal("gap", (await NextAsync(old, _ => true)).GetProperty("kind").GetString());
        CommandResult listed = (await pair.Host.RunAsync("events", "--json", "--lines", "1000")).Expect(0);
        Assert.Contains("\"seen\"", listed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_nothing_is_told()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 0);
        using ApiClient none = await pair.Host.ApiAsync(null);
        Assert.Equal("unauthenticated", await none.RefusedAsync(HttpMethod.Get, "/api/v1/events", null, HttpStatusCode.Unauthorized));
    }

    private static async Task<JsonElement> NextAsync(StreamReader stream, Func<JsonElement, bool> wanted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (await stream.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal) && JsonDocument.Parse(line[6..]).RootElement is var item && wanted(item))
                return item;
        }

        throw new EndOfStreamException("the stream of events ended");
    }
}
