using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.PowerLoss;

/// <summary>An agent with its replica and its data on a disk of their own, and the power that can go.</summary>
internal sealed class Machine : IAsyncDisposable
{
    private readonly Disk _disk;
    private readonly string _bootId;

    /// <param name="agent">Its agent, that has not been started.</param>
    /// <param name="tree">Its replica.</param>
    /// <param name="disk">Where both are.</param>
    public Machine(TestAgent agent, TestTree tree, Disk disk)
    {
        Agent = agent;
        Tree = tree;
        _disk = disk;
        _bootId = disk.Directory + ".boot-id";
        agent.SeeBootId(_bootId);
    }

    public TestAgent Agent { get; }

    public TestTree Tree { get; }

    /// <summary>Starts the machine anew, and its agent.</summary>
    public async Task BootAsync()
    {
        await File.WriteAllTextAsync(_bootId, Guid.NewGuid().ToString() + "\n");
        await Agent.StartAsync();
    }

    /// <summary>The power goes on all machines at the same moment; their disks are mounted again, with what had reached them.</summary>
    public static async Task LosePowerAsync(params IReadOnlyList<Machine> machines)
    {
        // Nothing is told to another machine after the moment for which the disk stands.
        foreach (Machine machine in machines)
            await machine.Agent.FreezeAsync();
        foreach (Machine machine in machines)
            await machine._disk.SaveAsync();
        foreach (Machine machine in machines)
        {
            await machine.Agent.KillAsync();
            await machine._disk.GoBackAsync();
        }
    }

    public ValueTask DisposeAsync() => Agent.DisposeAsync();
}
