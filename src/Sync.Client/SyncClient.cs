using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Sync.Protocol.Control;

namespace Sync.Client;

/// <summary>A connection to a sync-host. Safe from any thread; made once and kept.</summary>
public sealed class SyncClient : IDisposable
{
    // The host answers a wait after a minute at most.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly GrpcChannel _channel;
    private readonly Agent.AgentClient _agent;
    private readonly Jobs.JobsClient _jobs;
    private readonly Events.EventsClient _events;

    private SyncClient(GrpcChannel channel, string? token)
    {
        _channel = channel;
        var invoker = channel.CreateCallInvoker();
        if (token is not null)
        {
            invoker = invoker.Intercept(headers =>
            {
                headers.Add("authorization", "Bearer " + token);
                return headers;
            });
        }

        _agent = new Agent.AgentClient(invoker);
        _jobs = new Jobs.JobsClient(invoker);
        _events = new Events.EventsClient(invoker);
    }

    /// <summary>A host by its API. Nothing is connected until the first call.</summary>
    /// <param name="address">Such as https://build.example:8443.</param>
    /// <param name="token">From <c>sync-host token create</c>.</param>
    /// <param name="fingerprint">64 hexadecimal digits, as <c>sync-host status</c> shows them: that host and no other. Null where the system trusts the certificate.</param>
    /// <exception cref="ArgumentException">An argument is not valid.</exception>
    public static SyncClient Connect(Uri address, string token, string? fingerprint = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentException.ThrowIfNullOrEmpty(token);
        if (address.Scheme is not "https")
            throw new ArgumentException("A token goes by https alone.", nameof(address));
        if (fingerprint is not null && (fingerprint.Length != 64 || fingerprint.AsSpan().ContainsAnyExcept("0123456789abcdefABCDEF")))
            throw new ArgumentException("A fingerprint has 64 hexadecimal digits.", nameof(fingerprint));
        var ssl = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls13 };
        if (fingerprint is not null)
            ssl.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null && IsPinned(certificate, fingerprint);
        var handler = new SocketsHttpHandler { UseCookies = false, SslOptions = ssl, EnableMultipleHttp2Connections = true };
        return new SyncClient(GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true }), token);
    }

    /// <summary>The host on this machine, by the control socket in its data directory. Nothing is connected until the first call.</summary>
    public static SyncClient ConnectLocal(string socketPath)
    {
        var endpoint = new UnixDomainSocketEndPoint(socketPath);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(endpoint, cancel).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        var options = new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, Credentials = ChannelCredentials.Insecure };
        return new SyncClient(GrpcChannel.ForAddress("http://localhost", options), token: null);
    }

    /// <summary>How a share stands on the host.</summary>
    /// <exception cref="SyncException">The host refuses, or cannot be reached.</exception>
    public async Task<SyncShare> ShareAsync(string share, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(share);
        try
        {
            var status = await _agent.GetStatusAsync(new StatusRequest { Share = share }, cancellationToken: cancel).ResponseAsync.ConfigureAwait(false);
            return SyncShare.From(status.Shares[0]);
        }
        catch (RpcException e)
        {
            throw SyncException.From(e, cancel);
        }
    }

    /// <summary>Starts a job: all that is on the host and on the guests now is to be the same on all of them.</summary>
    /// <exception cref="SyncException">The host refuses, or cannot be reached.</exception>
    public async Task<SyncJob> StartJobAsync(string share, SyncJobOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(share);
        options ??= new SyncJobOptions();
        var request = new CreateJobRequest
        {
            Share = share,
            PathPrefix = options.PathPrefix,
            Wait = options.Durable ? "durable" : "applied",
            IdempotencyKey = options.IdempotencyKey,
        };
        if (options.Timeout is { } timeout)
            request.Timeout = Duration.FromTimeSpan(timeout);
        request.Guests.AddRange(options.Guests);
        try
        {
            return SyncJob.From(await _jobs.CreateJobAsync(request, cancellationToken: cancel).ResponseAsync.ConfigureAwait(false));
        }
        catch (RpcException e)
        {
            throw SyncException.From(e, cancel);
        }
    }

    /// <summary>How a job stands.</summary>
    /// <exception cref="SyncException">There is none, or the host cannot be reached.</exception>
    public Task<SyncJob> JobAsync(string id, CancellationToken cancel = default) => GetAsync(id, TimeSpan.Zero, cancel);

    /// <summary>Waits until a job has ended, or the time is over; returns it as it stands then.</summary>
    /// <exception cref="SyncException">There is no such job, or the host cannot be reached.</exception>
    public async Task<SyncJob> WaitAsync(string id, TimeSpan atMost, CancellationToken cancel = default)
    {
        var until = DateTime.UtcNow + atMost;
        while (true)
        {
            var left = until - DateTime.UtcNow;
            var job = await GetAsync(id, left < LongestWait ? left : LongestWait, cancel).ConfigureAwait(false);
            if (job.EndedAt is not null || DateTime.UtcNow >= until)
                return job;
        }
    }

    /// <summary>Ends a job; what has been synced stays.</summary>
    /// <exception cref="SyncException">There is none, or the host refuses.</exception>
    public async Task<SyncJob> CancelAsync(string id, CancellationToken cancel = default)
    {
        try
        {
            return SyncJob.From(await _jobs.CancelJobAsync(new CancelJobRequest { Id = id }, cancellationToken: cancel).ResponseAsync.ConfigureAwait(false));
        }
        catch (RpcException e)
        {
            throw SyncException.From(e, cancel);
        }
    }

    /// <summary>What happens on the host, until it is cancelled. Where the connection breaks it goes on after the last event that was seen, so that none is missed
    /// (or an event of the kind "gap" says that some were).</summary>
    /// <param name="share">Only of this share; null for all.</param>
    /// <param name="after">Begin after this event; null for what happens from now on.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="SyncException">The host refuses.</exception>
    public async IAsyncEnumerable<SyncEvent> EventsAsync(string? share = null, long? after = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var last = after ?? 0;
        var pause = FirstPause;
        while (true)
        {
            using var watch = _events.WatchEvents(new WatchEventsRequest { Share = share ?? "", After = last }, cancellationToken: cancel);
            while (await NextAsync(watch, cancel).ConfigureAwait(false) is { } what)
            {
                pause = FirstPause;
                last = what.Id;
                yield return SyncEvent.From(what);
            }

            await Task.Delay(pause, cancel).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    /// <returns>Null if the connection broke.</returns>
    private static async Task<Event?> NextAsync(AsyncServerStreamingCall<Event> watch, CancellationToken cancel)
    {
        try
        {
            return await watch.ResponseStream.MoveNext(cancel).ConfigureAwait(false) ? watch.ResponseStream.Current : null;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Internal && e.Status.DebugException is IOException or HttpRequestException { HttpRequestError: not HttpRequestError.SecureConnectionError } && !cancel.IsCancellationRequested)
        {
            return null;
        }
        catch (RpcException e)
        {
            throw SyncException.From(e, cancel);
        }
    }

    private static bool IsPinned(X509Certificate certificate, string fingerprint)
    {
        using var shown = new X509Certificate2(certificate);
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(shown.PublicKey.ExportSubjectPublicKeyInfo()), Convert.FromHexString(fingerprint));
    }

    private async Task<SyncJob> GetAsync(string id, TimeSpan wait, CancellationToken cancel)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        var request = new GetJobRequest { Id = id };
        if (wait > TimeSpan.Zero)
            request.Wait = Duration.FromTimeSpan(wait);
        try
        {
            return SyncJob.From(await _jobs.GetJobAsync(request, cancellationToken: cancel).ResponseAsync.ConfigureAwait(false));
        }
        catch (RpcException e)
        {
            throw SyncException.From(e, cancel);
        }
    }
}
