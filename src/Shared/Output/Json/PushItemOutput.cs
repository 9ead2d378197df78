namespace Sync.Shared.Output.Json;

/// <summary>What a push would do with one path: <c>create</c>, <c>update</c>, <c>touch</c> or <c>delete</c>.</summary>
internal sealed record PushItemOutput(string Change, string Kind, string Path, long Size);
