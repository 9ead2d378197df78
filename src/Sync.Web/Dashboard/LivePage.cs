using Microsoft.AspNetCore.Components;
using Sync.Web.Dashboard.Watching;

namespace Sync.Web.Dashboard;

/// <summary>A page that is drawn anew whenever what it shows has changed, at most four times a second, and never before it was drawn the last time.</summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private Task _drawing = Task.CompletedTask;
    private int _wanted;
    private bool _gone;

    /// <summary>Who looks.</summary>
    [Inject]
    public required Viewer Viewer { get; set; }

    /// <summary>What they see.</summary>
    private protected HostPicture Picture => Viewer.Watch.Picture;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        Viewer.Watch.Changed += Draw;
        Viewer.ZoneChanged += Draw;
        base.OnInitialized();
    }

    /// <summary>What has changed is looked at before the page is drawn.</summary>
    protected virtual Task ChangedAsync() => Task.CompletedTask;

    /// <summary>Lets go of what is held.</summary>
    protected virtual void Dispose(bool disposing)
    {
        _gone = true;
        if (!disposing)
            return;
        Viewer.Watch.Changed -= Draw;
        Viewer.ZoneChanged -= Draw;
    }

    private void Draw()
    {
        // A slow connection gets fewer pictures, not a queue of them; the last change is drawn all the same.
        if (Interlocked.Exchange(ref _wanted, 1) == 0)
            _drawing = InvokeAsync(DrawAsync);
    }

    private async Task DrawAsync()
    {
        Volatile.Write(ref _wanted, 0);
        if (_gone)
            return;
        await ChangedAsync();
        StateHasChanged();
    }
}
