using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Sync.Benchmarks;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
// --write is ours; the rest is BenchmarkDotNet's, such as --filter.
var write = args.Contains("--write");
string[] rest = [.. args.Where(a => a is not "--write")];
if (rest.Length is 0)
    rest = ["--filter", "*"];

// In this process: the engine's internals are seen by this assembly alone, and nothing is built anew for each benchmark.
var job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.DontLogOutput).WithId("short");
var config = ManualConfig.CreateEmpty()
    .AddJob(job)
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddLogger(ConsoleLogger.Default)
    .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "sync-benchmarks"))
    .WithOptions(ConfigOptions.DisableOptimizationsValidator);
var summaries = BenchmarkSwitcher.FromAssembly(typeof(Contents).Assembly).Run(rest, config).ToList();
if (write)
    await MicroReport.WriteAsync(summaries);
return summaries.Count > 0 && summaries.TrueForAll(s => !s.HasCriticalValidationErrors && s.Reports.All(r => r.Success)) ? 0 : 1;
