using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sync.Host.Config;
using Sync.Host.Events;

namespace Sync.Host.Webhooks;

/// <summary>Tells one address of events, in order; one that does not answer is tried again with growing pauses, for about an hour.</summary>
internal sealed class WebhookRun : IAsyncDisposable
{
    /// <summary>Tries before an event is given up.</summary>
    public const int Tries = 12;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly WebhookRecord _hook;
    private readonly EventLog _events;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _closing = new();
    private readonly long _from;
    private Task _running = Task.CompletedTask;
    private long _delivered;
    private long _failed;

    public WebhookRun(WebhookRecord hook, EventLog events, TimeProvider time, ILogger log)
    {
        _hook = hook;
        _events = events;
        _time = time;
        _log = log;
        _from = events.Last;
        _http = new HttpClient(new SocketsHttpHandler
        {
            // A redirect could lead where the address itself may not.
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = Patience,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = Patience,
            MaxResponseContentBufferSize = 64 << 10,
        };
    }

    public long Delivered => Interlocked.Read(ref _delivered);

    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Why the last try failed; null once one has succeeded.</summary>
    public string? LastError { get; private set; }

    /// <summary>Begins. Returns at once.</summary>
    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Ends it soon; what is not delivered by then is not.</summary>
    public void Stop() => _closing.Cancel();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _running;
        _http.Dispose();
        _closing.Dispose();
    }

    private async Task RunAsync()
    {
        var after = _from;
        try
        {
            while (true)
            {
                var (events, more) = _events.After(after);
                foreach (var what in events)
                {
                    after = what.Id;
                    if (_hook.Events.Contains(what.Kind, StringComparer.Ordinal) && (_hook.Share is null || string.Equals(_hook.Share, what.Share, StringComparison.Ordinal)))
                        await DeliverAsync(what);
                }

                await more.WaitAsync(_closing.Token);
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // Removed, or the host ends.
        }
    }

    private async Task DeliverAsync(HostEvent what)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(WebhookBody.Of(what), WebhookJson.Default.WebhookBody);
        var pause = FirstPause;
        for (var tries = 1; ; tries++)
        {
            if (await TryAsync(what, body) is not { } reason)
            {
                Interlocked.Increment(ref _delivered);
                LastError = null;
                return;
            }

            LastError = reason;
            if (tries == Tries)
            {
                Interlocked.Increment(ref _failed);
                WebhookLog.GivenUp(_log, _hook.Id, what.Id, reason, tries);
                return;
            }

            WebhookLog.Failed(_log, _hook.Id, what.Id, reason, pause);
            await Task.Delay(pause, _time, _closing.Token);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <returns>Why it failed; null if it did not.</returns>
    private async Task<string?> TryAsync(HostEvent what, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _hook.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("Sync-Event", what.Kind);
        request.Headers.Add("Sync-Delivery", what.Id.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookSignature.Header, WebhookSignature.Of(_hook.Secret, _time.GetUtcNow(), body));
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _closing.Token);
            return response.IsSuccessStatusCode ? null : string.Create(CultureInfo.InvariantCulture, $"it answered {(int)response.StatusCode}");
        }
        catch (HttpRequestException e)
        {
            return (e.InnerException ?? e).Message;
        }
        catch (OperationCanceledException) when (!_closing.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"no answer within {Patience.TotalSeconds} s");
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancel);
        var allowed = _hook.AllowLocal ? addresses : [.. addresses.Where(a => !LocalTargets.IsLocal(a))];
        if (allowed.Length == 0)
            throw new HttpRequestException($"{context.DnsEndPoint.Host} is this machine or a private network, which this webhook may not call");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
