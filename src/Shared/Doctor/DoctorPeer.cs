namespace Sync.Shared.Doctor;

/// <summary>A guest's host.</summary>
/// <param name="Fingerprint">Who it is.</param>
/// <param name="Addresses">"host:port", as joined.</param>
internal sealed record DoctorPeer(string Fingerprint, IReadOnlyList<string> Addresses);
