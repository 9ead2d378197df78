namespace Sync.Shared.Control;

/// <summary>An agent's metrics, as Prometheus reads them.</summary>
internal interface IMetricsText
{
    /// <summary>All of them now.</summary>
    string Collect();
}
