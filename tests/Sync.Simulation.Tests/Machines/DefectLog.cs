using Microsoft.Extensions.Logging;
using Sync.Simulation.Tests.Kernel;

namespace Sync.Simulation.Tests.Machines;

/// <summary>The engine's log: defects count, the rest is for who reads the trace.</summary>
internal sealed class DefectLog(SimProcess process, List<string> defects, Trace trace) : ILoggerFactory, ILogger
{
    private const int Defect = 1001;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("Logs go to the trace.");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => trace.IsRead || logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (process.IsDead) return;
        if (eventId.Id == Defect) defects.Add($"{process.Name}: {exception}");
        if (trace.IsRead) trace.Say(process.Scheduler.NowNs, process.Name, $"log: {formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}
