import Domain
import Files

/// Writes synthetic movies and events: `<output>/movies/` and `<output>/events/`, a file a day, and says what it planted.
///
/// - Parameters:
///   - options: what to generate.
///   - progress: told now and then how far it is; what it throws stops the generation.
/// - Throws: `GeneratorError`, an error of writing, or what `progress` throws.
public func generate(
    _ options: GeneratorOptions,
    progress: (GeneratorProgress) throws -> Void = { _ in }
) throws -> PlantedCounts {
    try options.validate()
    let catalogue = Catalogue(movies: options.movies, users: options.users, seed: options.seed)
    var counts = PlantedCounts()
    let movies = try OutputFolder(options.output, "movies")
    let events = try OutputFolder(options.output, "events")
    let days = (0..<options.days).map { options.startDay + Int32($0) }
    try movies.prepare(for: MovieGenerator.snapshotDays(options))
    try events.prepare(for: days)
    try withoutActuallyEscaping(progress) { progress in
        try generateMovies(options, catalogue, folder: movies.path, counts: &counts, progress)
        try generateEvents(options, catalogue, folder: events.path, counts: &counts, progress)
    }
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

/// A folder that is to hold this generation's files and no others.
private struct OutputFolder {
    let path: String

    init(_ output: String, _ name: String) throws {
        path = output.hasSuffix("/") ? output + name : "\(output)/\(name)"
        try Folder.make(path)
    }

    /// Refuses a folder that holds data of days which will not be written anew.
    func prepare(for days: [Int32]) throws {
        let own = Set(days.map(DatedLines.name(ofDay:)))
        let names = try Folder.names(in: path)
        if let other = names.first(where: { !$0.hasPrefix(".") && !own.contains($0) }) {
            throw GeneratorError.otherFiles(folder: path, name: other)
        }
    }
}
