using System.Globalization;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sync.Engine.Journal;
using Sync.Host.Access;
using Sync.Host.Auditing;
using Sync.Host.Config;
using Sync.Host.Events;
using Sync.Host.Jobs;
using Sync.Host.Registry;
using Sync.Host.Tagging;
using Sync.Host.Webhooks;
using Sync.Shared.Data;

namespace Sync.Host.Serving;

/// <summary>What the API has beyond the commands: tokens, jobs, events, webhooks; made, started and ended together.</summary>
internal sealed class ApiParts : IAsyncDisposable
{
    private readonly ApiTokens _tokens;
    private readonly SignInCodes _codes;
    private readonly FailureLimiter _failures;
    private readonly EventLog _events;
    private readonly ShareWatch _watch;
    private readonly JobDesk _jobs;
    private readonly WebhookDesk _webhooks;
    private readonly IAccessLog _access;

    public ApiParts(ConfigStore<HostConfig> config, DataDirectory data, HostAgent agent, TimeProvider time, ILoggerFactory logging, IAuditLog audit)
    {
        _tokens = new ApiTokens(config, time);
        _codes = new SignInCodes(_tokens, time);
        _failures = new FailureLimiter(time);
        _events = new EventLog(time);
        _watch = new ShareWatch(agent, _events, time);
        _access = new AuditedAccess(new AccessLog(logging.CreateLogger<AccessLog>()), audit);
        OnDemand = new OnDemandShares(config);
        var jobs = logging.CreateLogger<JobDesk>();
        _jobs = new JobDesk(agent, config, OnDemand, _events, new JobStore(data.JobsDirectory, jobs), time, jobs);
        _webhooks = new WebhookDesk(config, _events, time, logging.CreateLogger<WebhookDesk>());
    }

    /// <summary>Shares where nothing moves but for jobs.</summary>
    public OnDemandShares OnDemand { get; }

    /// <summary>Where the web server answers; empty while there is none.</summary>
    public string WebAddress { get => _codes.WebAddress; set => _codes.WebAddress = value; }

    /// <summary>Tells of a change in a share.</summary>
    public void TellChange(string share, ShareChange change) => _events.Add(new HostEvent(EventKinds.Change)
    {
        Share = share,
        Guest = change.Replica is "host" ? null : change.Replica,
        Path = change.Path,
        State = change.Deleted ? "deleted" : change.Created ? "created" : "changed",
        Text = change.More > 0 ? string.Create(CultureInfo.InvariantCulture, $"{change.More} changes before it are not listed") : null,
    });

    /// <summary>Begins; the shares have been started.</summary>
    public void Start()
    {
        _watch.Start();
        _webhooks.Start();
        _jobs.Start();
    }

    /// <summary>Adds the services that answer on the control socket, and who guards it.</summary>
    public void Register(IServiceCollection services)
    {
        services.Configure<GrpcServiceOptions>(options => options.Interceptors.Add<ApiGate>());
        services.AddSingleton(_access).AddSingleton(_tokens).AddSingleton(_codes).AddSingleton(_failures).AddSingleton(_events).AddSingleton(_jobs).AddSingleton(_webhooks);
        services.AddSingleton<AccessService>().AddSingleton<JobsService>().AddSingleton<EventsService>().AddSingleton<TagService>();
    }

    /// <summary>Maps the services.</summary>
    public static void Map(WebApplication app)
    {
        app.MapGrpcService<AccessService>();
        app.MapGrpcService<JobsService>();
        app.MapGrpcService<EventsService>();
        app.MapGrpcService<TagService>();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _jobs.DisposeAsync();
        await _webhooks.DisposeAsync();
        await _watch.DisposeAsync();
    }
}
