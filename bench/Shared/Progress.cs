using System.Diagnostics;
using System.Globalization;

namespace Sync.Bench;

/// <summary>What is going on, for whoever waits.</summary>
internal static class Progress
{

    private static readonly DateTime Started = Process.GetCurrentProcess().StartTime;

    public static void Say(string line) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(DateTime.Now - Started).TotalSeconds,6:0.0}  {line}"));
}
