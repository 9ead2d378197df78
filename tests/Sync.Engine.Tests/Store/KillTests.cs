using System.Diagnostics;
using System.Runtime.CompilerServices;
using Sync.Engine.Store.LiteDb;
using Xunit;

namespace Sync.Engine.Tests.Store;

public sealed class KillTests
{
    private const string WorkerVariable = "SYNC_TEST_STORE_WORKER";
    private const int Keys = 200;

    [Fact]
    public async Task A_killed_process_loses_nothing_it_was_acknowledged()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("index.db");
        var random = new Random(11);
        for (var kill = 0; kill < 25; kill++)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(KillTests).Assembly.Location);
            start.Environment[WorkerVariable] = path;
            using var worker = Process.Start(start)!;
            long acknowledged = 0;
            // Killed after so many commits and some spins, so that it may be anywhere in the next one.
            for (var wait = random.Next(1, 60); wait > 0; wait--)
            {
                if (await worker.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is not { } line) break;
                acknowledged = long.Parse(line, System.Globalization.CultureInfo.InvariantCulture);
            }

            Thread.SpinWait(random.Next(200_000));
            worker.Kill();
            while (await worker.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
                acknowledged = long.Parse(line, System.Globalization.CultureInfo.InvariantCulture);
            await worker.WaitForExitAsync(TestContext.Current.CancellationToken);

            using var store = LiteDbRecordStore.Open(path);
            Assert.Null(store.ResetReason);
            var counter = BitConverter.ToInt64(store.GetValue("n")!);
            Assert.True(counter >= acknowledged, $"kill {kill}: {acknowledged} was acknowledged, {counter} is there");
            var seen = 0;
            store.Load((key, bytes) =>
            {
                seen++;
                // The last commit that wrote this key, no earlier and no later one.
                Assert.Equal(counter - (((counter - key) % Keys) + Keys) % Keys, BitConverter.ToInt64(bytes.Span));
            });
            Assert.Equal(Math.Min(counter, Keys), seen);
        }
    }

#pragma warning disable CA2255 // The test program is also the worker that is killed: this runs before the test runner.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void RunWorker()
    {
        if (Environment.GetEnvironmentVariable(WorkerVariable) is not { Length: > 0 } path) return;
        using var store = LiteDbRecordStore.Open(path);
        store.Load((_, _) => { });
        var n = store.GetValue("n") is { } value ? BitConverter.ToInt64(value) : 0;
        var output = Console.Out;
        while (true)
        {
            n++;
            var record = new byte[4000];
            BitConverter.TryWriteBytes(record, n);
            store.Commit([StoreModel.Put(n % Keys, record)], [new("n", BitConverter.GetBytes(n))]);
            output.WriteLine(n);
            output.Flush();
            if (n % 50 == 0) store.Maintain();
        }
    }
}
