using Xunit;

namespace Sync.Engine.Tests.Files;

/// <summary>Tests of what belongs to the whole process (its descriptors, its umask): nothing runs beside them.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
