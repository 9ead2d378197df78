namespace Sync.Host.Registry;

/// <summary>What is known of the directories in shares.</summary>
internal interface IShareParts
{
    /// <summary>Whether a share is known to have no such directory. Not while it does not run, is paused, or has not been looked at yet.</summary>
    /// <param name="share">Its name.</param>
    /// <param name="subPath">Within it, '/' between names.</param>
    /// <param name="cancel">Ends the wait.</param>
    Task<bool> LacksAsync(string share, string subPath, CancellationToken cancel);
}
