namespace Sync.Simulation.Tests.Mutants;

/// <summary>What <see cref="FlawedFileSystem"/> does wrong.</summary>
internal enum Flaw
{
    ExchangeReplaces,
    NoReplaceReplaces,
    SyncDoesNothing,
    StatIsOld,
    MtimeIsNotSet,
    ModeIsNotSet,
    RemovesFullDirectories,
    ListMissesNames,
    ErrorsAreAbsence,
    VersionsAreDropped,
    CopiesAreWrong,
    StagingIsNotRemoved,
    WritesAreShort,
    RemovalIsForgotten,
    LinksPointElsewhere,
    DisplacedIsDropped,
}
