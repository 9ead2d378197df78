using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Sync.Host.Config;
using Sync.Host.Events;
using Sync.Protocol.Control;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Host.Webhooks;

/// <summary>Who is told of events by HTTP: remembered, and told. Safe from any thread.</summary>
internal sealed class WebhookDesk(ConfigStore<HostConfig> config, EventLog events, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private const int Most = 100;
    private const int LongestUrl = 2048;
    private static readonly string[] UsualEvents = [EventKinds.Job, EventKinds.Conflict, EventKinds.Halt, EventKinds.GuestLost];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, WebhookRun> _runs = new(StringComparer.Ordinal);

    /// <summary>Begins to tell those that are configured.</summary>
    public void Start()
    {
        foreach (var hook in config.Current.Webhooks)
            Run(hook);
    }

    /// <summary>Adds one; its secret is in the answer, this once.</summary>
    /// <exception cref="CommandFailure">An argument is not valid.</exception>
    public AddWebhookReply Add(AddWebhookRequest request)
    {
        var url = CheckUrl(request.Url, request.AllowLocal);
        if (request.Events.FirstOrDefault(e => !EventKinds.All.Contains(e)) is { } unknown)
            throw new CommandFailure(ExitCode.Usage, $"'{Printable.Text(unknown)}' is no kind of event; choose from {string.Join(", ", EventKinds.All.Order(StringComparer.Ordinal))}");
        var hook = new WebhookRecord
        {
            Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)),
            Url = url.AbsoluteUri,
            Events = request.Events.Count > 0 ? [.. request.Events.Distinct(StringComparer.Ordinal)] : UsualEvents,
            Share = request.Share.Length > 0 ? request.Share : null,
            AllowLocal = request.AllowLocal,
            Secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)),
        };
        config.Update(current =>
        {
            if (hook.Share is { } share && current.FindShare(share) is null)
                throw CommandFailure.NotFound($"no share '{Printable.Text(share)}'; see 'sync-host share list'");
            return current.Webhooks.Count >= Most
                ? throw new CommandFailure($"there are {Most} webhooks already; remove some first")
                : current with { Webhooks = [.. current.Webhooks, hook] };
        });
        Run(hook);
        return new AddWebhookReply { Secret = hook.Secret, Info = ToInfo(hook) };
    }

    public IReadOnlyList<WebhookInfo> List() => [.. config.Current.Webhooks.Select(ToInfo)];

    /// <exception cref="CommandFailure">There is none.</exception>
    public WebhookInfo Remove(string id)
    {
        WebhookRecord? removed = null;
        config.Update(current =>
        {
            removed = current.Webhooks.FirstOrDefault(w => string.Equals(w.Id, id, StringComparison.Ordinal))
                ?? throw CommandFailure.NotFound($"no webhook '{Printable.Text(id)}'; see 'sync-host webhook list'");
            return current with { Webhooks = [.. current.Webhooks.Where(w => !ReferenceEquals(w, removed))] };
        });
        var info = ToInfo(removed!);
        WebhookRun? run;
        lock (_lock)
            _runs.Remove(id, out run);
        run?.Stop();
        return info;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<WebhookRun> runs;
        lock (_lock)
        {
            runs = [.. _runs.Values];
            _runs.Clear();
        }

        foreach (var run in runs)
            await run.DisposeAsync();
    }

    private static Uri CheckUrl(string text, bool allowLocal)
    {
        if (text.Length > LongestUrl || !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.UserInfo.Length > 0
            || url.Scheme is not ("https" or "http") || url.Fragment.Length > 0)
            throw new CommandFailure(ExitCode.Usage, $"'{Printable.Text(text)}' is no address for a webhook; give one such as https://hooks.example/sync");
        if (url.Scheme is "http" && !allowLocal)
            throw new CommandFailure(ExitCode.Usage, "a webhook goes by https; http only to this machine or a private network, with --allow-local");
        if (!allowLocal && LocalTargets.IsLocal(url.DnsSafeHost))
            throw new CommandFailure(ExitCode.NotAllowed, $"{Printable.Text(url.DnsSafeHost)} is this machine or a private network; allow that with --allow-local");
        return url;
    }

    private void Run(WebhookRecord hook)
    {
        var run = new WebhookRun(hook, events, time, log);
        lock (_lock)
            _runs[hook.Id] = run;
        run.Start();
    }

    private WebhookInfo ToInfo(WebhookRecord hook)
    {
        WebhookRun? run;
        lock (_lock)
            run = _runs.GetValueOrDefault(hook.Id);
        var info = new WebhookInfo
        {
            Id = hook.Id,
            Url = hook.Url,
            Share = hook.Share ?? "",
            AllowLocal = hook.AllowLocal,
            Delivered = run?.Delivered ?? 0,
            Failed = run?.Failed ?? 0,
            LastError = run?.LastError ?? "",
        };
        info.Events.AddRange(hook.Events);
        return info;
    }
}
