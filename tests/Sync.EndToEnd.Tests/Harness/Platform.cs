using System.Runtime.Versioning;

// The end-to-end tests drive what the product is for: agents on Linux.
[assembly: SupportedOSPlatform("linux")]
