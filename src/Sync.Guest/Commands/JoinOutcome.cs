using Sync.Protocol.Control;

namespace Sync.Guest.Commands;

/// <summary>What <c>join</c> has done.</summary>
/// <param name="Binding">The directory, bound.</param>
/// <param name="IsLive">Whether the agent runs, and has begun with it.</param>
/// <param name="AlreadyPaired">The host knew this guest before, by the name it has kept.</param>
internal sealed record JoinOutcome(BindingInfo Binding, bool IsLive, bool AlreadyPaired)
{
    /// <summary>What is to be told of a name that was asked for and not given; null if there is nothing to tell.</summary>
    public string? NameNote(string? asked)
    {
        if (asked is null || string.Equals(asked, Binding.Name, StringComparison.Ordinal))
            return null;
        return AlreadyPaired
            ? $"The host knows this guest as {Binding.Name} already, and it keeps that name; --name {asked} was not used."
            : $"The host calls this guest {Binding.Name}: the name {asked} is taken, or is none that it gives.";
    }
}
