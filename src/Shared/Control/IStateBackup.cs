namespace Sync.Shared.Control;

/// <summary>Backs up the state of a running agent.</summary>
internal interface IStateBackup
{
    /// <summary>Writes it to a file that is not there yet.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="cancel">Gives up; nothing is left then.</param>
    /// <returns>How many files it holds, and how large it is in bytes.</returns>
    /// <exception cref="Output.CommandFailure">It cannot be written.</exception>
    Task<(int Files, long Bytes)> WriteAsync(string path, CancellationToken cancel);
}
