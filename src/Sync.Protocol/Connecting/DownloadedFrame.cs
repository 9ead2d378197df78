using Sync.Engine.Link;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Connecting;

/// <summary>One message of a download as it came: plain bytes of a long content in a rented buffer, or anything else.</summary>
internal sealed record DownloadedFrame(Frame? Wire, ContentFrame.Data? Data);
