import Domain
import Files

/// Writes synthetic movies and events into `<output>/movies/` and `<output>/events/`, one file for each day.
///
///     let counts = try generate(GeneratorOptions(events: 1000, output: "data", endDay: day))
///
/// - Parameters:
///   - options: what to generate.
///   - progress: called from time to time; an error that it throws ends the generation.
/// - Returns: exactly what the files contain.
/// - Throws: `GeneratorError`, an error of writing, or what `progress` throws.
public func generate(
    _ options: GeneratorOptions,
    progress: (GeneratorProgress) throws -> Void = { _ in }
) throws -> PlantedCounts {
    try options.validate()
    let catalogue = Catalogue(movies: options.movies, users: options.users, seed: options.seed)
    var counts = PlantedCounts()
    let days = (0..<options.days).map { options.startDay + Int32($0) }
    let ports = [("movies", MovieGenerator.snapshotDays(options)), ("events", days)]
    let folder = try StagedFolder(options.output, ports, existing: options.existing)
    try withoutActuallyEscaping(progress) { progress in
        try generateMovies(options, catalogue, folder: folder.stagingPath("movies"), counts: &counts, progress)
        try generateEvents(options, catalogue, folder: folder.stagingPath("events"), counts: &counts, progress)
    }
    try folder.finish()
    return counts
}

private func generateMovies(
    _ options: GeneratorOptions,
    _ catalogue: Catalogue,
    folder: String,
    counts: inout PlantedCounts,
    _ progress: @escaping (GeneratorProgress) throws -> Void
) throws {
    var generator = MovieGenerator(options, catalogue: catalogue)
    let total = generator.lines
    var lines = DatedLines(folder: folder, level: options.compressionLevel) { done in
        try progress(GeneratorProgress(stage: .movies, done: done, total: total))
    }
    for day in MovieGenerator.snapshotDays(options) {
        try lines.beginDay(day)
        try generator.writeSnapshot(of: day, to: &lines, counts: &counts)
    }
    try lines.endDay()
    counts.movieLines = lines.lines
    counts.movieFiles = lines.files
    counts.bytes += lines.bytes
}

private func generateEvents(
    _ options: GeneratorOptions,
    _ catalogue: Catalogue,
    folder: String,
    counts: inout PlantedCounts,
    _ progress: @escaping (GeneratorProgress) throws -> Void
) throws {
    var generator = EventGenerator(options, catalogue: catalogue)
    var lines = DatedLines(folder: folder, level: options.compressionLevel) { done in
        try progress(GeneratorProgress(stage: .events, done: done, total: options.events))
    }
    for day in options.startDay...options.endDay {
        try lines.beginDay(day)
        try generator.writeDay(day, to: &lines, counts: &counts)
    }
    try lines.endDay()
    counts.lines = lines.lines
    counts.eventFiles = lines.files
    counts.bytes += lines.bytes
}
