using Xunit;

namespace Sync.Protocol.Tests;

/// <summary>Tests of what belongs to the whole process (what it allocates): nothing runs beside them.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
