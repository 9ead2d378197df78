using System.Reflection;
using Sync.Engine.Files;

namespace Sync.Engine.Tests.Scanning;

/// <summary>A file system that lets something happen between a call and what its caller does next.</summary>
internal class HookedFiles : DispatchProxy
{
    private IFileSystem _files = null!;
    private (string Call, string Path, Action Action)? _next;

    /// <summary>Puts one before another file system.</summary>
    public static (IFileSystem Files, HookedFiles Hooks) Over(IFileSystem files)
    {
        var proxy = Create<IFileSystem, HookedFiles>();
        var hooks = (HookedFiles)(object)proxy;
        hooks._files = files;
        return (proxy, hooks);
    }

    /// <summary>Whether what was to happen has happened.</summary>
    public bool HasFired => _next is null;

    /// <summary>Has something happen when this call on this path has been made the next time, once.</summary>
    public void After(string call, string path, Action action) => _next = (call, path, action);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var result = targetMethod!.Invoke(_files, args);
        if (_next is { } next && targetMethod.Name == next.Call && args?[0] is string path && path == next.Path)
        {
            _next = null;
            next.Action();
        }

        return result;
    }
}
