using Sync.Host.Registry;

namespace Sync.Host.Tests;

/// <summary>Shares that have every directory but one.</summary>
internal sealed class FakeParts : IShareParts
{
    public string Lacking { get; set; } = "";

    public Task<bool> LacksAsync(string share, string subPath, CancellationToken cancel) => Task.FromResult(subPath == Lacking);
}
