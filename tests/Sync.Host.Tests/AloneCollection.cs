using Xunit;

namespace Sync.Host.Tests;

/// <summary>Tests of what belongs to the whole process, as its meters do, which others' hosts have too: nothing runs beside them.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
