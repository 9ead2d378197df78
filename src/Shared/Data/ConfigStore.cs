using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sync.Shared.Output;

namespace Sync.Shared.Data;

/// <summary>
/// The configuration in force, and its file. Readers take <see cref="Current"/> without a lock; changes come one at a time, and are on
/// disk before they are in force.
/// </summary>
internal sealed class ConfigStore<T>
    where T : class
{
    private readonly string _path;
    private readonly JsonTypeInfo<T> _type;
    private readonly Lock _changes = new();
    private volatile T _current;

    private ConfigStore(string path, JsonTypeInfo<T> type, T current)
    {
        _path = path;
        _type = type;
        _current = current;
    }

    /// <summary>The present configuration, immutable.</summary>
    public T Current => _current;

    /// <summary>Reads the file; <paramref name="empty"/> where there is none.</summary>
    /// <exception cref="CommandFailure">It is there, but cannot be understood.</exception>
    public static ConfigStore<T> Load(string path, JsonTypeInfo<T> type, T empty)
    {
        try
        {
            var config = File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), type) : empty;
            return new ConfigStore<T>(path, type, config ?? empty);
        }
        catch (JsonException e)
        {
            throw new CommandFailure($"{Printable.Text(path)} is not valid at line {e.LineNumber + 1}; mend it, or move it away to begin anew", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"{Printable.Text(path)} cannot be read ({e.Message}); check its owner and mode", e);
        }
    }

    /// <summary>Applies a change. What <paramref name="change"/> throws leaves all as it was.</summary>
    public T Update(Func<T, T> change)
    {
        lock (_changes)
        {
            var next = change(_current);
            if (ReferenceEquals(next, _current))
                return next;
            try
            {
                AtomicFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(next, _type));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CommandFailure($"{Printable.Text(_path)} cannot be written ({e.Message}); nothing was changed", e);
            }

            _current = next;
            return next;
        }
    }
}
