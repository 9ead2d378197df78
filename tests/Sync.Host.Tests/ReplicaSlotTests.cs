using Microsoft.Extensions.Logging.Abstractions;
using Sync.Engine.Link;
using Sync.Engine.Replicas;
using Sync.Shared.Replicas;
using Xunit;

namespace Sync.Host.Tests;

/// <summary>When a replica is opened again by itself.</summary>
public sealed class ReplicaSlotTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AReplicaWithADefectIsOpenedAnew()
    {
        var opened = new List<FakeShare>();
        await using var slot = new ReplicaSlot(new ReplicaLabel("docs", "/docs"), (_, _) => OpenAsync(opened), (_, _) => Task.CompletedTask, paused: false, TimeProvider.System, NullLogger.Instance);
        slot.Start();
        var first = await RunningAsync(slot, null);
        first.Status = first.Status with { HasDefect = true };
        Assert.Equal(ReplicaState.Halted, (await ClosedAsync(slot)).State);
        Assert.NotSame(first, await RunningAsync(slot, first));
        Assert.Equal(2, opened.Count);
    }

    private static Task<IReplica> OpenAsync(List<FakeShare> opened)
    {
        opened.Add(new FakeShare("/docs"));
        return Task.FromResult<IReplica>(opened[^1]);
    }

    private static async Task<FakeShare> RunningAsync(ReplicaSlot slot, FakeShare? before)
    {
        while (true)
        {
            var status = slot.Status;
            if (slot.Replica is FakeShare share && share != before)
                return share;
            await slot.ChangedAsync(status, Cancel);
        }
    }

    private static async Task<ReplicaStatus> ClosedAsync(ReplicaSlot slot)
    {
        while (true)
        {
            var status = slot.Status;
            if (slot.Replica is null)
                return status;
            await Task.Yield();
        }
    }
}
