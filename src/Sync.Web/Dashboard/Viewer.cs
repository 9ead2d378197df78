using System.Security.Claims;
using Grpc.Core;
using Microsoft.AspNetCore.Components;
using Sync.Protocol.Control;
using Sync.Web.Api;
using Sync.Web.Dashboard.Model;
using Sync.Web.Dashboard.SignIn;
using Sync.Web.Dashboard.Watching;

namespace Sync.Web.Dashboard;

/// <summary>Who looks at one page: calls go with this person's token, and the watch is the one of all who look with it.</summary>
public sealed class Viewer : IDisposable
{
    // A page that waits longer says that the host has not answered.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly HostSocket _socket;
    private readonly HostWatches _watches;
    private readonly Notices _notices;
    private readonly NavigationManager _navigation;
    private string _token = "";
    private bool _entered;
    private TimeSpan _zone;

    internal Viewer(HostSocket socket, HostWatches watches, Notices notices, NavigationManager navigation)
    {
        _socket = socket;
        _watches = watches;
        _notices = notices;
        _navigation = navigation;
    }

    /// <summary>The host, with the viewer's token.</summary>
    internal HostCalls Host { get; private set; } = null!;

    /// <summary>What the viewer sees of it, live.</summary>
    internal HostWatch Watch { get; private set; } = null!;

    /// <summary>What the token may do.</summary>
    public TokenInfo Token { get; private set; } = new();

    /// <summary>How far the viewer's clock is from UTC.</summary>
    public TimeSpan Zone
    {
        get => _zone;
        set
        {
            if (_zone == value)
                return;
            _zone = value;
            ZoneChanged?.Invoke();
        }
    }

    /// <summary>It is known now how far the viewer's clock is from UTC. Handlers return at once and do not throw.</summary>
    public event Action? ZoneChanged;

    /// <summary>Whether <see cref="BeginAsync"/> has ended.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the viewer may move files.</summary>
    public bool MaySync => Token.Scope is "sync" or "admin";

    /// <summary>Whether the viewer may change shares, guests, invites, tokens and webhooks.</summary>
    public bool MayAdmin => Token.Scope is "admin" && Token.Share.Length == 0;

    /// <summary>Whether the viewer may change this share's settings and invite to it.</summary>
    public bool MayAdminShare(string share) => Token.Scope is "admin" && (Token.Share.Length == 0 || string.Equals(Token.Share, share, StringComparison.Ordinal));

    /// <summary>Why something is not offered; null if it is.</summary>
    public string? WhyNotSync => MaySync ? null : $"This needs a token with the scope sync; yours has {Token.Scope}.";

    /// <inheritdoc cref="WhyNotSync"/>
    public string? WhyNotAdmin => MayAdmin ? null : Token.Share.Length > 0 ? $"This needs a token for all shares; yours is for {Token.Share} alone." : $"This needs a token with the scope admin; yours has {Token.Scope}.";

    /// <summary>Begins: from here on the other members may be used.</summary>
    public async Task BeginAsync(ClaimsPrincipal user)
    {
        if (_entered || user.FindFirst(SessionCookie.Token)?.Value is not { } token)
            return;
        var address = user.FindFirst(SessionCookie.Address)?.Value ?? "unknown";
        _token = token;
        Host = new HostCalls(_socket, address, token);
        Watch = _watches.Enter(token, address);
        _entered = true;
        if (await AskAsync(h => h.Access.WhoAmIAsync(new WhoAmIRequest(), deadline: DateTime.UtcNow + Patience).ResponseAsync) is { } me)
            Token = me;
        await Task.WhenAny(Watch.First, Task.Delay(Patience));
        HasBegun = true;
    }

    /// <summary>Asks the host for something; says what is wrong if that fails.</summary>
    /// <returns>Null if it did.</returns>
    internal async Task<T?> AskAsync<T>(Func<HostCalls, Task<T>> ask)
        where T : class
    {
        try
        {
            return await ask(Host);
        }
        catch (RpcException e)
        {
            Say(e);
            return null;
        }
    }

    /// <summary>Has the host do something, and says how it went.</summary>
    /// <returns>Whether it did.</returns>
    internal async Task<bool> DoAsync(Func<HostCalls, Task> act, string done)
    {
        try
        {
            await act(Host);
            _notices.Add(Tone.Good, done);
            return true;
        }
        catch (RpcException e)
        {
            Say(e);
            return false;
        }
    }

    /// <summary>Says what is wrong.</summary>
    public void Say(RpcException error)
    {
        if (error.StatusCode is StatusCode.Unauthenticated)
            _navigation.NavigateTo("/signin?why=ended", forceLoad: true);
        else
            _notices.Add(Tone.Bad, HostErrors.InWords(error));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_entered)
            _watches.Leave(_token, Watch);
    }
}
